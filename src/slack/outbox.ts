import { createHash } from 'node:crypto';
import type { WebClient } from '@slack/web-api';
import { AppError, isAppError, isRetryable, publicMessageOf } from '../domain/errors.ts';
import { MINUTE_MS, SECOND_MS } from '../domain/time.ts';
import type { MessageRecord, OutboxRow } from '../ports/store.ts';
import { channelIdOf } from './channels.ts';
import { type Draft, type OutboxRenderer, outboxRenderers, type RenderContext } from './outbox-renderers.ts';
import { findOwnMessage, METADATA_EVENT } from './own-messages.ts';
import { fromSlackError, slackCode } from './slack-error.ts';
import { context as remark, section } from './views/blocks.ts';

const BATCH = 20;
const FIRST_RETRY_MS = 2 * SECOND_MS;
const LAST_RETRY_MS = 2 * MINUTE_MS;
const HISTORY_REFUSALS: ReadonlySet<string> = new Set(['missing_scope', 'not_in_channel', 'not_allowed_token_type']);

export interface OutboxContext extends RenderContext {
  /** A client of its own: a 429 pauses a whole client. Rejects rate-limited calls and does not retry. */
  readonly bulk: WebClient;
}

/** Sends what is due. Order holds within a thread; a thread that has to wait does not hold up another. */
export async function sendDue(context: OutboxContext): Promise<void> {
  const { store, clock } = context.deps;
  // Nothing else sends: what still says so was left behind when its outcome could not be written down.
  await store.write((tx) => tx.outbox.releaseSending());
  for (;;) {
    const rows = await store.read.outbox.due(clock.now(), BATCH);
    if (rows.length === 0) return;
    for (const row of rows) await sendRow(context, row);
  }
}

async function sendRow(context: OutboxContext, row: OutboxRow): Promise<void> {
  const { store, clock, logger } = context.deps;
  const claimed: OutboxRow = { ...row, state: 'sending', attempts: row.attempts + 1 };
  await store.write((tx) => tx.outbox.update(claimed));
  try {
    await deliver(context, claimed);
  } catch (thrown) {
    // Slack may have it already: the row stays as it is, and the next try looks for the message first.
    if (isAppError(thrown, 'database')) throw thrown;
    const error = fromSlackError(thrown);
    const now = clock.now();
    const again = isRetryable(error);
    const fields = { outbox: row.id, kind: row.kind, attempts: claimed.attempts };
    if (again) logger.info('message has to wait', { ...fields, problem: error.message });
    else logger.warn('message given up', { ...fields, error });
    const settled: OutboxRow = again
      ? {
          ...claimed,
          state: 'pending',
          notBeforeAt: now + delayMs(claimed.attempts, error),
          problem: publicMessageOf(error),
        }
      : { ...claimed, state: 'dead', settledAt: now, problem: publicMessageOf(error) };
    // A message that was made up for in another way is no dead letter.
    const isMoot = !again && (await rendererOf(row)?.refused?.(context, row.subjectId));
    await store.write((tx) => tx.outbox.update(isMoot ? { ...settled, state: 'dismissed' } : settled));
  }
}

function rendererOf(row: OutboxRow): OutboxRenderer | undefined {
  return outboxRenderers.find(({ kind }) => kind === row.kind);
}

function delayMs(attempts: number, error: AppError): number {
  return error.retryAfterMs ?? Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempts - 1));
}

async function deliver(context: OutboxContext, row: OutboxRow): Promise<void> {
  const { store, clock } = context.deps;
  const renderer = rendererOf(row);
  if (renderer === undefined) throw unknownKind(row);
  const draft = await renderer.render(context, row.subjectId);
  const message = draft === null ? null : await show(context, row, draft);
  const now = clock.now();
  await store.write(async (tx) => {
    if (message !== null) await tx.messages.put(message);
    await tx.outbox.update({ ...row, state: 'sent', settledAt: now, problem: null });
  });
}

/** Posts the draft or brings the message that is there up to date. */
async function show(context: OutboxContext, row: OutboxRow, draft: Draft): Promise<MessageRecord> {
  const { store, clock } = context.deps;
  const known = await store.read.messages.get(row.kind, row.subjectId);
  const renderedHash = createHash('sha256')
    .update(JSON.stringify([draft.text, draft.blocks]))
    .digest('hex');
  const now = clock.now();
  const subject = { kind: row.kind, subjectId: row.subjectId, renderedHash };
  if (known?.renderedHash === renderedHash) return { ...known, updatedAt: now };
  if (known !== undefined && (await edit(context, known, draft))) {
    return { ...subject, ...placeOnly(known), postedAt: known.postedAt, updatedAt: now };
  }
  const lost = await placeOfLostReply(context, row, draft);
  const isThere = lost !== null && lost !== 'unknown' && (await edit(context, lost, draft));
  const place = isThere ? lost : await post(context, row, lost === 'unknown' ? markedAsRepeat(draft) : draft);
  return { ...subject, ...place, postedAt: now, updatedAt: now };
}

/** False when somebody has deleted the message: what it says still has to be said. */
async function edit({ bulk }: OutboxContext, { channel, ts }: Place, { text, blocks }: Draft): Promise<boolean> {
  try {
    await bulk.chat.update({ channel, ts, text, blocks });
    return true;
  } catch (error) {
    if (slackCode(error) === 'message_not_found') return false;
    throw error;
  }
}

/** The next edit takes the mark away. */
function markedAsRepeat(draft: Draft): Draft {
  const mark = 'This may be a repeat: Slack did not confirm the first try, and the history cannot be read.';
  return { ...draft, text: `${draft.text}\n${mark}`, blocks: [...draft.blocks, remark(mark)] };
}

/** Mentions as a line of their own. Only a post calls people, so no edit carries them. */
function withMentions({ text, blocks, mentions = [] }: Draft): Pick<Draft, 'text' | 'blocks'> {
  if (mentions.length === 0) return { text, blocks };
  const line = mentions.join(' ');
  return { text: `${text}\n${line}`, blocks: [...blocks, section(line)] };
}

interface Place {
  readonly channel: string;
  readonly ts: string;
}

function placeOnly({ channel, ts }: Place): Place {
  return { channel, ts };
}

/**
 * An earlier try may have been posted although its answer was lost: then the message is found by its metadata. Unknown
 * where the history may not be read: then twice is better than never.
 */
async function placeOfLostReply(
  context: OutboxContext,
  row: OutboxRow,
  draft: Draft,
): Promise<Place | 'unknown' | null> {
  if (row.attempts <= 1) return null;
  const threadTs = (await threadOf(context, draft))?.ts ?? null;
  const subject = `${row.kind}:${row.subjectId}`;
  try {
    return await findOwnMessage(context.bulk, { channel: draft.channel, threadTs, subject, since: row.createdAt });
  } catch (error) {
    if (!HISTORY_REFUSALS.has(slackCode(error) ?? '')) throw error;
    context.deps.logger.warn('an earlier try cannot be looked up', { outbox: row.id, error: fromSlackError(error) });
    return 'unknown';
  }
}

async function post(context: OutboxContext, row: OutboxRow, draft: Draft): Promise<Place> {
  const thread = await threadOf(context, draft);
  const answer = await context.bulk.chat.postMessage({
    channel: thread?.channel ?? (await channelIdOf(context.bulk, draft.channel)),
    ...withMentions(draft),
    unfurl_links: false,
    unfurl_media: false,
    metadata: { event_type: METADATA_EVENT, event_payload: { subject: `${row.kind}:${row.subjectId}` } },
    ...(thread === undefined ? {} : { thread_ts: thread.ts }),
  });
  if (answer.channel === undefined || answer.ts === undefined) {
    throw new AppError({
      code: 'slack_unavailable',
      message: 'chat.postMessage answered without channel or ts',
      publicMessage: 'Slack did not say where the message is.',
    });
  }
  return { channel: answer.channel, ts: answer.ts };
}

async function threadOf(context: OutboxContext, { inThreadOf }: Draft): Promise<Place | undefined> {
  if (inThreadOf === null) return undefined;
  const root = await context.deps.store.read.messages.get(inThreadOf.kind, inThreadOf.subjectId);
  if (root !== undefined) return root;
  throw new AppError({
    code: 'slack_rejected',
    message: `the root message of ${inThreadOf.kind} ${inThreadOf.subjectId} was never posted`,
    publicMessage: 'The message that this belongs to could not be posted.',
  });
}

function unknownKind(row: OutboxRow): AppError {
  return new AppError({
    code: 'internal',
    message: `no renderer for outbox kind ${row.kind}`,
    publicMessage: `This version cannot send messages of kind ${row.kind}.`,
  });
}
