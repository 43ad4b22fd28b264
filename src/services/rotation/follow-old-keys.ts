import { actorText, systemActor } from '../../domain/actor.ts';
import type { Key } from '../../domain/key.ts';
import { type Rotation, stepOf, withStep } from '../../domain/rotation.ts';
import { changeByProof, showsOf } from '../../domain/rotation-proof.ts';
import { endRefusal, withGrace, withoutGrace } from '../../domain/rotation-steering.ts';
import type { OpenRotation } from '../../ports/rotation.ts';
import type { AuditEntry, Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { saveRotation } from './announce-rotation.ts';
import { endEvidence, finalOf, retirementOf } from './old-key-end.ts';

const ACTOR = systemActor('follow-rotations');

/**
 * Keeps every rotation with its old key, by whatever way that was stopped or started: ticks the step *revoke* when it has
 * ended for good, takes the tick back when it works again, and lets a grace begin or end.
 */
export async function followOldKeys(deps: Pick<Deps, 'store' | 'clock' | 'ids'>): Promise<void> {
  for (const { id } of await rotationsBehind(deps)) {
    await deps.store.write(async (tx) => {
      const before = await tx.rotations.get(id);
      const key = before && (await tx.keys.get(before.oldKeyId));
      const news = key && (await newsOf(tx, { rotation: before, oldKey: key }, deps.clock.now()));
      if (before === undefined || !news) return;
      const { after, verb, detail } = news;
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
  for (const open of await store.read.rotations.openWithKeys()) {
    if ((await newsOf(store.read, open, clock.now())) !== null) behind.push(open.rotation);
  }
  return behind;
}

interface News {
  readonly after: Rotation;
  readonly verb: string;
  readonly detail: NonNullable<AuditEntry['detail']>;
}

async function newsOf(
  repos: Pick<Repos, 'actions'>,
  { rotation, oldKey: key }: Omit<OpenRotation, 'lineage'>,
  at: number,
): Promise<News | null> {
  if (rotation.kind === 'drill') return null;
  const shows = showsOf(key.status);
  if (shows === 'suspended') return graceOf(repos, rotation, key);
  const isDone = stepOf(rotation, 'revoke').state === 'done';
  const evidence = shows === 'ended' && !isDone ? await endEvidence(repos, rotation, key) : null;
  const change = changeByProof(rotation, { status: key.status, by: actorText(ACTOR), at, evidence });
  if (change !== null) {
    const verb = change.event === 'complete' ? 'rotation.step.done' : 'rotation.step.undone';
    const detail = { step: 'revoke', status: key.status, reason: change.reason };
    return { after: withStep(rotation, change), verb, detail };
  }
  if (shows !== 'works' || rotation.finalAt === null) return null;
  const reason = 'it was started again';
  const after = withoutGrace(rotation, { by: actorText(ACTOR), at, reason });
  return { after, verb: 'rotation.grace_ended', detail: { reason } };
}

/** A stop that was agreed on as the first half of its end: from when the provider has shown it, the grace runs. */
async function graceOf(repos: Pick<Repos, 'actions'>, rotation: Rotation, key: Key): Promise<News | null> {
  const refusal = endRefusal(rotation);
  if (rotation.finalAt !== null || (refusal !== null && refusal !== 'paused')) return null;
  const retired = await retirementOf(repos, rotation, key);
  // Asked for before and given up by a person: it is not asked for again by itself.
  if (retired === null || (await finalOf(repos, key)) !== undefined) return null;
  const { action, params } = retired;
  const finalAt = (action.executedAt ?? action.requestedAt) + params.graceMs;
  return { after: withGrace(rotation, finalAt), verb: 'rotation.grace_began', detail: { keyId: key.id, finalAt } };
}
