import type { JsonObject } from './json.ts';

export interface UserSeed {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly email?: string;
  readonly tz?: string;
  readonly isRestricted?: boolean;
  readonly isUltraRestricted?: boolean;
  readonly isAdmin?: boolean;
  readonly deleted?: boolean;
  /** Set for a person of another organization (Slack Connect). */
  readonly teamId?: string;
  readonly isBot?: boolean;
}

export interface ChannelSeed {
  readonly id: string;
  readonly name: string;
  readonly isPrivate?: boolean;
  readonly members: readonly string[];
  readonly isArchived?: boolean;
  /** With another organization; `pending`: it is invited. */
  readonly isExtShared?: boolean | 'pending';
}

export interface UsergroupSeed {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly users: readonly string[];
}

export interface AppSeed {
  readonly appId: string;
  readonly name: string;
  readonly botUserId: string;
  readonly botId: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly scopes: readonly string[];
  /** Event subscriptions as in the manifest, such as `message.channels`. */
  readonly botEvents: readonly string[];
  /** Slash commands as in the manifest; any command goes when left out. */
  readonly commands?: readonly string[];
}

export interface WorkspaceSeed {
  readonly team: { readonly id: string; readonly domain: string; readonly name?: string };
  readonly users: readonly UserSeed[];
  readonly channels: readonly ChannelSeed[];
  readonly usergroups?: readonly UsergroupSeed[];
  readonly app: AppSeed;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly kind: 'public' | 'private' | 'im';
  readonly members: readonly string[];
  readonly isArchived: boolean;
  readonly isExtShared?: boolean | 'pending';
}

/** A message as it stands now; an edit replaces the whole object. */
export interface Message {
  readonly channel: string;
  readonly ts: string;
  readonly user: string;
  readonly botId?: string;
  readonly text: string;
  readonly blocks: readonly JsonObject[];
  readonly attachments?: readonly JsonObject[];
  readonly metadata?: JsonObject;
  readonly threadTs?: string;
  readonly isBroadcastReply?: boolean;
  /** Only this person sees the message. */
  readonly ephemeralTo?: string;
  readonly edited?: { readonly user: string; readonly ts: string };
  readonly isTombstone?: boolean;
  readonly fileIds?: readonly string[];
}

export interface Notification {
  readonly userId: string;
  readonly kind: 'mention' | 'dm' | 'usergroup' | 'broadcast';
  readonly channel: string;
  readonly ts: string;
  readonly text: string;
  readonly at: number;
}

export interface View {
  readonly id: string;
  readonly userId: string;
  readonly hash: string;
  readonly rootViewId: string;
  readonly previousViewId?: string;
  /** What the app sent, with block ids filled in. */
  readonly body: JsonObject;
  /** `state.values`: what the person has entered so far. */
  readonly values: FormState;
}

export type FormState = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;

export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly size: number;
  readonly mimetype: string;
  /** Who put it there. */
  readonly user: string;
  readonly bytes?: Uint8Array;
  readonly isComplete: boolean;
  readonly channels: readonly string[];
}

export interface Change {
  readonly kind: 'posted' | 'edited' | 'deleted' | 'ephemeral' | 'modal' | 'home' | 'person';
  readonly channel?: string;
  readonly ts?: string;
  readonly userId?: string;
}

export interface ApiCall {
  readonly method: string;
  readonly args: JsonObject;
  readonly ok: boolean;
  readonly error?: string;
  /** Business time. */
  readonly at: number;
}
