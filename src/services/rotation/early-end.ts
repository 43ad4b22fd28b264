import type { Action } from '../../domain/action.ts';
import { actorOf } from '../../domain/actor.ts';
import { type EarlyEnd, type EarlyReason, earlyReasons, wasTold } from '../../domain/early-end.ts';
import { AppError } from '../../domain/errors.ts';
import type { Rotation } from '../../domain/rotation.ts';
import type { EvidenceOf } from '../../domain/rotation-evidence.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { type Caller, readVerification } from './read-verification.ts';

/** What a person has to know before the old key of an open rotation ends for good. */
export interface EarlyEndCard extends EarlyEnd {
  readonly callers: readonly Caller[];
  /** How far back these were looked for. */
  readonly withinMs: number;
}

/** Null where nothing speaks against it: no rotation is open, its new key is verified, or the key is public. */
export async function readEarlyEnd(deps: Pick<Deps, 'store' | 'clock'>, keyId: string): Promise<EarlyEndCard | null> {
  const rotation = await deps.store.read.rotations.openOfOldKey(keyId);
  if (rotation === undefined) return null;
  const reasons = earlyReasons(rotation);
  if (reasons.length === 0) return null;
  const seen = await readVerification(deps, rotation);
  const withinMs = Math.max(DAY_MS, seen?.quiet.neededMs ?? 0);
  const { doubts, callers } = seen ?? { doubts: ['blind'], callers: [] };
  return { rotationId: rotation.id, reasons, doubts, callers, withinMs };
}

/**
 * Refuses an end for good that leaves somebody without a key, unless whoever asks was told so: in this transaction, so that
 * what was verified when it was asked for, and is not any more, is not approved either.
 */
export async function refuseUntold(
  { rotations }: Pick<Repos, 'rotations'>,
  keyIds: readonly string[],
  told: readonly EarlyEnd[],
): Promise<void> {
  for (const keyId of keyIds) {
    const rotation = await rotations.openOfOldKey(keyId);
    if (rotation === undefined) continue;
    const reasons = earlyReasons(rotation);
    if (wasTold(told, rotation, reasons)) continue;
    throw new AppError({
      code: 'conflict',
      message: `the end of ${keyId} is early for ${rotation.id}: ${reasons.join(', ')}`,
      publicMessage: `Nothing was done: the key is being rotated, and ${whyEarly(reasons)}. Look again, with *Revoke…* or \`/keys revoke\`: it says who still calls, and lets you go on with a reason.`,
    });
  }
}

/** The decision to go on all the same, on the rotation's own record. */
export async function recordEarlyEnds(
  { clock }: Pick<Deps, 'clock'>,
  { tx, action }: { readonly tx: Pick<Repos, 'audit'>; readonly action: Action },
  told: readonly EarlyEnd[],
): Promise<void> {
  const actor = actorOf(action.requestedBy);
  for (const { rotationId, reasons, doubts } of told) {
    const detail = { keyId: action.keyId, reason: action.reason, ...detailOf({ reasons, doubts }) };
    await tx.audit.append({ at: clock.now(), actor, verb: 'rotation.end_overridden', subject: rotationId, detail });
  }
}

/** Whoever of us has ended the key before its time, by the act that did; null where it was time, or nobody here did. */
export function overrideOf(rotation: Rotation, last: Action | undefined): EvidenceOf<'revoke'>['override'] {
  const reasons = earlyReasons(rotation);
  if (reasons.length === 0 || last === undefined || last.executedAt === null) return null;
  const told = toldIn(last).find(({ rotationId }) => rotationId === rotation.id);
  return { reason: last.reason, by: last.requestedBy, reasons, doubts: told?.doubts ?? [] };
}

export function toldIn({ params }: Pick<Action, 'params'>): readonly EarlyEnd[] {
  return params !== null && 'overrides' in params ? (params.overrides ?? []) : [];
}

function detailOf({ reasons, doubts }: Pick<EarlyEnd, 'reasons' | 'doubts'>) {
  return { before: reasons.join(', '), doubts: doubts.join(', ') };
}

function whyEarly(reasons: readonly EarlyReason[]): string {
  return reasons.includes('rolling_back')
    ? 'that is being rolled back, so the key is needed'
    : `its new key is not verified (missing: ${reasons.join(', ')})`;
}
