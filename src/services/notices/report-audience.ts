import { AppError, publicMessageOf, toError } from '../../domain/errors.ts';
import type { AudienceDetail, NoticeOf } from '../../domain/notice.ts';
import { type PostingChannel, postingChannels } from '../../domain/policy.ts';
import { plural } from '../../domain/time.ts';
import type { ChannelFacts } from '../../ports/directory.ts';
import type { Deps } from '../deps.ts';
import { adminsToTell } from './admins-to-tell.ts';
import { closeNotice, type NoticeContext, openNotice, sendNoticeTo, updateNotice } from './announce-notice.ts';

type AudienceDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'policy' | 'directory' | 'logger'>;

/** At start: alerts must not go to another organization. What cannot be looked up is no reason to leave keys unwatched. */
export async function refuseSharedChannel(deps: Pick<Deps, 'directory' | 'policy' | 'logger'>): Promise<void> {
  let channel: ChannelFacts;
  try {
    channel = await deps.directory.channel(deps.policy.channels.alerts);
  } catch (error) {
    const problem = publicMessageOf(error);
    deps.logger.warn('whether the alerts channel is shared cannot be looked up', { problem, error: toError(error) });
    return;
  }
  if (!channel.isShared) return;
  throw new AppError({
    code: 'invalid_config',
    message: `the alerts channel ${channel.id} is shared with another organization`,
    publicMessage: `#${channel.name} is shared with another organization (Slack Connect), or one is invited: it would read which keys you have and what they cost. Stop sharing the channel, or name another one in policy.yml (channels.alerts).`,
  });
}

/** Who reads the alerts, or the digest, without being a full member: the admins are told once, and when it is over. */
export async function reportAudience(deps: AudienceDeps): Promise<void> {
  const { details, failures } = await readAudiences(deps);
  const adminIds = await adminsToTell(deps, null);
  for (const detail of details.filter(isExposed)) {
    const { channelName, guestIds, isShared } = detail;
    deps.logger.warn(audienceText(detail), { channel: channelName, guests: guestIds.length, isShared });
  }
  await deps.store.write(async (tx) => {
    const context = { deps, tx, adminIds };
    for (const notice of await tx.notices.allOpen('audience')) {
      const detail = details.find(({ channelId }) => channelId === notice.subject);
      // A channel that policy names no more is over; one that could not be looked up may be this one.
      if (detail === undefined && failures.length > 0) continue;
      // Read by a whole organization more: that is told anew.
      const isNews = detail?.isShared && !notice.detail.isShared;
      if (detail === undefined || isNews || !isExposed(detail)) await end(context, notice);
      else if (!same(notice.detail, detail)) await change(context, notice, detail);
    }
    for (const detail of details.filter(isExposed)) {
      if ((await tx.notices.open('audience', detail.channelId)) !== undefined) continue;
      await tell(context, await openNotice(context, { kind: 'audience', subject: detail.channelId, detail }));
    }
  });
  if (failures[0] !== undefined) throw failures[0];
}

/** One sentence for the log and for status. */
export function audienceText({ channelName, setting, guestIds, isShared }: AudienceDetail): string {
  const who = [
    ...(isShared ? ['another organization'] : []),
    ...(guestIds.length > 0 ? [plural(guestIds.length, 'guest')] : []),
  ];
  const what = setting === 'digest.channel' ? 'the weekly digest goes' : 'the alerts go';
  return `#${channelName}, where ${what}, is read by ${who.join(' and ')}`;
}

interface Audiences {
  /** Each channel once. */
  readonly details: readonly AudienceDetail[];
  /** Why the others could not be looked up. */
  readonly failures: readonly Error[];
}

async function readAudiences(deps: AudienceDeps): Promise<Audiences> {
  const details: AudienceDetail[] = [];
  const failures: Error[] = [];
  for (const posting of postingChannels(deps.policy)) {
    try {
      const detail = await readAudience(deps, posting);
      // One may be named by its id, the other by its name.
      if (!details.some(({ channelId }) => channelId === detail.channelId)) details.push(detail);
    } catch (error) {
      failures.push(toError(error));
    }
  }
  return { details, failures };
}

async function readAudience(
  { directory }: AudienceDeps,
  { channel, setting }: PostingChannel,
): Promise<AudienceDetail> {
  const { id, name, isShared } = await directory.channel(channel);
  const inside = new Set(await directory.channelMembers(id));
  // Bots are not among the people; strangers are there only where the channel is shared.
  const guests = (await directory.members()).filter((one) => !one.isActiveFullMember && inside.has(one.userId));
  const guestIds = guests.map(({ userId }) => userId).sort();
  return { channelId: id, channelName: name, setting, guestIds, isShared };
}

function isExposed({ isShared, guestIds }: AudienceDetail): boolean {
  return isShared || guestIds.length > 0;
}

interface Context extends NoticeContext {
  readonly adminIds: readonly string[];
}

type AudienceNotice = NoticeOf<'audience'>;

async function end(context: Context, notice: AudienceNotice): Promise<void> {
  await closeNotice(context, notice, notice.detail);
  await tell(context, notice);
}

async function change(context: Context, notice: AudienceNotice, detail: AudienceDetail): Promise<void> {
  await updateNotice(context, notice, detail);
  await tell(context, notice);
}

async function tell(context: Context, notice: AudienceNotice): Promise<void> {
  for (const adminId of context.adminIds) await sendNoticeTo(context, notice, adminId);
}

function same(a: AudienceDetail, b: AudienceDetail): boolean {
  return a.isShared === b.isShared && a.guestIds.join() === b.guestIds.join() && a.channelName === b.channelName;
}
