import { WebAPIHTTPError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import { isKnownSlackCode, slackCode } from './slack-error.ts';

/** For counting: what Slack answered only where we know it, since a label must not grow with what comes from outside. */
export function slackErrorLabel(error: unknown): string {
  if (error instanceof WebAPIRateLimitedError) return 'ratelimited';
  if (error instanceof WebAPIHTTPError || error instanceof WebAPIRequestError) return 'unreachable';
  const code = slackCode(error);
  return code !== undefined && isKnownSlackCode(code) ? code : 'other';
}
