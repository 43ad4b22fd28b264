import type { WebClient } from '@slack/web-api';
import { AppError } from '../domain/errors.ts';

const PAGE = 200;
const CHANNEL_ID = /^[CGD][A-Z0-9]{6,}$/;
const PERSON_ID = /^[UW][A-Z0-9]{2,}$/;

/** Whether a message's target is a person, who gets it as a direct message. */
export function isPerson(target: string): boolean {
  return PERSON_ID.test(target);
}

/** The id of `#name`, looked up among the channels that the bot is in; an id is returned as it is. */
export async function channelIdOf(client: WebClient, channel: string): Promise<string> {
  if (CHANNEL_ID.test(channel)) return channel;
  if (isPerson(channel)) return directChannelOf(client, channel);
  const name = channel.replace(/^#/, '');
  let cursor: string | undefined;
  do {
    const page = await client.users.conversations({
      types: 'public_channel,private_channel',
      exclude_archived: true,
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    const found = page.channels?.find((one) => one.name === name);
    if (found?.id !== undefined) return found.id;
    cursor = page.response_metadata?.next_cursor || undefined;
  } while (cursor !== undefined);
  throw new AppError({
    code: 'slack_rejected',
    message: `the bot is in no channel called ${name}`,
    publicMessage: `The bot is in no channel called #${name}. Invite it there, or name another one in policy.yml (channels.alerts).`,
  });
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
