import type { Clock } from '../../ports/clock.ts';
import { mentionsIn, withIds } from './blocks.ts';
import type { JsonObject } from './json.ts';
import type {
  Change,
  Channel,
  Message,
  Notification,
  StoredFile,
  UsergroupSeed,
  UserSeed,
  WorkspaceSeed,
} from './types.ts';

const DELETED_TEXT = 'This message was deleted.';

export type NewMessage = Omit<Message, 'ts'>;

export interface WorkspaceOptions {
  readonly clock: Clock;
  readonly seed: WorkspaceSeed;
  readonly nextId: (prefix: string) => string;
}

/** What is visible of a workspace from outside: state only, nothing that changes it. */
export type WorkspaceView = Pick<
  Workspace,
  | 'seed'
  | 'users'
  | 'user'
  | 'channels'
  | 'channel'
  | 'channelNamed'
  | 'messages'
  | 'message'
  | 'replies'
  | 'ephemerals'
  | 'notifications'
  | 'files'
>;

/** People, channels, messages and files: the state of the stand-in, as people would see it. */
export class Workspace {
  readonly seed: WorkspaceSeed;
  readonly nextId: (prefix: string) => string;
  readonly notifications: Notification[] = [];
  readonly files = new Map<string, StoredFile>();
  readonly #clock: Clock;
  readonly #pins = new Map<string, Set<string>>();
  readonly #users = new Map<string, UserSeed>();
  readonly #channels = new Map<string, Channel>();
  readonly #messages: Message[] = [];
  readonly #listeners = new Set<(change: Change, message?: Message, before?: Message) => void>();
  #lastTsMicros = 0;

  constructor({ clock, seed, nextId }: WorkspaceOptions) {
    this.seed = seed;
    this.nextId = nextId;
    this.#clock = clock;
    const bot = { id: seed.app.botUserId, name: seed.app.name, realName: seed.app.name, isBot: true };
    for (const user of [bot, ...seed.users]) this.#users.set(user.id, user);
    for (const channel of seed.channels) {
      const kind = channel.isPrivate === true ? 'private' : 'public';
      const { id, name, members, isExtShared = false } = channel;
      this.#channels.set(id, { id, name, kind, members, isArchived: channel.isArchived === true, isExtShared });
    }
  }

  users(): readonly UserSeed[] {
    return [...this.#users.values()];
  }

  user(id: string): UserSeed | undefined {
    return this.#users.get(id);
  }

  channels(): readonly Channel[] {
    return [...this.#channels.values()];
  }

  channel(id: string): Channel | undefined {
    return this.#channels.get(id);
  }

  channelNamed(name: string): Channel | undefined {
    return this.channels().find((channel) => channel.kind !== 'im' && channel.name === name.replace(/^#/, ''));
  }

  usergroups(): readonly UsergroupSeed[] {
    return this.seed.usergroups ?? [];
  }

  /** Messages everyone in the channel sees, oldest first, threads included. */
  messages(channelId: string): readonly Message[] {
    return this.#messages.filter((message) => message.channel === channelId && message.ephemeralTo === undefined);
  }

  ephemerals(channelId: string, userId: string): readonly Message[] {
    return this.#messages.filter((message) => message.channel === channelId && message.ephemeralTo === userId);
  }

  /** A message of the channel, an ephemeral one included. */
  message(channelId: string, ts: string): Message | undefined {
    return this.#messages.find((message) => message.channel === channelId && message.ts === ts);
  }

  /** The ts of what is pinned in a channel. */
  pinsOf(channelId: string): Set<string> {
    const known = this.#pins.get(channelId) ?? new Set();
    this.#pins.set(channelId, known);
    return known;
  }

  replies(channelId: string, threadTs: string): readonly Message[] {
    return this.messages(channelId).filter((message) => message.threadTs === threadTs);
  }

  onChange(listener: (change: Change, message?: Message, before?: Message) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(change: Change, message?: Message, before?: Message): void {
    for (const listener of this.#listeners) listener(change, message, before);
  }

  /** The next message id: business time in microseconds, never the same twice. */
  nextTs(): string {
    this.#lastTsMicros = Math.max(this.#clock.now() * 1000, this.#lastTsMicros + 1);
    const seconds = Math.floor(this.#lastTsMicros / 1_000_000);
    return `${seconds}.${String(this.#lastTsMicros % 1_000_000).padStart(6, '0')}`;
  }

  post(draft: NewMessage): Message {
    const message = { ...draft, blocks: withIds(draft.blocks, this.nextId), ts: this.nextTs() };
    this.#messages.push(message);
    if (message.ephemeralTo === undefined) this.#notify(message);
    const kind = message.ephemeralTo === undefined ? 'posted' : 'ephemeral';
    this.emit({ kind, channel: message.channel, ts: message.ts, userId: message.ephemeralTo ?? message.user }, message);
    return message;
  }

  /** Puts another content in a message's place. Edits notify nobody. */
  replace(before: Message, next: NewMessage): Message {
    const after = { ...next, blocks: withIds(next.blocks, this.nextId), ts: before.ts };
    this.#messages[this.#messages.indexOf(before)] = after;
    this.emit({ kind: 'edited', channel: after.channel, ts: after.ts, userId: after.user }, after, before);
    return after;
  }

  remove(message: Message): void {
    const index = this.#messages.indexOf(message);
    if (this.replies(message.channel, message.ts).length > 0) {
      const { metadata: _metadata, attachments: _attachments, ...rest } = message;
      this.#messages[index] = { ...rest, text: DELETED_TEXT, blocks: [], isTombstone: true };
    } else {
      this.#messages.splice(index, 1);
    }
    this.emit({ kind: 'deleted', channel: message.channel, ts: message.ts, userId: message.user }, message);
  }

  /** The direct channel between the bot and a person; made when it is not there yet. */
  openDirect(userId: string): Channel {
    const botUserId = this.seed.app.botUserId;
    const open = this.channels().find((channel) => channel.kind === 'im' && channel.members.includes(userId));
    if (open !== undefined) return open;
    const id = `D${userId.slice(1)}`;
    const channel: Channel = { id, name: userId, kind: 'im', members: [userId, botUserId], isArchived: false };
    this.#channels.set(id, channel);
    return channel;
  }

  setUser(user: UserSeed): void {
    this.#users.set(user.id, user);
    this.emit({ kind: 'person', userId: user.id });
  }

  setChannel(channel: Channel): void {
    this.#channels.set(channel.id, channel);
  }

  #notify(message: Message): void {
    const channel = this.#channels.get(message.channel);
    if (channel === undefined) return;
    const { users, usergroups, isBroadcast } = mentionsIn(message.text, message.blocks);
    const called = new Set(this.usergroups().flatMap((group) => (usergroups.has(group.id) ? group.users : [])));
    for (const userId of channel.members) {
      if (userId === message.user || this.user(userId)?.deleted === true) continue;
      const kind = notificationKind({ isBroadcast, isNamed: users.has(userId), isCalled: called.has(userId), channel });
      if (kind === undefined) continue;
      const { ts, text } = message;
      this.notifications.push({ userId, kind, channel: channel.id, ts, text, at: this.#clock.now() });
    }
  }
}

interface Reasons {
  readonly isBroadcast: boolean;
  readonly isNamed: boolean;
  readonly isCalled: boolean;
  readonly channel: Channel;
}

function notificationKind({ isBroadcast, isNamed, isCalled, channel }: Reasons): Notification['kind'] | undefined {
  // A broadcast is named before anything else, so that a test can assert that none ever happened.
  if (isBroadcast) return 'broadcast';
  if (channel.kind === 'im') return 'dm';
  if (isNamed) return 'mention';
  return isCalled ? 'usergroup' : undefined;
}

/** Fields of a message as the Web API and the payloads carry them. */
export function messageJson(workspace: Workspace, message: Message, withMetadata = true): JsonObject {
  const { app, team } = workspace.seed;
  const replies = workspace.replies(message.channel, message.ts);
  return {
    type: 'message',
    user: message.user,
    ts: message.ts,
    text: message.text,
    team: team.id,
    ...(message.botId === undefined ? {} : { bot_id: message.botId, app_id: app.appId }),
    ...(message.blocks.length === 0 ? {} : { blocks: message.blocks }),
    ...(message.attachments === undefined ? {} : { attachments: message.attachments }),
    ...(message.edited === undefined ? {} : { edited: message.edited }),
    ...(withMetadata && message.metadata !== undefined ? { metadata: message.metadata } : {}),
    ...(message.isTombstone === true ? { subtype: 'tombstone' } : {}),
    ...(message.isBroadcastReply === true ? { subtype: 'thread_broadcast' } : {}),
    ...(message.fileIds === undefined ? {} : { files: message.fileIds.map((id) => ({ id })) }),
    ...threadJson(message, replies),
  };
}

function threadJson(message: Message, replies: readonly Message[]): JsonObject {
  if (message.threadTs !== undefined) return { thread_ts: message.threadTs };
  const latest = replies.at(-1);
  if (latest === undefined) return {};
  const users = [...new Set(replies.map((reply) => reply.user))];
  return {
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users: users,
    reply_users_count: users.length,
    latest_reply: latest.ts,
  };
}
