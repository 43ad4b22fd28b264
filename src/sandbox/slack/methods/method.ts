import { jsonArg } from '../http-body.ts';
import type { JsonObject } from '../json.ts';
import type { Platform } from '../platform.ts';
import { invalidArguments, SlackError } from '../slack-error.ts';
import { lineOf, type Violation } from '../strictness/index.ts';
import type { Channel, UserSeed } from '../types.ts';

/** One Web API method: what it needs and what it does. */
export interface Method {
  /** Which token opens it; the bot token unless told otherwise. */
  readonly token?: 'app';
  /** The bot scope it needs for these arguments. */
  scope?(platform: Platform, args: JsonObject): string | undefined;
  run(platform: Platform, args: JsonObject): JsonObject;
}

export type Methods = Readonly<Record<string, Method>>;

/** A required argument as text. */
export function need(args: JsonObject, name: string): string {
  const value = args[name];
  if (typeof value === 'string' && value !== '') return value;
  throw invalidArguments(`missing required field: ${name}`);
}

/** Blocks, view or metadata: JSON text in a form, an object in a JSON body. */
export function structured(args: JsonObject, name: string, errorCode: string): unknown {
  const value = args[name];
  if (value === undefined || value === null || value === '') return undefined;
  const parsed = jsonArg(value);
  if (typeof parsed === 'object' && parsed !== null) return parsed;
  throw new SlackError(errorCode, { messages: [`[ERROR] ${name}: not valid JSON`] });
}

export function refuse(violations: readonly Violation[]): void {
  const [first] = violations;
  if (first === undefined) return;
  const same = violations.filter((violation) => violation.code === first.code);
  throw new SlackError(first.code, { messages: same.map(lineOf) });
}

export function findUser(platform: Platform, id: string): UserSeed {
  const user = platform.workspace.user(id);
  if (user === undefined) throw new SlackError('user_not_found');
  return user;
}

/** A channel the bot knows of: all public ones, and those it is in. */
export function findChannel(platform: Platform, id: string): Channel {
  const channel = platform.workspace.channel(id);
  if (channel === undefined) throw new SlackError('channel_not_found');
  if (channel.kind !== 'public' && !isBotIn(platform, channel)) throw new SlackError('channel_not_found');
  return channel;
}

export function isBotIn(platform: Platform, channel: Channel): boolean {
  return channel.members.includes(platform.workspace.seed.app.botUserId);
}

const PREFIX = { public: 'channels', private: 'groups', im: 'im' } as const;

/** `channels:…`, `groups:…` or `im:…`, by the kind of the channel that is asked for. */
export function scopeByChannel(ability: 'history' | 'read'): NonNullable<Method['scope']> {
  return (platform, args) => {
    const channel = platform.workspace.channel(String(args['channel'] ?? ''));
    return channel === undefined ? undefined : `${PREFIX[channel.kind]}:${ability}`;
  };
}

/** One page of a list with Slack's cursor paging. */
export function page<T>(
  all: readonly T[],
  args: JsonObject,
  { fallback = 100, max = 1000 }: { fallback?: number; max?: number } = {},
): { readonly items: readonly T[]; readonly next: string } {
  const limit = args['limit'] === undefined ? fallback : Number(args['limit']);
  if (!Number.isInteger(limit) || limit < 1 || limit > max) throw new SlackError('invalid_limit');
  const start = offsetOf(args['cursor']);
  const items = all.slice(start, start + limit);
  const end = start + items.length;
  return { items, next: end < all.length ? Buffer.from(`next:${end}`).toString('base64') : '' };
}

function offsetOf(cursor: unknown): number {
  if (cursor === undefined || cursor === '') return 0;
  const match = /^next:(\d+)$/.exec(Buffer.from(String(cursor), 'base64').toString('utf8'));
  if (match === null) throw new SlackError('invalid_cursor');
  return Number(match[1]);
}

export function cursorFields(next: string): JsonObject {
  return { response_metadata: { next_cursor: next } };
}
