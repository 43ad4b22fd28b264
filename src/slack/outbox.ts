import { AppError, isAppError, isRetryable, publicMessageOf } from '../domain/errors.ts';
import { MINUTE_MS, SECOND_MS } from '../domain/time.ts';
import type { OutboxRow } from '../ports/outbox.ts';
import { workOff } from '../services/delivery/work-off.ts';
import { clearTrouble, takeDetour } from './outbox-detour.ts';
import { type OutboxContext, show } from './outbox-message.ts';
import type { Draft, OutboxRenderer } from './outbox-renderer.ts';
import { outboxRenderers } from './outbox-renderers.ts';
import { fromSlackError } from './slack-error.ts';

const FIRST_RETRY_MS = 2 * SECOND_MS;
const LAST_RETRY_MS = 2 * MINUTE_MS;

export type { OutboxContext } from './outbox-message.ts';

/** Sends what is due. Order holds within a thread; a place that has to wait does not hold up another. */
export async function sendDue(context: OutboxContext): Promise<void> {
  await workOff({
    deps: context.deps,
    part: 'messages',
    placeOf: (row) => placeOf(context, row),
    send: (row, place) => sendRow(context, row, place),
  });
}

/** Where it goes decides what it waits for. What cannot be rendered fails when it is its turn. */
async function placeOf(context: OutboxContext, row: OutboxRow): Promise<string> {
  try {
    return (await render(context, row))?.channel ?? '';
  } catch {
    return '';
  }
}

async function sendRow(context: OutboxContext, row: OutboxRow, place: string): Promise<void> {
  const { store, clock } = context.deps;
  const heldUntil = context.memory.heldUntil(place, clock.now());
  if (heldUntil !== null) {
    await store.write((tx) => tx.outbox.update({ ...row, notBeforeAt: heldUntil }));
    return;
  }
  const claimed: OutboxRow = { ...row, state: 'sending', attempts: row.attempts + 1 };
  await store.write((tx) => tx.outbox.update(claimed));
  try {
    // Rendered after the claim: what changes from here on brings a row of its own.
    const draft = await render(context, claimed);
    if (draft === null) await store.write((tx) => tx.outbox.update(sent(claimed, clock.now())));
    else await deliver(context, claimed, draft);
  } catch (thrown) {
    // Slack may have it already: the row stays as it is, and the next try looks for the message first.
    if (isAppError(thrown, 'database')) throw thrown;
    await settleFailure(context, { row: claimed, place, error: fromSlackError(thrown) });
  }
}

async function deliver(context: OutboxContext, row: OutboxRow, draft: Draft): Promise<void> {
  const { store, clock } = context.deps;
  try {
    const { message, how } = await show(context, row, draft);
    // Old messages may be edited where nothing new may be posted: only what was refused itself proves that it is over.
    const proves = how === 'posted' || (how === 'edited' && row.refusedBy !== null);
    await store.write(async (tx) => {
      await tx.messages.put(message);
      await tx.outbox.update(sent(row, clock.now()));
      if (proves) await clearTrouble(context, tx, draft);
    });
  } catch (thrown) {
    if (isAppError(thrown, 'database')) throw thrown;
    if (!(await takeDetour(context, { row, draft, thrown }))) throw thrown;
  }
}

interface Failure {
  readonly row: OutboxRow;
  readonly place: string;
  readonly error: AppError;
}

async function settleFailure(context: OutboxContext, { row, place, error }: Failure): Promise<void> {
  const { store, clock, logger } = context.deps;
  const now = clock.now();
  const fields = { outbox: row.id, kind: row.kind, attempts: row.attempts };
  const problem = publicMessageOf(error);
  if (!isRetryable(error)) {
    logger.warn('message given up', { ...fields, error });
    // A message that was made up for in another way is no dead letter.
    const isMoot = await rendererOf(row)?.refused?.(context, row.subjectId);
    const state = isMoot ? 'dismissed' : 'dead';
    await store.write((tx) => tx.outbox.update({ ...row, state, settledAt: now, problem }));
    return;
  }
  logger.info('message has to wait', { ...fields, problem: error.message });
  const isHeld = error.retryAfterMs !== undefined;
  if (isHeld) context.memory.hold(place, now + (error.retryAfterMs ?? 0));
  // What was turned away at the door has left nothing at Slack that a later try would have to look for.
  const attempts = isHeld ? row.attempts - 1 : row.attempts;
  const notBeforeAt = now + delayMs(row.attempts, error);
  await store.write((tx) => tx.outbox.update({ ...row, state: 'pending', attempts, notBeforeAt, problem }));
}

function delayMs(attempts: number, error: AppError): number {
  return error.retryAfterMs ?? Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempts - 1));
}

function sent(row: OutboxRow, now: number): OutboxRow {
  return { ...row, state: 'sent', settledAt: now, problem: null, refusedBy: null };
}

function rendererOf(row: OutboxRow): OutboxRenderer | undefined {
  return outboxRenderers.find(({ kind }) => kind === row.kind);
}

async function render(context: OutboxContext, row: OutboxRow): Promise<Draft | null> {
  const renderer = rendererOf(row);
  if (renderer !== undefined) return renderer.render(context, row.subjectId);
  throw new AppError({
    code: 'internal',
    message: `no renderer for outbox kind ${row.kind}`,
    publicMessage: `This version cannot send messages of kind ${row.kind}.`,
  });
}
