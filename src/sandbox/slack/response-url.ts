import type { ResponseTarget } from './interactions.ts';
import { isTrue, type JsonObject } from './json.ts';
import { contentOf } from './methods/chat.ts';
import type { Platform } from './platform.ts';
import { SlackError } from './slack-error.ts';
import type { Message } from './types.ts';

/** Does what a post to a response URL asks for. */
export function respond(platform: Platform, target: ResponseTarget, args: JsonObject): void {
  const original = originalOf(platform, target);
  if (isTrue(args['delete_original'])) {
    if (original === undefined) throw new SlackError('message_not_found', { status: 404 });
    platform.workspace.remove(original);
    return;
  }
  if (isTrue(args['replace_original']) && original !== undefined) {
    const content = contentOf(args, 'post');
    const { ts: _ts, ...rest } = original;
    const edited = { user: platform.workspace.seed.app.botUserId, ts: platform.workspace.nextTs() };
    platform.workspace.replace(original, { ...rest, ...content, edited });
    return;
  }
  postAnswer(platform, target, args);
}

function originalOf({ workspace }: Platform, target: ResponseTarget): Message | undefined {
  return target.messageTs === undefined ? undefined : workspace.message(target.channel, target.messageTs);
}

/** A new message in answer to a gesture: for the person alone unless it says `in_channel`. */
export function postAnswer(platform: Platform, target: ResponseTarget, args: JsonObject): Message {
  const type = args['response_type'] ?? 'ephemeral';
  if (type !== 'ephemeral' && type !== 'in_channel') throw new SlackError('invalid_response_type');
  const content = contentOf(args, 'post');
  const { botUserId: user, botId } = platform.workspace.seed.app;
  const audience = type === 'ephemeral' ? { ephemeralTo: target.userId } : {};
  const thread = typeof args['thread_ts'] === 'string' ? { threadTs: args['thread_ts'] } : {};
  return platform.workspace.post({ channel: target.channel, user, botId, ...content, ...audience, ...thread });
}
