import { type Action, idempotencyKeyOf } from '../../domain/action.ts';
import { type Actor, actorText, systemActor } from '../../domain/actor.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import type { AlertEvent, Repos } from '../../ports/store.ts';
import { audienceOf } from '../alerts/who-is-paged.ts';
import type { Deps } from '../deps.ts';
import { insertAction } from './record-request.ts';

/** Who acts when policy does: because of a loss, or because of a cap. */
export const AUTO_CONTAIN = systemActor('auto-contain');
export const CAP_KEEPER = systemActor('caps');

/** Their actor texts: what one of them did without a click can be taken back from the line that tells it. */
export const POLICY_ACTORS: ReadonlySet<string> = new Set([AUTO_CONTAIN, CAP_KEEPER].map(actorText));

export interface StopContext {
  readonly deps: Pick<Deps, 'clock' | 'ids' | 'policy' | 'providers' | 'outlets'>;
  readonly tx: Repos;
}

export interface PolicyStop {
  readonly actor: Actor;
  readonly alertId: string;
  readonly key: Key;
  readonly lineage: Lineage;
  readonly reason: string;
}

/** Policy's stop without a click, asked for in the transaction that found the reason: only ever the mildest, reversible way. */
export async function stopByPolicy({ deps, tx }: StopContext, stop: PolicyStop): Promise<Action> {
  const { actor, alertId, key, lineage, reason } = stop;
  return insertAction(
    { deps, tx },
    {
      actor,
      alertId,
      kind: 'suspend',
      idempotencyKey: idempotencyKeyOf('suspend', key),
      params: null,
      reason,
      detail: whomToTell(deps, lineage),
      consent: null,
    },
    key,
  );
}

/** Whether the key works, and can be suspended and restored from here. */
export function canBeUndone(
  { providers }: Pick<Deps, 'providers'>,
  { connectionId, kind, status }: Pick<Key, 'connectionId' | 'kind' | 'status'>,
): boolean {
  const provider = providers.get(connectionId);
  if (kind === 'admin' || status !== 'active' || provider?.capabilities.disable !== 'reversible') return false;
  return provider.suspendKey !== undefined && provider.restoreKey !== undefined;
}

/** A stop of the key as it is now was asked for already, by whomever: it is under way, done, or was refused. */
export async function isStopAsked({ actions }: Pick<Repos, 'actions'>, key: Key): Promise<boolean> {
  return (await actions.byIdempotencyKey(idempotencyKeyOf('suspend', key))) !== undefined;
}

/** Slack ids: nobody has clicked, and the alert is contained before it could call anybody. */
function whomToTell({ policy }: Pick<Deps, 'policy'>, lineage: Lineage): AlertEvent['detail'] {
  return { people: audienceOf('opening', policy, { testOf: null, lineage }).join(' ') };
}
