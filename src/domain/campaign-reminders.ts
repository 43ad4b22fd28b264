import { blockedStep, nextStep } from './campaign.ts';
import type { Rotation } from './rotation.ts';
import type { ReminderPolicy } from './rotation-policy.ts';
import { standingOf } from './rotation-standing.ts';

/** Who is reminded: the owner alone, the owner in the thread, or those who answer for all keys. */
export type RungKind = 'owner' | 'thread' | 'responders';

export interface Rung {
  readonly kind: RungKind;
  /** After the last progress. */
  readonly afterMs: number;
}

// Direct messages of one ladder: where no further rung is set, more of the same help nobody.
const OWNER_MAX = 3;

/** The rungs in order of time. A key that nobody owns has one: the responders. */
export function ladderOf({ ownerMs, threadMs, respondersMs }: ReminderPolicy, hasOwner: boolean): readonly Rung[] {
  if (!hasOwner) {
    const afterMs = ownerMs ?? respondersMs;
    return afterMs === null ? [] : [{ kind: 'responders', afterMs }];
  }
  const end = Math.min(threadMs ?? Number.POSITIVE_INFINITY, respondersMs ?? Number.POSITIVE_INFINITY);
  const owner = ownerMs === null ? [] : Array.from({ length: OWNER_MAX }, (_, index) => ownerMs * (index + 1));
  const rungs: Rung[] = [
    ...owner.filter((afterMs) => afterMs < end).map((afterMs) => ({ kind: 'owner' as const, afterMs })),
    ...(threadMs === null ? [] : [{ kind: 'thread' as const, afterMs: threadMs }]),
    ...(respondersMs === null ? [] : [{ kind: 'responders' as const, afterMs: respondersMs }]),
  ];
  return rungs.toSorted((a, b) => a.afterMs - b.afterMs);
}

/**
 * Whether its owner is expected to do something about it: nobody is reminded of what is paused, goes back, is blocked, goes
 * on by itself, or waits for a second person (`isAskedFor`: the old key's end, or what is done at the provider).
 */
export function waitsForPerson(rotation: Rotation, isAskedFor: boolean): boolean {
  if (standingOf(rotation) !== 'open' || blockedStep(rotation) !== null || isAskedFor) return false;
  const step = nextStep(rotation);
  // The old key's quiet is waited for, and a stop's grace: neither gets shorter by asking.
  if (rotation.finalAt !== null || (rotation.isAutomatic && step === 'verify')) return false;
  return step !== null;
}
