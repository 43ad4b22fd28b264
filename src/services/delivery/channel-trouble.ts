import { systemActor } from '../../domain/actor.ts';
import { postingChannels } from '../../domain/policy.ts';
import type { ChannelTrouble, OutboxRow } from '../../ports/outbox.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { DIRECT, type DirectCopy, directSubject, parseDirectSubject } from './direct-copy.ts';

interface Context {
  readonly deps: Pick<Deps, 'clock' | 'ids' | 'policy'>;
  readonly tx: Repos;
}

/** Notes that a channel cannot be posted to, and why now. */
export async function openTrouble(
  { deps, tx }: Context,
  { channel, problem }: Pick<ChannelTrouble, 'channel' | 'problem'>,
): Promise<ChannelTrouble> {
  const standing = (await tx.channelTroubles.open()).find((one) => one.channel === channel);
  const sinceAt = standing?.sinceAt ?? deps.clock.now();
  const trouble = { id: standing?.id ?? deps.ids.next('trouble'), channel, problem, sinceAt, endedAt: null };
  await tx.channelTroubles.put(trouble);
  if (standing === undefined) await appendAudit({ deps, tx }, trouble, 'channel.refused');
  return trouble;
}

/**
 * The channel has taken a message: what it refused goes out now, and the copies that people got say where it goes on. A
 * channel that policy does not name any more has no trouble either.
 */
export async function endTroubles({ deps, tx }: Context, channel: string): Promise<void> {
  const open = await tx.channelTroubles.open();
  const named = new Set(postingChannels(deps.policy).map((posting) => posting.channel));
  for (const trouble of open) {
    if (trouble.channel !== channel && named.has(trouble.channel)) continue;
    const ended = { ...trouble, endedAt: deps.clock.now() };
    await tx.channelTroubles.put(ended);
    await appendAudit({ deps, tx }, ended, 'channel.works');
    for (const row of await refusedRows(tx, trouble.channel)) await tryAgain({ deps, tx }, row);
    await closeCopies({ deps, tx }, ended);
  }
}

/** Lets one message of each refusing channel try whether it is taken now. Returns how many. */
export async function probeChannels({ store, clock, ids, policy }: Deps): Promise<number> {
  // Reads first: a write each time would be one for nothing.
  if ((await store.read.outbox.dead()).every(({ refusedBy }) => refusedBy === null)) return 0;
  return store.write(async (tx) => {
    const rows = await refusedRows(tx);
    const first = rows.filter((row, index) => rows.findIndex((one) => one.refusedBy === row.refusedBy) === index);
    for (const row of first) await tryAgain({ deps: { clock, ids, policy }, tx }, row);
    return first.length;
  });
}

async function refusedRows(tx: Repos, channel?: string): Promise<readonly OutboxRow[]> {
  const dead = await tx.outbox.dead();
  return dead.filter(({ refusedBy }) => refusedBy !== null && (channel === undefined || refusedBy === channel));
}

/** The refused try has certainly left nothing at Slack. */
async function tryAgain({ deps, tx }: Context, row: OutboxRow): Promise<void> {
  const attempts = Math.max(0, row.attempts - 1);
  await tx.outbox.update({ ...row, state: 'pending', attempts, notBeforeAt: deps.clock.now(), settledAt: null });
}

export async function enqueueCopy({ deps, tx }: Context, copy: DirectCopy, root = copy): Promise<void> {
  await tx.outbox.enqueue({
    id: deps.ids.next('out'),
    kind: DIRECT,
    subjectId: directSubject(copy),
    threadKey: `${DIRECT}:${directSubject(root)}`,
    createdAt: deps.clock.now(),
  });
}

/** Each copy that stands somewhere gets its last edit; those that reached nobody are moot. */
async function closeCopies({ deps, tx }: Context, { id, endedAt }: ChannelTrouble): Promise<void> {
  for (const row of await tx.outbox.about(DIRECT, `${id}/`)) {
    if (row.state === 'dead') await tx.outbox.update({ ...row, state: 'dismissed', settledAt: endedAt });
  }
  for (const { subjectId } of await tx.messages.about(DIRECT, `${id}/`)) {
    const copy = parseDirectSubject(subjectId);
    if (copy !== null) await enqueueCopy({ deps, tx }, copy);
  }
}

async function appendAudit({ deps, tx }: Context, trouble: ChannelTrouble, verb: string): Promise<void> {
  await tx.audit.append({
    at: deps.clock.now(),
    actor: systemActor('outbox'),
    verb,
    subject: trouble.id,
    detail: { channel: trouble.channel, problem: trouble.problem },
  });
}

/** A channel that cannot be posted to, and who is told by direct message instead. */
export interface ChannelTroubleStatus extends ChannelTrouble {
  readonly toldUserIds: readonly string[];
}

export async function readTroubles({ store }: Pick<Deps, 'store'>): Promise<readonly ChannelTroubleStatus[]> {
  const { channelTroubles, messages } = store.read;
  const told = async ({ id }: ChannelTrouble) => {
    const copies = await messages.about(DIRECT, `${id}/`);
    return [...new Set(copies.flatMap(({ subjectId }) => parseDirectSubject(subjectId)?.userId ?? []))];
  };
  const open = await channelTroubles.open();
  return Promise.all(open.map(async (trouble) => ({ ...trouble, toldUserIds: await told(trouble) })));
}
