import { isTrue, type JsonObject, objectsIn, textOf } from '../json.ts';
import type { Platform } from '../platform.ts';
import { invalidArguments, SlackError } from '../slack-error.ts';
import { validateMessage } from '../strictness/index.ts';
import type { Channel, Message } from '../types.ts';
import { messageJson } from '../workspace.ts';
import { findChannel, findUser, isBotIn, type Method, type Methods, need, refuse, structured } from './method.ts';

const MAX_TEXT = 40_000;
const POST_INTERVAL_MS = 1_000;

const scope = (): string => 'chat:write';

export const chatMethods: Methods = {
  'chat.postMessage': { scope, run: postMessage },
  'chat.update': { scope, run: update },
  'chat.delete': { scope, run: remove },
  'chat.postEphemeral': { scope, run: postEphemeral },
  'chat.getPermalink': { run: getPermalink } satisfies Method,
};

interface Content {
  readonly text: string;
  readonly blocks: readonly JsonObject[];
  readonly attachments?: readonly JsonObject[];
  readonly metadata?: JsonObject;
}

/** Text, blocks, attachments and metadata of a call, refused where Slack refuses them. */
export function contentOf(args: JsonObject, kind: 'post' | 'update'): Content {
  const blocks = structured(args, 'blocks', 'invalid_blocks_format');
  const attachments = structured(args, 'attachments', 'invalid_attachments');
  const metadata = structured(args, 'metadata', 'invalid_metadata_format');
  refuse(validateMessage({ text: args['text'], blocks, attachments, metadata }, kind));
  return {
    text: (textOf(args['text']) ?? '').slice(0, MAX_TEXT),
    blocks: objectsIn(blocks),
    ...(attachments === undefined ? {} : { attachments: objectsIn(attachments) }),
    ...(metadata === undefined ? {} : { metadata: Object(metadata) }),
  };
}

function postMessage(platform: Platform, args: JsonObject): JsonObject {
  const { workspace } = platform;
  const channel = postable(platform, need(args, 'channel'));
  const content = contentOf(args, 'post');
  const thread = threadOf(platform, channel, args['thread_ts']);
  limitRate(platform, channel);
  const { app } = workspace.seed;
  const isBroadcastReply = thread !== undefined && isTrue(args['reply_broadcast']);
  const message = workspace.post({
    channel: channel.id,
    user: app.botUserId,
    botId: app.botId,
    ...content,
    ...(thread === undefined ? {} : { threadTs: thread }),
    ...(isBroadcastReply ? { isBroadcastReply } : {}),
  });
  return { channel: channel.id, ts: message.ts, message: messageJson(workspace, message) };
}

/** Where a post may go: an id, a name, or a person's id for the direct channel. */
function postable(platform: Platform, target: string): Channel {
  const { workspace } = platform;
  if (/^[UW]/.test(target) && workspace.user(target) !== undefined) {
    const user = findUser(platform, target);
    if (user.deleted === true) throw new SlackError('user_disabled');
    return workspace.openDirect(target);
  }
  const channel = findChannel(platform, workspace.channel(target)?.id ?? workspace.channelNamed(target)?.id ?? target);
  if (channel.isArchived) throw new SlackError('is_archived');
  const mayPost = isBotIn(platform, channel) || workspace.seed.app.scopes.includes('chat:write.public');
  if (!mayPost) throw new SlackError('not_in_channel');
  return channel;
}

function threadOf(platform: Platform, channel: Channel, threadTs: unknown): string | undefined {
  const ts = textOf(threadTs);
  if (ts === undefined) return undefined;
  const parent = platform.workspace.message(channel.id, ts);
  // Slack files a reply to a reply, or to nothing, under a thread nobody can open: here it is refused.
  if (parent === undefined || parent.threadTs !== undefined || parent.ephemeralTo !== undefined) {
    throw new SlackError('cannot_reply_to_message');
  }
  return ts;
}

function limitRate(platform: Platform, channel: Channel): void {
  if (!platform.enforceRateLimit) return;
  const now = platform.clock.now();
  const last = platform.lastPostAt.get(channel.id);
  if (last !== undefined && now - last < POST_INTERVAL_MS) {
    throw new SlackError('ratelimited', { status: 429, retryAfterS: 1 });
  }
  platform.lastPostAt.set(channel.id, now);
}

function update(platform: Platform, args: JsonObject): JsonObject {
  const { workspace } = platform;
  const channel = findChannel(platform, need(args, 'channel'));
  const before = ownMessage(platform, channel, { ts: need(args, 'ts'), refusal: 'cant_update_message' });
  if (channel.isArchived) throw new SlackError('is_inactive');
  const { metadata, ...content } = contentOf(args, 'update');
  // Metadata left out stays, `{}` takes it away; blocks left out are gone.
  const { metadata: old, ...rest } = before;
  const kept = metadata ?? old ?? {};
  const edited = { user: workspace.seed.app.botUserId, ts: workspace.nextTs() };
  const isBare = Object.keys(kept).length === 0;
  const after = workspace.replace(before, { ...rest, ...content, edited, ...(isBare ? {} : { metadata: kept }) });
  return { channel: channel.id, ts: after.ts, text: after.text, message: messageJson(workspace, after) };
}

function ownMessage(
  platform: Platform,
  channel: Channel,
  { ts, refusal }: { ts: string; refusal: 'cant_update_message' | 'cant_delete_message' },
): Message {
  const message = platform.workspace.message(channel.id, ts);
  if (message === undefined || message.ephemeralTo !== undefined || message.isTombstone === true) {
    throw new SlackError('message_not_found');
  }
  if (message.botId !== platform.workspace.seed.app.botId) throw new SlackError(refusal);
  return message;
}

function remove(platform: Platform, args: JsonObject): JsonObject {
  const channel = findChannel(platform, need(args, 'channel'));
  const message = ownMessage(platform, channel, { ts: need(args, 'ts'), refusal: 'cant_delete_message' });
  platform.workspace.remove(message);
  return { channel: channel.id, ts: message.ts };
}

function postEphemeral(platform: Platform, args: JsonObject): JsonObject {
  const { workspace } = platform;
  const channel = findChannel(platform, need(args, 'channel'));
  const userId = need(args, 'user');
  if (channel.isArchived) throw new SlackError('is_archived');
  if (!isBotIn(platform, channel)) throw new SlackError('not_in_channel');
  if (!channel.members.includes(userId)) throw new SlackError('user_not_in_channel');
  const { metadata: _metadata, ...content } = contentOf(args, 'post');
  const thread = threadOf(platform, channel, args['thread_ts']);
  const { botUserId: user, botId } = workspace.seed.app;
  const place = { channel: channel.id, user, botId, ephemeralTo: userId };
  const message = workspace.post({ ...place, ...content, ...(thread === undefined ? {} : { threadTs: thread }) });
  return { message_ts: message.ts };
}

function getPermalink(platform: Platform, args: JsonObject): JsonObject {
  const { workspace } = platform;
  const channel = findChannel(platform, need(args, 'channel'));
  const ts = textOf(args['message_ts']);
  if (ts === undefined) throw invalidArguments('missing required field: message_ts');
  const message = workspace.message(channel.id, ts);
  if (message === undefined || message.ephemeralTo !== undefined) throw new SlackError('message_not_found');
  const thread = message.threadTs === undefined ? '' : `?thread_ts=${message.threadTs}&cid=${channel.id}`;
  const path = `archives/${channel.id}/p${message.ts.replace('.', '')}${thread}`;
  return { channel: channel.id, permalink: `https://${workspace.seed.team.domain}.slack.com/${path}` };
}
