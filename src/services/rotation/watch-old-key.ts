import { systemActor } from '../../domain/actor.ts';
import { RISE_AGAIN_MS } from '../../domain/detectors/old-key-rise.ts';
import type { Finding } from '../../domain/finding.ts';
import { isMutedBy } from '../../domain/hold.ts';
import { NO_FACTS } from '../../domain/lineage-facts.ts';
import { isOver, type Rotation, stepOf } from '../../domain/rotation.ts';
import { bareInput } from '../alerts/bare-input.ts';
import { type RecordDeps, recordFinding } from '../alerts/record-finding.ts';
import type { Deps } from '../deps.ts';
import { RISE_KIND, type RotationContext, threadOf } from './announce-rotation.ts';
import type { Verification } from './read-verification.ts';

export type WatchDeps = RecordDeps & Pick<Deps, 'detectors'>;

const ACTOR = systemActor('verify-rotations');

/** A rise of the old key, told or not. What a stopped key is still used for is told as the use of a dead key. */
export async function findRise(
  deps: WatchDeps,
  rotation: Rotation,
  { burnDown, callers }: Verification,
): Promise<Finding | null> {
  const { id, lineageId, oldKeyId: keyId, finalAt } = rotation;
  const { state, at: movedAt } = stepOf(rotation, 'redeploy');
  const isMoved = isOver(state) && movedAt !== null && finalAt === null;
  const lineage = isMoved ? await deps.store.read.lineages.get(lineageId) : undefined;
  if (!isMoved || lineage === undefined || stepOf(rotation, 'revoke').state === 'done') return null;
  const moves = [{ rotationId: id, keyId, movedAt, burnDown, callers }];
  const input = bareInput(deps, lineage, { ...NO_FACTS, moves });
  const watching = deps.detectors.filter(({ occasion }) => occasion === 'rotation');
  return watching.flatMap((detector) => detector.detect(input))[0] ?? null;
}

/** As an alert, once; what it has cost is read only then. */
export async function recordRise(deps: WatchDeps, rise: Finding): Promise<void> {
  const { store, clock } = deps;
  const { dedupeKey, keyId, startedAt } = rise;
  if (keyId === null || (await store.read.told.among([dedupeKey])).has(dedupeKey)) return;
  const buckets = await store.read.usage.ofKeys([keyId], { from: startedAt, to: clock.now() });
  const costMicroUsd = buckets.reduce((sum, bucket) => sum + bucket.costMicroUsd, 0);
  await recordFinding(deps, { ...rise, costMicroUsd });
}

/** A line in the rotation's thread, to whoever drives it; none where somebody has muted the rule. */
export async function tellRise(
  { tx, deps }: RotationContext,
  { id, lineageId }: Rotation,
  rise: Finding,
): Promise<void> {
  const now = deps.clock.now();
  const { startedAt: startAt, evidence } = rise;
  const told = (await tx.outbox.about(RISE_KIND, `${id}:`)).map(({ subjectId }) =>
    Number(subjectId.split(':')[1] ?? 0),
  );
  if (told.some((at) => startAt - at < RISE_AGAIN_MS)) return;
  const holds = await tx.holds.ofLineage(lineageId, now);
  if (holds.some((hold) => hold.kind === 'mute' && isMutedBy(hold, rise, now))) return;
  const [count, before] = [Number(evidence['count']), Number(evidence['before'])];
  const subjectId = [id, startAt, count, before, String(evidence['unit'])].join(':');
  await tx.outbox.enqueue({
    id: deps.ids.next('out'),
    kind: RISE_KIND,
    subjectId,
    threadKey: threadOf(id),
    createdAt: now,
  });
  const entry = { at: now, actor: ACTOR, verb: 'rotation.old_key_rose', subject: id };
  await tx.audit.append({ ...entry, detail: { startAt, count, before } });
}
