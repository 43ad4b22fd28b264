import { WebAPIHTTPError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import { publicMessageOf, toError } from '../domain/errors.ts';
import { MISSING_SCOPE, neededScopes, slackCode } from './slack-error.ts';

/** Why a read at Slack failed, for whoever sets the bot up. */
export interface SlackTrouble {
  readonly kind: 'unreachable' | 'refused' | 'busy';
  readonly what: string;
  readonly remedy: string;
}

const REINSTALL = 'Reinstall the app (app page, Install App) and copy the new token.';
const NOT_A_TOKEN: Readonly<Record<string, string>> = {
  invalid_auth: 'Copy the token again from the app page, or reinstall the app.',
  not_authed: 'Copy the token again from the app page.',
  account_inactive: REINSTALL,
  token_revoked: REINSTALL,
  token_expired: 'Turn token rotation off for the app (OAuth & Permissions), reinstall it and copy the new token.',
  not_allowed_token_type:
    'This is another kind of token. The bot token starts with xoxb-, the app-level token with xapp-.',
  ekm_access_denied: 'The workspace’s key management suspends apps. Ask its administrator.',
  access_denied: 'The workspace does not let this app in. Ask its administrator to approve it.',
};

/** Translates what the Web API client throws; names the host that could not be reached, never the token. */
export function slackTrouble(thrown: unknown, apiUrl: string): SlackTrouble {
  const { host } = new URL(apiUrl);
  if (thrown instanceof WebAPIRateLimitedError) {
    const what = `${host} asks to slow down for ${thrown.retryAfter} s`;
    return { kind: 'busy', what, remedy: 'Wait a minute and try again.' };
  }
  if (thrown instanceof WebAPIRequestError) {
    const what = `${host} cannot be reached (${reasonOf(thrown.original)})`;
    return { kind: 'unreachable', what, remedy: 'Check the network, the proxy and SLACK_API_URL.' };
  }
  if (thrown instanceof WebAPIHTTPError) {
    const what = `${host} answers HTTP ${thrown.statusCode}`;
    return { kind: 'unreachable', what, remedy: 'Try again later; see Slack’s status page.' };
  }
  const code = slackCode(thrown);
  if (code === undefined) return { kind: 'refused', what: publicMessageOf(thrown), remedy: 'See the log.' };
  if (code === MISSING_SCOPE) return missingScope(thrown);
  const remedy = NOT_A_TOKEN[code] ?? `See docs.slack.dev for ${code}.`;
  return { kind: 'refused', what: `Slack refuses it (${code})`, remedy };
}

function missingScope(thrown: unknown): SlackTrouble {
  const scope = neededScopes(thrown).join(' and ') || 'a scope';
  const what = `the app lacks ${scope}`;
  return { kind: 'refused', what, remedy: `Add ${scope} (app page, OAuth & Permissions), then reinstall the app.` };
}

/** The system's code, somewhere down the causes, or what the library says. */
function reasonOf(thrown: unknown): string {
  let deepest = toError(thrown);
  for (let error: unknown = thrown; error instanceof Error; error = error.cause) {
    deepest = error;
    if ('code' in error && typeof error.code === 'string') return error.code;
    if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time';
  }
  return deepest.message;
}
