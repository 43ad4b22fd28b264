import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import { AppError, toError } from '../domain/errors.ts';
import { SECOND_MS } from '../domain/time.ts';
import { NoSuchChannel } from './channels.ts';
import { missingScopeText, SCOPE_USES } from './scopes.ts';

export const MISSING_SCOPE = 'missing_scope';
const SCOPE_NAME = /^[a-z][a-z0-9_.:]{1,60}$/;

// Codes of `ok: false` that say "later", not "never".
const PASSING: ReadonlySet<string> = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'ratelimited',
  'rate_limited',
  'team_added_to_org',
  'update_failed',
  'streaming_state_conflict',
]);

// The channel takes no message of ours until somebody changes something about it; other places may.
const CHANNEL_TROUBLE: ReadonlySet<string> = new Set([
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'is_inactive',
  MISSING_SCOPE,
  'no_permission',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_only_channel',
  'restricted_action_non_threadable_channel',
  'restricted_action_thread_locked',
  'posting_to_general_channel_denied',
  'team_access_not_granted',
]);

/** Whether it is the channel that refuses, and not the message or the token. */
export function isChannelTrouble(thrown: unknown): boolean {
  const error = thrown instanceof AppError ? thrown.cause : thrown;
  return error instanceof NoSuchChannel || CHANNEL_TROUBLE.has(slackCode(error) ?? '');
}

/** Slack's error code of an `ok: false` answer, or undefined. */
export function slackCode(error: unknown): string | undefined {
  return error instanceof WebAPIPlatformError ? error.data.error : undefined;
}

/** What a call was refused for the want of; empty for every other error, and where Slack does not say. */
export function neededScopes(error: unknown): readonly string[] {
  if (slackCode(error) !== MISSING_SCOPE || !(error instanceof WebAPIPlatformError)) return [];
  const namesIn = (field: 'needed' | 'provided') => String(Reflect.get(error.data, field) ?? '').split(/\s*,\s*/);
  const provided = namesIn('provided');
  const names = namesIn('needed').filter((name) => !provided.includes(name));
  // Slack lists every scope that would do; ours is the one that the manifest asks for.
  const ours = names.filter((name) => name in SCOPE_USES);
  return (ours.length > 0 ? ours : names).filter((name) => SCOPE_NAME.test(name));
}

/** The same for whoever is answered; undefined for every other error. */
export function asMissingScope(error: unknown): AppError | undefined {
  return slackCode(error) === MISSING_SCOPE ? fromSlackError(error) : undefined;
}

/** Translates what the Web API client throws, once, where the outbox meets it. */
export function fromSlackError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof WebAPIRateLimitedError) {
    return unavailable('Slack asked to slow down', thrown, thrown.retryAfter * SECOND_MS);
  }
  const code = slackCode(thrown);
  if (code !== undefined && !PASSING.has(code)) return rejected(code, thrown);
  if (thrown instanceof WebAPIHTTPError || thrown instanceof WebAPIRequestError || code !== undefined) {
    return unavailable('Slack cannot be reached', thrown);
  }
  return new AppError({
    code: 'internal',
    message: toError(thrown).message,
    publicMessage: 'The message could not be made; the log has the details.',
    cause: thrown,
  });
}

function unavailable(publicMessage: string, cause: unknown, retryAfterMs?: number): AppError {
  return new AppError({
    code: 'slack_unavailable',
    message: toError(cause).message,
    publicMessage,
    cause,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

const ARCHIVED =
  'The channel is archived. Unarchive it, or name another one in policy.yml (channels.alerts, digest.channel).';
const ADVICE: Readonly<Record<string, string>> = {
  channel_not_found:
    'Slack does not know the channel. Check channels.alerts and digest.channel in policy.yml, and invite the bot to it.',
  not_in_channel: 'The bot is not in the channel. Invite it with /invite.',
  is_archived: ARCHIVED,
  is_inactive: ARCHIVED,
  no_permission: 'The bot may not post in the channel. Change who may post there, or name another one in policy.yml.',
  restricted_action:
    'The workspace does not let the bot post in the channel. Change who may post there, or name another one in policy.yml.',
  restricted_action_read_only_channel:
    'The channel is read-only. Let the bot post there, or name another one in policy.yml.',
  user_disabled: 'The Slack account of this person is deactivated. Take them out of policy.yml.',
  user_not_found: 'Slack does not know this person. Check the member id in policy.yml.',
  user_not_visible: 'The bot may not see this person. Check the member id in policy.yml.',
  cannot_dm_bot: 'This is a bot, and bots cannot be written to. Check the member id in policy.yml.',
  messages_tab_disabled:
    'The app cannot be written to directly. Turn its Messages tab on (app page, App Home), or reinstall it from manifest.yml.',
  invalid_auth: 'Slack refuses the bot token. Check SLACK_BOT_TOKEN.',
};

// Refusals that mean nothing more than that somebody was quicker.
const ANSWERS: ReadonlySet<string> = new Set(['expired_trigger_id', 'message_not_found', 'not_found']);

/** Whether it is a code that we act on or advise about. */
export function isKnownSlackCode(code: string): boolean {
  return PASSING.has(code) || CHANNEL_TROUBLE.has(code) || ANSWERS.has(code) || Object.hasOwn(ADVICE, code);
}

function rejected(code: string, cause: unknown): AppError {
  return new AppError({
    code: 'slack_rejected',
    message: `Slack answered ${code}`,
    publicMessage:
      code === MISSING_SCOPE
        ? missingScopeText(neededScopes(cause))
        : (ADVICE[code] ?? `Slack refused the message (${code}).`),
    cause,
  });
}
