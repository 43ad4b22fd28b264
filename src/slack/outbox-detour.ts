import { isRetryable } from '../domain/errors.ts';
import type { OutboxRow } from '../ports/outbox.ts';
import type { Repos } from '../ports/store.ts';
import { endTroubles, enqueueCopy, openTrouble } from '../services/delivery/channel-trouble.ts';
import { DIRECT, directSubject, originOf, parseDirectSubject } from '../services/delivery/direct-copy.ts';
import { idsOfMentions, peopleBehind } from '../services/delivery/recipients.ts';
import { isPerson } from './channels.ts';
import { NoRoot, type OutboxContext } from './outbox-message.ts';
import type { Draft } from './outbox-renderer.ts';
import { fromSlackError, isChannelTrouble } from './slack-error.ts';

const NOT_TOLD = 'Not told: the channel cannot be posted to. The message itself shows the state.';

interface Refused {
  readonly row: OutboxRow;
  readonly draft: Draft;
  readonly thrown: unknown;
}

/**
 * Takes a message that its channel refuses for good to people instead. False: it is no such case, and the row is still
 * to be settled.
 */
export async function takeDetour(context: OutboxContext, refused: Refused): Promise<boolean> {
  const error = fromSlackError(refused.thrown);
  if (isRetryable(error)) return false;
  if (refused.row.kind === DIRECT) return giveUpCopy(context, refused);
  if (isPerson(refused.draft.channel)) return false;
  if (isChannelTrouble(refused.thrown)) {
    await goDirect(context, refused, error.publicMessage);
    return true;
  }
  return error.cause instanceof NoRoot && putReplyAside(context, refused);
}

/** The channel works. In the transaction that settles the row; ends what stood in the way of others. */
export async function clearTrouble({ deps }: OutboxContext, tx: Repos, { channel }: Draft): Promise<void> {
  if (!isPerson(channel)) await endTroubles({ deps, tx }, channel);
}

/** The root is a dead letter, of which one stands per thread, and goes to the responders; a reply is in the root. */
async function goDirect(context: OutboxContext, { row, draft }: Refused, problem: string): Promise<void> {
  const { deps, memory } = context;
  const { channel } = draft;
  memory.forget(channel);
  const recipients = await recipientsOf(context, draft);
  const called = await calledBy(context, draft);
  deps.logger.warn('the channel cannot be posted to', { channel, problem, outbox: row.id, direct: recipients.length });
  const now = deps.clock.now();
  await deps.store.write(async (tx) => {
    const trouble = await openTrouble({ deps, tx }, { channel, problem });
    const standing = (await tx.outbox.dead()).filter((one) => one.threadKey === row.threadKey && one.refusedBy);
    const isMoot = draft.inThreadOf !== null && standing.length > 0;
    if (isMoot) await tx.outbox.update({ ...row, state: 'dismissed', settledAt: now, problem: NOT_TOLD });
    else {
      for (const one of standing) await tx.outbox.update({ ...one, state: 'dismissed', settledAt: now });
      await tx.outbox.update({ ...row, state: 'dead', settledAt: now, problem, refusedBy: channel });
    }
    const origin = draft.inThreadOf ?? row;
    for (const userId of recipients) {
      const { kind, subjectId } = origin;
      await enqueueCopy({ deps, tx }, { troubleId: trouble.id, userId, kind, subjectId });
    }
    await enqueueCalls({ context, tx, troubleId: trouble.id }, { row, draft }, called);
  });
}

async function recipientsOf({ deps }: OutboxContext, { directTo, inThreadOf }: Draft): Promise<readonly string[]> {
  const { responders, admins } = deps.policy.roles;
  const only = directTo?.only ?? false;
  // Of a reply they get the message that it belongs to, which concerns more people.
  const ids = directTo !== undefined && (only || inThreadOf === null) ? directTo.ids : responders;
  const people = await peopleBehind(deps, ids);
  return people.length > 0 || only ? people : peopleBehind(deps, admins);
}

/** A reply to a message that people got directly. It is told only to those whom it calls. */
async function putReplyAside(context: OutboxContext, { row, draft }: Refused): Promise<boolean> {
  const { deps } = context;
  const called = await calledBy(context, draft);
  return deps.store.write(async (tx) => {
    const trouble = (await tx.channelTroubles.open()).find(({ channel }) => channel === draft.channel);
    if (trouble === undefined) return false;
    await tx.outbox.update({ ...row, state: 'dismissed', settledAt: deps.clock.now(), problem: NOT_TOLD });
    await enqueueCalls({ context, tx, troubleId: trouble.id }, { row, draft }, called);
    return true;
  });
}

/** Whom a reply mentions or is for: an escalation must reach them, wherever its thread is. */
async function calledBy(
  { deps }: OutboxContext,
  { inThreadOf, mentions = [], directTo }: Draft,
): Promise<readonly string[]> {
  return inThreadOf === null ? [] : peopleBehind(deps, [...idsOfMentions(mentions), ...(directTo?.ids ?? [])]);
}

interface Calling {
  readonly context: OutboxContext;
  readonly tx: Repos;
  readonly troubleId: string;
}

/** The message first, then the reply in its thread. */
async function enqueueCalls(
  { context: { deps }, tx, troubleId }: Calling,
  { row, draft }: Pick<Refused, 'row' | 'draft'>,
  userIds: readonly string[],
): Promise<void> {
  if (draft.inThreadOf === null) return;
  for (const userId of userIds) {
    const root = { troubleId, userId, ...draft.inThreadOf };
    await enqueueCopy({ deps, tx }, root);
    await enqueueCopy({ deps, tx }, { troubleId, userId, kind: row.kind, subjectId: row.subjectId }, root);
  }
}

/** Nobody gets it this way: when that holds for all, the admins do. */
async function giveUpCopy({ deps }: OutboxContext, { row, draft, thrown }: Refused): Promise<boolean> {
  const copy = parseDirectSubject(row.subjectId);
  if (copy === null) return false;
  const error = fromSlackError(thrown);
  const admins = await peopleBehind(deps, deps.policy.roles.admins);
  const settled = { ...row, settledAt: deps.clock.now(), problem: error.publicMessage };
  deps.logger.warn('direct message given up', { outbox: row.id, user: copy.userId, error });
  await deps.store.write(async (tx) => {
    await tx.outbox.update({ ...settled, state: draft.inThreadOf === null ? 'dead' : 'dismissed' });
    if (draft.inThreadOf !== null || draft.directTo?.only) return;
    const origin = originOf(row);
    const copies = (await tx.outbox.about(DIRECT, `${copy.troubleId}/`)).filter(
      (one) => originOf(one).subjectId === origin.subjectId && originOf(one).kind === origin.kind,
    );
    if (copies.some((one) => one.id !== row.id && one.state !== 'dead' && one.state !== 'dismissed')) return;
    const tried = new Set(copies.map((one) => one.subjectId));
    for (const userId of admins) {
      const next = { ...copy, userId };
      if (!tried.has(directSubject(next))) await enqueueCopy({ deps, tx }, next);
    }
  });
  return true;
}
