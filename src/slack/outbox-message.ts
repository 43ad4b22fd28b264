import { createHash } from 'node:crypto';
import type { WebClient } from '@slack/web-api';
import { AppError } from '../domain/errors.ts';
import type { MessageRecord, OutboxRow } from '../ports/outbox.ts';
import { withFittingCharts } from './charts-that-fit.ts';
import type { OutboxMemory } from './outbox-memory.ts';
import type { Draft, RenderContext } from './outbox-renderer.ts';
import { findOwnMessage, METADATA_EVENT } from './own-messages.ts';
import { fromSlackError, isChannelTrouble, slackCode } from './slack-error.ts';
import { context as remark, section } from './views/blocks.ts';

const HISTORY_REFUSALS: ReadonlySet<string> = new Set(['missing_scope', 'not_in_channel', 'not_allowed_token_type']);

export interface OutboxContext extends RenderContext {
  /** A client of its own: a 429 pauses a whole client. Rejects rate-limited calls and does not retry. */
  readonly bulk: WebClient;
  readonly memory: OutboxMemory;
}

export interface Shown {
  readonly message: MessageRecord;
  /** `unchanged`: Slack was not asked. */
  readonly how: 'posted' | 'edited' | 'unchanged';
}

/** Posts the draft or brings the message that is there up to date. */
export async function show(context: OutboxContext, row: OutboxRow, draft: Draft): Promise<Shown> {
  const { store, clock } = context.deps;
  const known = await store.read.messages.get(row.kind, row.subjectId);
  // Mentions are no part of it: they call people once, when the message is posted.
  const renderedHash = createHash('sha256')
    .update(JSON.stringify([draft.text, draft.blocks]))
    .digest('hex');
  const now = clock.now();
  const subject = { kind: row.kind, subjectId: row.subjectId, renderedHash };
  if (known?.renderedHash === renderedHash) return { message: { ...known, updatedAt: now }, how: 'unchanged' };
  if (known !== undefined && (await edit(context, known, draft))) {
    if (draft.isPinned === false) await pin(context, known, false);
    const message = { ...subject, ...placeOnly(known), postedAt: known.postedAt, updatedAt: now };
    return { message, how: 'edited' };
  }
  const lost = await placeOfLostPost(context, row, draft);
  // An edit would take the mentions away by which people see whom it called.
  const isWhole = (there: LostPost) => hasMentions(draft) && there.text === withMentions(draft).text;
  const isThere = lost !== null && lost !== 'unknown' && (isWhole(lost) || (await edit(context, lost, draft)));
  const place = isThere
    ? placeOnly(lost)
    : await post(context, row, lost === 'unknown' ? markedAsRepeat(draft) : draft);
  if (draft.isPinned) await pin(context, place, true);
  return { message: { ...subject, ...place, postedAt: now, updatedAt: now }, how: 'posted' };
}

/** A convenience: whoever has not allowed it, or has done it already, misses nothing. */
async function pin({ bulk, deps }: OutboxContext, { channel, ts }: Place, isPinned: boolean): Promise<void> {
  const where = { channel, timestamp: ts };
  const done = isPinned ? bulk.pins.add(where) : bulk.pins.remove(where);
  await done.catch((error: unknown) => {
    deps.logger.info('a message is not pinned or unpinned', { channel, error: fromSlackError(error) });
  });
}

/** False when somebody has deleted the message, or its channel is not ours any more: it still has to be said. */
async function edit(context: OutboxContext, { channel, ts }: Place, draft: Draft): Promise<boolean> {
  const { bulk, memory } = context;
  try {
    await withFittingCharts(context, draft, ({ blocks }) =>
      bulk.chat.update({ channel, ts, text: draft.text, blocks: [...blocks] }),
    );
    return true;
  } catch (error) {
    if (slackCode(error) === 'message_not_found') return false;
    const hasMoved = isChannelTrouble(error) && draft.inThreadOf === null;
    if (hasMoved && (await memory.idOf(bulk, draft.channel)) !== channel) return false;
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

function hasMentions({ mentions = [] }: Draft): boolean {
  return mentions.length > 0;
}

interface Place {
  readonly channel: string;
  readonly ts: string;
}

interface LostPost extends Place {
  /** As Slack shows it. */
  readonly text: string;
}

function placeOnly({ channel, ts }: Place): Place {
  return { channel, ts };
}

/**
 * An earlier try may have been posted although its answer was lost: then the message is found by its metadata. Unknown
 * where the history may not be read: then twice is better than never.
 */
async function placeOfLostPost(
  context: OutboxContext,
  row: OutboxRow,
  draft: Draft,
): Promise<LostPost | 'unknown' | null> {
  if (row.attempts <= 1) return null;
  const thread = await threadOf(context, draft);
  const channel = thread?.channel ?? (await context.memory.idOf(context.bulk, draft.channel));
  const subject = `${row.kind}:${row.subjectId}`;
  try {
    return await findOwnMessage(context.bulk, {
      channel,
      threadTs: thread?.ts ?? null,
      subject,
      since: row.createdAt,
    });
  } catch (error) {
    if (!HISTORY_REFUSALS.has(slackCode(error) ?? '')) throw error;
    context.deps.logger.warn('an earlier try cannot be looked up', { outbox: row.id, error: fromSlackError(error) });
    return 'unknown';
  }
}

async function post(context: OutboxContext, row: OutboxRow, draft: Draft): Promise<Place> {
  const thread = await threadOf(context, draft);
  const channel = thread?.channel ?? (await context.memory.idOf(context.bulk, draft.channel));
  const retryAfterMs = context.memory.turnInMs(channel, context.deps.clock.now());
  if (retryAfterMs > 0) throw tooSoon(channel, retryAfterMs);
  const answer = await withFittingCharts(context, draft, (fitting) =>
    context.bulk.chat.postMessage({
      channel,
      ...withMentions({ ...draft, ...fitting }),
      unfurl_links: false,
      unfurl_media: false,
      metadata: { event_type: METADATA_EVENT, event_payload: { subject: `${row.kind}:${row.subjectId}` } },
      ...(thread === undefined ? {} : { thread_ts: thread.ts }),
    }),
  );
  if (answer.channel === undefined || answer.ts === undefined) {
    throw new AppError({
      code: 'slack_unavailable',
      message: 'chat.postMessage answered without channel or ts',
      publicMessage: 'Slack did not say where the message is.',
    });
  }
  return { channel: answer.channel, ts: answer.ts };
}

/** Slack would say so too, and count it: what is known to be too soon is not asked for. */
function tooSoon(channel: string, retryAfterMs: number): AppError {
  return new AppError({
    code: 'slack_unavailable',
    message: `${channel} takes the next message in ${retryAfterMs} ms`,
    publicMessage: 'Slack takes one message a second and channel.',
    retryAfterMs,
  });
}

/** There is no message to reply to. */
export class NoRoot extends Error {
  override readonly name = 'NoRoot';
}

async function threadOf(context: OutboxContext, { inThreadOf }: Draft): Promise<Place | undefined> {
  if (inThreadOf === null) return undefined;
  const root = await context.deps.store.read.messages.get(inThreadOf.kind, inThreadOf.subjectId);
  if (root !== undefined) return root;
  throw new AppError({
    code: 'slack_rejected',
    message: `the root message of ${inThreadOf.kind} ${inThreadOf.subjectId} was never posted`,
    publicMessage: 'The message that this belongs to could not be posted.',
    cause: new NoRoot(),
  });
}
