import { actorText } from '../../domain/actor.ts';
import type { Alert } from '../../domain/alert.ts';
import { type Finding, isStanding } from '../../domain/finding.ts';
import type { Key } from '../../domain/key.ts';
import type { Repos } from '../../ports/store.ts';
import { AUTO_CONTAIN, canBeUndone, isStopAsked, type StopContext, stopByPolicy } from './policy-stop.ts';

/**
 * Policy's stop without a click, asked for in the transaction that changes the alert: a reversible suspension, once an
 * episode, and never of a key that a person has started again in it.
 */
export async function autoContain(
  { deps, tx }: StopContext,
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
  const reason = 'critical, and above the amount that policy sets (auto_contain)';
  await stopByPolicy({ deps, tx }, { actor: AUTO_CONTAIN, alertId: alert.id, key, lineage, reason });
}

/** Not a test, and not what somebody has put aside: whoever snoozes an alert knows of it. */
function isBurning({ state, snoozedUntil, testOf }: Alert, now: number): boolean {
  if (testOf !== null || (snoozedUntil !== null && snoozedUntil > now)) return false;
  return state === 'open' || state === 'acknowledged';
}

/** By policy itself, or by a person: whoever starts a key again, or gives up stopping it, knows why. */
async function wasDecided(tx: Pick<Repos, 'actions'>, { openedAt }: Alert, key: Key): Promise<boolean> {
  const own = actorText(AUTO_CONTAIN);
  if (await isStopAsked(tx, key)) return true;
  return (await tx.actions.ofKey(key.id)).some(({ kind, requestedAt, requestedBy, state }) => {
    if (requestedAt < openedAt) return false;
    return kind === 'restore' || (kind === 'suspend' && (requestedBy === own || state === 'dismissed'));
  });
}
