import { isLimitAct, isStop } from '../../domain/action.ts';
import { type Actor, actorText } from '../../domain/actor.ts';
import { isOver, stepOf } from '../../domain/rotation.ts';
import { CHECKLIST, type CheckHow, type CheckItem, howOf, type Phase } from '../../domain/rotation-checklist.ts';
import { showsOf } from '../../domain/rotation-proof.ts';
import type { Repos } from '../../ports/store.ts';
import { invalid } from '../actions/record-request.ts';
import type { Deps } from '../deps.ts';
import { CHECKLIST_KIND, PAPER_KIND, type RotationContext, threadOf } from './announce-rotation.ts';
import { type DescribeDeps, describeRotation, type RotationCard } from './describe-rotation.ts';
import { notFound, stale } from './refusals.ts';

export interface CheckLine {
  readonly item: CheckItem;
  readonly phase: Phase;
  readonly how: CheckHow;
  /** Null: it is not done. */
  readonly done: { readonly by: string; readonly at: number } | null;
}

export interface ChecklistCard {
  readonly card: RotationCard;
  readonly lines: readonly CheckLine[];
}

/** Undefined for a rotation that is no emergency. */
export async function describeChecklist(deps: DescribeDeps, rotationId: string): Promise<ChecklistCard | undefined> {
  const card = await describeRotation(deps, rotationId);
  if (card === undefined || card.rotation.kind !== 'emergency') return undefined;
  const ticked = new Map((await deps.store.read.rotations.checksOf(rotationId)).map((check) => [check.item, check]));
  const lines: CheckLine[] = [];
  for (const { item, phase, how } of CHECKLIST) {
    const done = how === 'shown' ? await shownOf(deps.store.read, item, card) : (ticked.get(item) ?? null);
    lines.push({ item, phase, how, done: done === null ? null : { by: done.by, at: done.at } });
  }
  return { card, lines };
}

export interface CheckInput {
  readonly actor: Actor;
  readonly rotationId: string;
  readonly item: CheckItem;
}

/** Somebody ticks a point, or has the bot do what it stands for. Twice is once. */
export async function checkOff(
  deps: Pick<Deps, 'store' | 'clock' | 'ids'>,
  { actor, rotationId, item }: CheckInput,
): Promise<void> {
  const how = howOf(item);
  if (how === 'shown') throw invalid('This point ticks itself when it is so.');
  await deps.store.write(async (tx) => {
    const rotation = await tx.rotations.get(rotationId);
    if (rotation === undefined) throw notFound(rotationId);
    // What is left for the week is left when the keys have long been changed.
    if (rotation.kind !== 'emergency' || rotation.state === 'cancelled') throw stale(rotation);
    const at = deps.clock.now();
    const isNew = await tx.rotations.check(rotationId, { item, by: actorText(actor), at });
    if (!isNew) return;
    await tx.audit.append({ at, actor, verb: 'rotation.checked', subject: rotationId, detail: { item } });
    if (how === 'bot')
      await enqueue({ deps, tx }, { kind: PAPER_KIND, subjectId: `${rotationId}:${item}` }, rotationId);
    await enqueue({ deps, tx }, { kind: CHECKLIST_KIND, subjectId: rotationId }, rotationId);
  });
}

async function enqueue(
  { deps, tx }: RotationContext,
  row: { readonly kind: string; readonly subjectId: string },
  rotationId: string,
): Promise<void> {
  const createdAt = deps.clock.now();
  await tx.outbox.enqueue({ ...row, id: deps.ids.next('out'), threadKey: threadOf(rotationId), createdAt });
}

/** Who has done it, as the record and the actions say. */
async function shownOf({ actions }: Pick<Repos, 'actions'>, item: CheckItem, { rotation, oldKey }: RotationCard) {
  const own = await actions.ofKey(oldKey.id);
  if (item === 'stop') {
    if (showsOf(oldKey.status) === 'works') return null;
    const stop = own.findLast(({ kind, executedAt }) => isStop(kind) && executedAt !== null);
    return {
      by: stop?.requestedBy ?? 'system:provider',
      at: stop?.executedAt ?? oldKey.stoppedAt ?? rotation.startedAt,
    };
  }
  if (item === 'brakes') {
    const brake = own.find(
      ({ kind, executedAt }) => isLimitAct(kind) && executedAt !== null && executedAt >= rotation.startedAt,
    );
    return brake === undefined ? null : { by: brake.requestedBy, at: brake.executedAt ?? brake.requestedAt };
  }
  const { state, by, at } = stepOf(rotation, item === 'ended' ? 'revoke' : 'redeploy');
  return isOver(state) ? { by: by ?? '', at: at ?? rotation.startedAt } : null;
}
