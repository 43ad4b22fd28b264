import type { WebClient } from '@slack/web-api';
import { AppError } from '../domain/errors.ts';

const PAGE = 200;
const CHANNEL_ID = /^[CGD][A-Z0-9]{2,}$/;
const PERSON_ID = /^[UW][A-Z0-9]{2,}$/;

/** No channel that the bot is in, and that is not archived, has this name. */
export class NoSuchChannel extends Error {
  override readonly name = 'NoSuchChannel';
}

/** Whether a message's target is a person, who gets it as a direct message. */
export function isPerson(target: string): boolean {
  return PERSON_ID.test(target);
}

/** The id of `#name`, looked up among the channels that the bot is in; an id is returned as it is. */
export async function channelIdOf(client: WebClient, channel: string): Promise<string> {
  if (CHANNEL_ID.test(channel)) return channel;
  const name = channel.replace(/^#/, '');
  let isArchived = false;
  let cursor: string | undefined;
  do {
    const page = await client.users.conversations({
      types: 'public_channel,private_channel',
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    const named = page.channels?.filter((one) => one.name === name) ?? [];
    const found = named.find((one) => one.is_archived !== true);
    if (found?.id !== undefined) return found.id;
    isArchived ||= named.length > 0;
    cursor = page.response_metadata?.next_cursor || undefined;
  } while (cursor !== undefined);
  throw noSuchChannel(name, isArchived);
}

/** The direct channel with a person, made when there is none yet. */
export async function directChannelOf(client: WebClient, userId: string): Promise<string> {
  const { channel } = await client.conversations.open({ users: userId });
  if (channel?.id !== undefined) return channel.id;
  throw new AppError({
    code: 'slack_unavailable',
    message: 'conversations.open answered without a channel',
    publicMessage: 'Slack did not say where the direct message goes.',
  });
}

function noSuchChannel(name: string, isArchived: boolean): AppError {
  return new AppError({
    code: 'slack_rejected',
    message: isArchived ? `the channel ${name} is archived` : `the bot is in no channel called ${name}`,
    publicMessage: isArchived
      ? `The channel #${name} is archived. Unarchive it, or name another one in policy.yml (channels.alerts, digest.channel).`
      : `The bot is in no channel called #${name}. Invite it there, or name another one in policy.yml (channels.alerts, digest.channel).`,
    cause: new NoSuchChannel(name),
  });
}
