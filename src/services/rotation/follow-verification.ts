import { actorText, systemActor } from '../../domain/actor.ts';
import { nextStep } from '../../domain/campaign.ts';
import { isOver, missingBefore, type Rotation, type StepChange, stepOf, withStep } from '../../domain/rotation.ts';
import { parseEvidence } from '../../domain/rotation-evidence.ts';
import { standingOf } from '../../domain/rotation-standing.ts';
import { DAY_MS, HOUR_MS } from '../../domain/time.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { announceRotation, type RotationContext, saveRotation, TRAFFIC_KIND, threadOf } from './announce-rotation.ts';
import { endEvidence } from './old-key-end.ts';
import { callersSince, readVerification, type Verification } from './read-verification.ts';
import { forgetOthers, isNewToShow, shownLast } from './verification-memory.ts';
import { verifyEvidence } from './verify-step.ts';
import { findRise, recordRise, tellRise, type WatchDeps } from './watch-old-key.ts';

const ACTOR = systemActor('verify-rotations');
/** So long after its end a rotation waits for the last fact: that the revoked key stays without use. */
const SILENCE_MS = 2 * DAY_MS;

/**
 * After a poll: what old and new keys of this connection do. Ticks *verify* when the rule holds, takes that tick back when
 * the old key is used again, and keeps the one message of it up to date.
 */
export async function followVerifications(deps: WatchDeps, { connectionId }: Provider): Promise<void> {
  const open = await deps.store.read.rotations.openWithKeys();
  forgetOthers(deps, new Set(open.map(({ rotation }) => rotation.id)));
  for (const { rotation, oldKey } of open) {
    if (rotation.newKeyId === null || rotation.kind === 'drill' || oldKey.connectionId !== connectionId) continue;
    // The message of a campaign's key says nothing of traffic before that, and nothing can be verified.
    const isBefore = stepOf(rotation, 'verify').state === 'todo' && !isOver(stepOf(rotation, 'redeploy').state);
    if (rotation.campaignId !== null && isBefore) continue;
    const seen = await readVerification(deps, rotation);
    if (seen !== null) await follow(deps, rotation, seen);
  }
  await noteSilence(deps);
}

async function follow(deps: WatchDeps, found: Rotation, seen: Verification): Promise<void> {
  const { id, revision } = found;
  const rise = await findRise(deps, found, seen);
  // One of a campaign has one message for all, with two lines of it; `Check traffic…` shows the rest.
  const shown = found.campaignId === null ? shownOf(seen) : briefOf(found, seen);
  const place = { store: deps.store, rotationId: id };
  if (shownLast(place) === shown && rise === null && changeOf(found, seen, deps.clock.now()) === null) return;
  // The finding first: should this end between the two, the next poll finds the same again.
  if (rise !== null) await recordRise(deps, rise);
  await deps.store.write(async (tx) => {
    const context = { deps, tx };
    const rotation = await tx.rotations.get(id);
    // Somebody has changed it while the usage was read: the next poll looks again.
    if (rotation === undefined || rotation.revision !== revision) return;
    const change = changeOf(rotation, seen, deps.clock.now());
    if (change !== null) {
      const verb = change.event === 'complete' ? 'rotation.step.done' : 'rotation.step.undone';
      const detail = { step: 'verify', reason: change.reason };
      const news = { actor: ACTOR, verb, detail };
      await saveRotation(context, { before: rotation, after: withStep(rotation, change) }, news);
    }
    if (isNewToShow(place, shown)) {
      if (rotation.campaignId === null) await enqueue(context, rotation, { kind: TRAFFIC_KIND, subjectId: id });
      else await announceRotation(context, rotation);
    }
    if (rise !== null) await tellRise(context, rotation, rise);
  });
}

/** What the message shows: whole hours and rounded lengths, so that it changes when there is something to see. */
function shownOf({ burnDown, quiet, newKey, callers, doubts }: Verification): string {
  const names = callers.map(({ model, endpoint }) => [model, endpoint]);
  const quietHours = Math.floor(quiet.quietMs / HOUR_MS);
  const since = quietHours === 0 ? null : quiet.since;
  return JSON.stringify([
    burnDown,
    newKey?.firstSeenAt,
    newKey?.models,
    quietHours,
    since,
    quiet.neededMs,
    quiet.mayCome,
    names,
    doubts,
  ]);
}

/** What the message of a campaign's key says of it: an edit only where somebody comes or goes, or the old key falls quiet. */
function briefOf(rotation: Rotation, { quiet, newKey, callers }: Verification): string {
  if (nextStep(rotation) !== 'verify') return '';
  const since = quiet.quietMs < HOUR_MS ? null : quiet.since;
  const models = callersSince(callers, rotation).map(({ model }) => model);
  return JSON.stringify([since, quiet.neededMs, newKey?.firstSeenAt === null, [...new Set(models)].sort()]);
}

function changeOf(rotation: Rotation, seen: Verification, at: number): StepChange | null {
  const { state, at: verifiedAt, evidence: kept } = stepOf(rotation, 'verify');
  const change = { step: 'verify', by: actorText(ACTOR), at } as const;
  if (state === 'todo' && standingOf(rotation) === 'open') {
    if (seen.doubts.length > 0 || missingBefore(rotation, 'verify').length > 0) return null;
    return { ...change, event: 'complete', reason: null, evidence: verifyEvidence(seen, null) };
  }
  const evidence = parseEvidence('verify', kept);
  const isOurs = state === 'done' && evidence?.proof === 'shown' && evidence.neededMs > 0;
  if (!isOurs || isOver(stepOf(rotation, 'revoke').state) || verifiedAt === null) return null;
  if (seen.oldUsedAt === null || seen.oldUsedAt < verifiedAt) return null;
  return { ...change, event: 'undo', reason: 'the old key was used again' };
}

async function enqueue(
  { deps, tx }: RotationContext,
  { id }: Rotation,
  row: { readonly kind: string; readonly subjectId: string },
): Promise<void> {
  await tx.outbox.enqueue({ ...row, id: deps.ids.next('out'), threadKey: threadOf(id), createdAt: deps.clock.now() });
}

/** The second fact of a revocation comes when the step is ticked already: it is added to what shows it. */
async function noteSilence(deps: Pick<Deps, 'store' | 'clock' | 'ids'>): Promise<void> {
  const { rotations } = deps.store.read;
  const all = [...(await rotations.allOpen()), ...(await rotations.closedSince(deps.clock.now() - SILENCE_MS))];
  for (const rotation of all.filter(waitsForSilence)) {
    if ((await withSilence(deps.store.read, rotation)) === null) continue;
    const { id } = rotation;
    await deps.store.write(async (tx) => {
      const before = await tx.rotations.get(id);
      const after = before && (await withSilence(tx, before));
      if (before === undefined || !after) return;
      const detail = { silentUntil: parseEvidence('revoke', stepOf(after, 'revoke').evidence)?.silentUntil ?? null };
      await saveRotation({ deps, tx }, { before, after }, { actor: ACTOR, verb: 'rotation.silence_seen', detail });
    });
  }
}

function waitsForSilence({ kind, state, steps }: Rotation): boolean {
  if (kind === 'drill' || state === 'cancelled') return false;
  const evidence = parseEvidence('revoke', stepOf({ steps }, 'revoke').evidence);
  return evidence !== null && evidence.silentUntil === null;
}

/** The states stay as they are: only what shows them grows. */
async function withSilence(tx: Pick<Repos, 'actions' | 'keys'>, rotation: Rotation): Promise<Rotation | null> {
  const key = await tx.keys.get(rotation.oldKeyId);
  const kept = parseEvidence('revoke', stepOf(rotation, 'revoke').evidence);
  if (key === undefined || kept === null || kept.silentUntil !== null) return null;
  const { silentUntil } = await endEvidence(tx, rotation, key);
  if (silentUntil === null) return null;
  const steps = rotation.steps.map((step) =>
    step.name === 'revoke' ? { ...step, evidence: { ...kept, silentUntil } } : step,
  );
  return { ...rotation, steps };
}
