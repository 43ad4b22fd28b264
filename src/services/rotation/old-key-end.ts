import { type Action, idempotencyKeyOf, isShown, isStop } from '../../domain/action.ts';
import { type Retirement, retirement } from '../../domain/action-params.ts';
import type { Key } from '../../domain/key.ts';
import { type Rotation, stepOf } from '../../domain/rotation.ts';
import type { EvidenceOf } from '../../domain/rotation-evidence.ts';
import type { Repos } from '../../ports/store.ts';
import { overrideOf } from './early-end.ts';

type EndRepos = Pick<Repos, 'actions'>;

export interface RetiredKey {
  readonly action: Action;
  readonly params: Retirement;
}

/**
 * The retirement that stands behind an old key which is suspended: of this rotation, agreed on for this very stop, and not
 * before what was verified or what voided an earlier one. A key that was started again in between needs a new one.
 */
export async function retirementOf({ actions }: EndRepos, rotation: Rotation, key: Key): Promise<RetiredKey | null> {
  const verifiedAt = rotation.isPublic ? 0 : (stepOf(rotation, 'verify').at ?? Number.POSITIVE_INFINITY);
  const since = Math.max(verifiedAt, stepOf(rotation, 'revoke').at ?? 0);
  for (const action of (await actions.ofKey(key.id)).toReversed()) {
    if (action.kind !== 'retire') continue;
    const params = retirement.parse(action.params);
    const isThisStop = key.generation === params.generation || key.generation === params.generation + 1;
    const holds = isShown(action) || action.usedAfterMicroUsd !== null;
    if (params.rotationId === rotation.id && isThisStop && holds && action.requestedAt >= since) {
      return { action, params };
    }
  }
  return null;
}

/** The revocation that follows from a suspension that held; undefined while it was not asked for. */
export function finalOf({ actions }: EndRepos, key: Key): Promise<Action | undefined> {
  return actions.byIdempotencyKey(idempotencyKeyOf('revoke', key));
}

/** What shows that an old key has ended, as far as it is known now. */
export async function endEvidence({ actions }: EndRepos, rotation: Rotation, key: Key): Promise<EvidenceOf<'revoke'>> {
  const stops = (await actions.ofKey(key.id)).filter(({ kind }) => isStop(kind));
  const consent = stops.map((stop) => stop.consent).findLast((one) => one !== null) ?? null;
  const last = stops.at(-1);
  return {
    proof: 'shown',
    graceUntil: rotation.finalAt,
    approvedBy: consent?.kind === 'approved' ? consent.by : null,
    revokedAt: key.stoppedAt,
    silentUntil: last?.state === 'verified' ? last.checkedUntil : null,
    override: overrideOf(rotation, last),
  };
}
