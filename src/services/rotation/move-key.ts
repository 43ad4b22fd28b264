import type { Actor } from '../../domain/actor.ts';
import { countsAsProduction, type Key } from '../../domain/key.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { addAlertEvent, announceAlert } from '../alerts/announce.ts';
import { tellPages } from '../alerts/change-alert.ts';
import type { Deps } from '../deps.ts';
import type { RotationContext } from './announce-rotation.ts';

type MoveContext = RotationContext & { readonly deps: Pick<Deps, 'outlets'> };

import { requireNewKey } from './new-key-candidates.ts';

/**
 * The new key becomes the key of the old one's lineage: owner, cap, consumers and history are the lineage's and stay. The
 * lineage that it had begun at first sight stays empty, so that what refers to it still reads; its alerts come along.
 */
export async function moveIntoLineage(context: MoveContext, rotation: Rotation, actor: Actor): Promise<Rotation> {
  const { tx } = context;
  if (rotation.newKeyId === null) return rotation;
  const key = await requireNewKey(tx, rotation, rotation.newKeyId);
  if (key.lineageId === rotation.lineageId) return rotation;
  await move(context, { key, to: rotation.lineageId, rotation }, actor);
  const isEmpty = (await tx.keys.ofLineage(key.lineageId)).length === 0;
  if (isEmpty) await bringAlerts(context, { from: key.lineageId, to: rotation.lineageId }, actor);
  return { ...rotation, formerLineageId: key.lineageId };
}

/** What was alerted meanwhile stays where it is. */
export async function moveBack(context: RotationContext, rotation: Rotation, actor: Actor): Promise<Rotation> {
  const { newKeyId, formerLineageId, lineageId } = rotation;
  const key = newKeyId === null ? undefined : await context.tx.keys.get(newKeyId);
  if (key === undefined || formerLineageId === null) return rotation;
  if (key.lineageId === lineageId) await move(context, { key, to: formerLineageId, rotation }, actor);
  return { ...rotation, formerLineageId: null };
}

async function move(
  { deps, tx }: RotationContext,
  { key, to, rotation }: { readonly key: Key; readonly to: string; readonly rotation: Rotation },
  actor: Actor,
): Promise<void> {
  const { lineages } = tx;
  await tx.keys.update({ ...key, lineageId: to });
  const [former, next] = [await lineages.get(key.lineageId), await lineages.get(to)];
  const isLess =
    countsAsProduction(former?.environment ?? 'unknown') && !countsAsProduction(next?.environment ?? 'unknown');
  const detail = {
    from: former?.slug ?? key.lineageId,
    to: next?.slug ?? to,
    rotationId: rotation.id,
    ...(isLess ? { noLongerProduction: true } : {}),
  };
  await tx.audit.append({ at: deps.clock.now(), actor, verb: 'key.moved', subject: key.id, detail });
}

/** A lineage has one open alert: where both have one, that of the new key ends and says where it goes on. */
async function bringAlerts(
  { deps, tx }: MoveContext,
  { from, to }: { readonly from: string; readonly to: string },
  actor: Actor,
): Promise<void> {
  const now = deps.clock.now();
  const [ours, theirs] = [await tx.alerts.latestOfLineage(to), await tx.alerts.latestOfLineage(from)];
  await tx.alerts.moveToLineage(from, to);
  await tx.holds.moveToLineage(from, to);
  await tx.quiet.moveToLineage(from, to);
  if (theirs === undefined || theirs.state === 'resolved') return;
  if (ours !== undefined && ours.state !== 'resolved') {
    const ended = {
      ...theirs,
      lineageId: to,
      state: 'resolved',
      closedAt: now,
      revision: theirs.revision + 1,
    } as const;
    await tx.alerts.update(ended);
    const detail = { into: ours.number };
    await addAlertEvent({ deps, tx }, ended, { kind: 'merged', actor, detail });
    await tellPages({ deps, tx }, theirs, ended);
    await tx.audit.append({ at: now, actor, verb: 'alert.merged', subject: ended.id, detail });
  }
  await announceAlert({ deps, tx }, theirs);
}
