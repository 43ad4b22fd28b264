import { actorText, systemActor } from '../../domain/actor.ts';
import { type Key, STOPPED_STATUSES } from '../../domain/key.ts';
import { changeByProof, type Rotation, type StepChange, withStep } from '../../domain/rotation.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { saveRotation } from './announce-rotation.ts';

const ACTOR = systemActor('follow-rotations');

/**
 * Ticks the step *revoke* of every rotation whose old key is stopped, by whatever way: our own act, the console, expiry. A
 * key that works again takes the tick back.
 */
export async function followOldKeys(deps: Pick<Deps, 'store' | 'clock' | 'ids'>): Promise<void> {
  for (const { id } of await rotationsBehind(deps)) {
    await deps.store.write(async (tx) => {
      const before = await tx.rotations.get(id);
      const seen = before && (await proofOf(tx, before, deps.clock.now()));
      if (before === undefined || !seen) return;
      const after = withStep(before, seen.change);
      const verb = `rotation.step.${seen.change.event === 'complete' ? 'done' : 'undone'}`;
      const detail = { step: 'revoke', status: seen.key.status, reason: seen.change.reason };
      await saveRotation({ deps, tx }, { before, after }, { actor: ACTOR, verb, detail });
    });
  }
}

/** Now where a rotation lags behind its old key; null where none does: a key that changes wakes the timers. */
export async function nextFollowAt(deps: Pick<Deps, 'store' | 'clock'>): Promise<number | null> {
  return (await rotationsBehind(deps)).length > 0 ? deps.clock.now() : null;
}

async function rotationsBehind({ store, clock }: Pick<Deps, 'store' | 'clock'>): Promise<readonly Rotation[]> {
  const behind: Rotation[] = [];
  for (const rotation of await store.read.rotations.allOpen()) {
    if ((await proofOf(store.read, rotation, clock.now())) !== null) behind.push(rotation);
  }
  return behind;
}

async function proofOf(
  { keys }: Pick<Repos, 'keys'>,
  rotation: Rotation,
  at: number,
): Promise<{ readonly key: Key; readonly change: StepChange } | null> {
  const key = await keys.get(rotation.oldKeyId);
  if (key === undefined) return null;
  const change = changeByProof(rotation, { isStopped: STOPPED_STATUSES.has(key.status), by: actorText(ACTOR), at });
  return change === null ? null : { key, change };
}
