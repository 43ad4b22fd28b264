import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import { AppError, toError } from '../domain/errors.ts';
import { SECOND_MS } from '../domain/time.ts';

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

/** Slack's error code of an `ok: false` answer, or undefined. */
export function slackCode(error: unknown): string | undefined {
  return error instanceof WebAPIPlatformError ? error.data.error : undefined;
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

const ADVICE: Readonly<Record<string, string>> = {
  channel_not_found: 'Slack does not know the channel. Check channels.alerts in policy.yml and invite the bot to it.',
  not_in_channel: 'The bot is not in the channel. Invite it with /invite.',
  is_archived: 'The channel is archived. Name another one in policy.yml.',
  missing_scope: 'The app lacks a scope. Reinstall it from manifest.yml.',
  invalid_auth: 'Slack refuses the bot token. Check SLACK_BOT_TOKEN.',
};

function rejected(code: string, cause: unknown): AppError {
  return new AppError({
    code: 'slack_rejected',
    message: `Slack answered ${code}`,
    publicMessage: ADVICE[code] ?? `Slack refused the message (${code}).`,
    cause,
  });
}
