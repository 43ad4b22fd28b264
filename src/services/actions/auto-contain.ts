import { idempotencyKeyOf } from '../../domain/action.ts';
import { actorText, systemActor } from '../../domain/actor.ts';
import type { Alert } from '../../domain/alert.ts';
import { type Finding, isStanding } from '../../domain/finding.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import type { AlertEvent, Repos } from '../../ports/store.ts';
import { audienceOf } from '../alerts/who-is-paged.ts';
import type { Deps } from '../deps.ts';
import { insertAction } from './record-request.ts';

/** Who acts when policy does. */
export const AUTO_CONTAIN = systemActor('auto-contain');

interface Context {
  readonly deps: Pick<Deps, 'clock' | 'ids' | 'policy' | 'providers' | 'outlets'>;
  readonly tx: Repos;
}

/**
 * Policy's stop without a click, asked for in the transaction that changes the alert: a reversible suspension, once an
 * episode, and never of a key that a person has started again in it.
 */
export async function autoContain(
  { deps, tx }: Context,
  { alert, finding }: { readonly alert: Alert; readonly finding: Finding },
): Promise<void> {
  const { autoContain: policy } = deps.policy;
  if (!policy.enabled || alert.severity !== 'critical' || alert.lostMicroUsd <= policy.aboveMicroUsd) return;
  // The key that is critical now, not one that was; and reaching a cap is no loss.
  if (finding.severity !== 'critical' || isStanding(finding) || finding.keyId !== alert.keyId) return;
  if (!isBurning(alert, deps.clock.now())) return;
  const key = alert.keyId === null ? undefined : await tx.keys.get(alert.keyId);
  const lineage = key && (await tx.lineages.get(key.lineageId));
  if (key === undefined || lineage === undefined || !policy.environments.includes(lineage.environment)) return;
  if (!canBeUndone(deps, key) || (await wasDecided(tx, alert, key))) return;
  await insertAction(
    { deps, tx },
    {
      actor: AUTO_CONTAIN,
      alertId: alert.id,
      kind: 'suspend',
      idempotencyKey: idempotencyKeyOf('suspend', key),
      params: null,
      reason: 'critical, and above the amount that policy sets (auto_contain)',
      detail: whomToTell(deps, lineage),
      consent: null,
    },
    key,
  );
}

/** Not a test, and not what somebody has put aside: whoever snoozes an alert knows of it. */
function isBurning({ state, snoozedUntil, testOf }: Alert, now: number): boolean {
  if (testOf !== null || (snoozedUntil !== null && snoozedUntil > now)) return false;
  return state === 'open' || state === 'acknowledged';
}

function canBeUndone({ providers }: Pick<Deps, 'providers'>, { connectionId, kind, status }: Key): boolean {
  const provider = providers.get(connectionId);
  if (kind === 'admin' || status !== 'active' || provider?.capabilities.disable !== 'reversible') return false;
  return provider.suspendKey !== undefined && provider.restoreKey !== undefined;
}

/** By policy itself, or by a person: whoever starts a key again, or gives up stopping it, knows why. */
async function wasDecided({ actions }: Pick<Repos, 'actions'>, { openedAt }: Alert, key: Key): Promise<boolean> {
  const own = actorText(AUTO_CONTAIN);
  // Asked for already, by whomever: it is under way, done, or was refused.
  if ((await actions.byIdempotencyKey(idempotencyKeyOf('suspend', key))) !== undefined) return true;
  return (await actions.ofKey(key.id)).some(({ kind, requestedAt, requestedBy, state }) => {
    if (requestedAt < openedAt) return false;
    return kind === 'restore' || (kind === 'suspend' && (requestedBy === own || state === 'dismissed'));
  });
}

/** Slack ids: nobody has clicked, and the alert is contained before it could call anybody. */
function whomToTell({ policy }: Pick<Deps, 'policy'>, lineage: Lineage): AlertEvent['detail'] {
  return { people: audienceOf('opening', policy, { testOf: null, lineage }).join(' ') };
}
