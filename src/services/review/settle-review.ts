import type { Action } from '../../domain/action.ts';
import type { Actor } from '../../domain/actor.ts';
import { AppError } from '../../domain/errors.ts';
import type { OutboxRow, Repos } from '../../ports/store.ts';
import { tellSettled } from '../actions/cancel-action.ts';
import type { Deps } from '../deps.ts';
import { actionsToReview, obstacleTo } from './list-review.ts';

type ReviewDeps = Pick<Deps, 'store' | 'clock' | 'ids'>;

/** All of what is asked for, or nothing of it. */
export interface ReviewRequest {
  readonly actor: Actor;
  readonly ids: readonly string[] | 'all';
}

interface Context {
  readonly deps: Pick<Deps, 'clock' | 'ids'>;
  readonly tx: Repos;
  readonly actor: Actor;
}

/** Puts messages that were given up back on their way. They render what is true when they are sent. */
export async function sendAgain(deps: ReviewDeps, { actor, ids }: ReviewRequest): Promise<number> {
  return deps.store.write(async (tx) => {
    const dead = await tx.outbox.dead();
    const actionIds = new Set((await actionsToReview(tx)).map(({ id }) => id));
    const rows = chosen(dead, ids, (id) =>
      actionIds.has(id) ? `${id} is an action, not a message: keysteward review do ${id}` : unknown(id),
    );
    for (const row of rows) {
      // Slack may have it although no answer came: a try after the first looks for the message before it posts.
      const attempts = Math.max(1, row.attempts);
      const now = deps.clock.now();
      await tx.outbox.update({ ...row, state: 'pending', attempts, notBeforeAt: now, settledAt: null, problem: null });
      await auditMessage({ deps, tx, actor }, row, 'message.sent_again');
    }
    return rows.length;
  });
}

/** Has an action that failed, or is refused, carried out now, if its key is still in the state that it was asked for. */
export async function doAction(
  deps: ReviewDeps,
  { actor, id }: { readonly actor: Actor; readonly id: string },
): Promise<Action> {
  return deps.store.write(async (tx) => {
    const messageIds = new Set((await tx.outbox.dead()).map((row) => row.id));
    const [action] = chosen(await actionsToReview(tx), [id], () =>
      messageIds.has(id) ? `${id} is a message, not an action: keysteward review send ${id}` : unknown(id),
    );
    if (action === undefined) throw refusal('not_found', unknown(id));
    const obstacle = await obstacleTo(tx, action);
    if (obstacle !== null) throw refusal('conflict', `${obstacle} Settle it with keysteward review dismiss ${id}`);
    // It may have been carried out before the backup was put back: a try after the first reads the key before it acts.
    const attempts = Math.max(1, action.attempts);
    const again: Action = {
      ...action,
      state: 'pending',
      attempts,
      notBeforeAt: deps.clock.now(),
      problem: null,
      problemCode: null,
    };
    await tx.actions.update(again);
    await tellSettled({ deps, tx, actor }, action, 'requested');
    return again;
  });
}

/** Settles messages and actions for good without sending or carrying them out. */
export async function dismiss(
  deps: ReviewDeps,
  { actor, ids }: ReviewRequest,
): Promise<{ readonly messages: number; readonly actions: number }> {
  return deps.store.write(async (tx) => {
    const context = { deps, tx, actor };
    const [dead, failed] = [await tx.outbox.dead(), await actionsToReview(tx)];
    const wanted = new Set(chosen([...dead, ...failed], ids, unknown).map(({ id }) => id));
    const rows = dead.filter(({ id }) => wanted.has(id));
    const actions = failed.filter(({ id }) => wanted.has(id));
    for (const row of rows) {
      await tx.outbox.update({ ...row, state: 'dismissed', settledAt: deps.clock.now() });
      await auditMessage(context, row, 'message.dismissed');
    }
    for (const action of actions) {
      await tx.actions.update({ ...action, state: 'dismissed' });
      await tellSettled(context, action, 'dismissed');
    }
    return { messages: rows.length, actions: actions.length };
  });
}

/** Each once, in the order in which they stand. */
function chosen<Item extends { readonly id: string }>(
  items: readonly Item[],
  ids: ReviewRequest['ids'],
  complain: (id: string) => string,
): readonly Item[] {
  if (ids === 'all') return items;
  const known = new Set(items.map(({ id }) => id));
  for (const id of ids) if (!known.has(id)) throw refusal('not_found', complain(id));
  return items.filter(({ id }) => ids.includes(id));
}

async function auditMessage({ deps, tx, actor }: Context, row: OutboxRow, verb: string): Promise<void> {
  const detail = { kind: row.kind, subjectId: row.subjectId, problem: row.problem };
  await tx.audit.append({ at: deps.clock.now(), actor, verb, subject: row.id, detail });
}

function unknown(id: string): string {
  return `there is no ${id} to review. keysteward review shows what there is.`;
}

function refusal(code: 'not_found' | 'conflict', why: string): AppError {
  return new AppError({ code, message: `review refused: ${why}`, publicMessage: `Nothing was changed: ${why}` });
}
