import { isTrue, type JsonObject, textOf } from '../json.ts';
import type { Platform } from '../platform.ts';
import { SlackError } from '../slack-error.ts';
import type { Channel, Message } from '../types.ts';
import { messageJson } from '../workspace.ts';
import { cursorFields, findChannel, findUser, isBotIn, type Methods, need, page, scopeByChannel } from './method.ts';

const HISTORY = { max: 999 };

export const conversationsMethods: Methods = {
  'conversations.open': { scope: () => 'im:write', run: open },
  'conversations.history': { scope: scopeByChannel('history'), run: history },
  'conversations.replies': { scope: scopeByChannel('history'), run: replies },
  'conversations.info': {
    scope: scopeByChannel('read'),
    run: (platform, args) => ({ channel: channelJson(platform, findChannel(platform, need(args, 'channel'))) }),
  },
  'conversations.members': {
    scope: scopeByChannel('read'),
    run: (platform, args) => {
      const { items, next } = page(findChannel(platform, need(args, 'channel')).members, args);
      return { members: items, ...cursorFields(next) };
    },
  },
  'conversations.list': {
    scope: scopeByTypes,
    run: (platform, args) => listing(platform, args, (channel) => channel.kind === 'public'),
  },
  'users.conversations': { scope: scopeByTypes, run: (platform, args) => listing(platform, args, () => false) },
};

const KINDS: Readonly<Record<string, { kind: Channel['kind']; scope: string }>> = {
  public_channel: { kind: 'public', scope: 'channels:read' },
  private_channel: { kind: 'private', scope: 'groups:read' },
  im: { kind: 'im', scope: 'im:read' },
};

function typesOf(args: JsonObject): readonly string[] {
  const types = (textOf(args['types']) ?? 'public_channel').split(',').map((type) => type.trim());
  if (types.some((type) => KINDS[type] === undefined && type !== 'mpim')) throw new SlackError('invalid_types');
  return types;
}

function scopeByTypes({ workspace }: Platform, args: JsonObject): string | undefined {
  const needed = typesOf(args).flatMap((type) => KINDS[type]?.scope ?? []);
  return needed.find((scope) => !workspace.seed.app.scopes.includes(scope));
}

function listing(platform: Platform, args: JsonObject, isOpenToAll: (channel: Channel) => boolean): JsonObject {
  const userId = textOf(args['user']) ?? platform.workspace.seed.app.botUserId;
  const kinds = typesOf(args).map((type) => KINDS[type]?.kind);
  const found = platform.workspace
    .channels()
    .filter((channel) => kinds.includes(channel.kind))
    .filter((channel) => !(isTrue(args['exclude_archived']) && channel.isArchived))
    .filter((channel) => isOpenToAll(channel) || channel.members.includes(userId));
  const { items, next } = page(found, args);
  return { channels: items.map((channel) => channelJson(platform, channel)), ...cursorFields(next) };
}

function open(platform: Platform, args: JsonObject): JsonObject {
  const { workspace } = platform;
  const given = textOf(args['channel']);
  if (given !== undefined) return { channel: { id: findChannel(platform, given).id } };
  const ids = need(args, 'users').split(',');
  const [id] = ids;
  if (id === undefined || ids.length > 1) throw new SlackError('too_many_users', { messages: ['[ERROR] one person'] });
  const user = findUser(platform, id);
  if (user.deleted === true) throw new SlackError('user_disabled');
  if (user.isBot === true) throw new SlackError('cannot_dm_bot');
  const isNew = workspace.channels().every((channel) => channel.kind !== 'im' || !channel.members.includes(id));
  const channel = workspace.openDirect(id);
  const state = isNew ? {} : { no_op: true, already_open: true };
  return { ...state, channel: isTrue(args['return_im']) ? channelJson(platform, channel) : { id: channel.id } };
}

function history(platform: Platform, args: JsonObject): JsonObject {
  const channel = readable(platform, args);
  const roots = platform.workspace
    .messages(channel.id)
    .filter((message) => message.threadTs === undefined || message.isBroadcastReply === true);
  const newestFirst = between(roots, args).reverse();
  return messagePage(platform, args, newestFirst);
}

function replies(platform: Platform, args: JsonObject): JsonObject {
  const channel = readable(platform, args);
  const ts = need(args, 'ts');
  const asked = platform.workspace.message(channel.id, ts);
  if (asked === undefined || asked.ephemeralTo !== undefined) throw new SlackError('thread_not_found');
  const root = asked.threadTs ?? ts;
  const thread = platform.workspace.messages(channel.id).filter((one) => one.ts === root || one.threadTs === root);
  return messagePage(platform, args, between(thread, args));
}

function readable(platform: Platform, args: JsonObject): Channel {
  const channel = findChannel(platform, need(args, 'channel'));
  if (!isBotIn(platform, channel)) throw new SlackError('not_in_channel');
  return channel;
}

function between(messages: readonly Message[], args: JsonObject): Message[] {
  const oldest = boundary(args, 'oldest', 0);
  const latest = boundary(args, 'latest', Number.POSITIVE_INFINITY);
  const isInclusive = isTrue(args['inclusive']);
  return messages.filter(({ ts }) => {
    const at = Number(ts);
    return isInclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
  });
}

function boundary(args: JsonObject, name: 'oldest' | 'latest', fallback: number): number {
  const value = args[name];
  if (value === undefined || value === '') return fallback;
  const at = Number(value);
  if (!Number.isFinite(at)) throw new SlackError(name === 'oldest' ? 'invalid_ts_oldest' : 'invalid_ts_latest');
  return at;
}

function messagePage(platform: Platform, args: JsonObject, messages: readonly Message[]): JsonObject {
  const withMetadata = isTrue(args['include_all_metadata']);
  const { items, next } = page(messages, args, HISTORY);
  return {
    messages: items.map((message) => messageJson(platform.workspace, message, withMetadata)),
    has_more: next !== '',
    ...cursorFields(next),
  };
}

function channelJson(platform: Platform, channel: Channel): JsonObject {
  if (channel.kind === 'im') {
    const user = channel.members.find((id) => id !== platform.workspace.seed.app.botUserId);
    return { id: channel.id, is_im: true, is_channel: false, user, is_archived: channel.isArchived };
  }
  return {
    id: channel.id,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: channel.kind === 'public',
    is_group: channel.kind === 'private',
    is_im: false,
    is_private: channel.kind === 'private',
    is_archived: channel.isArchived,
    is_shared: channel.isExtShared === true,
    is_ext_shared: channel.isExtShared === true,
    is_org_shared: false,
    is_pending_ext_shared: channel.isExtShared === 'pending',
    is_member: isBotIn(platform, channel),
    num_members: channel.members.length,
  };
}
