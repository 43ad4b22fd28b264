import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { App, HTTPReceiver, type Logger as SlackLogger, SocketModeReceiver } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import { AppError, toError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import { MINUTE_MS, SECOND_MS } from '../domain/time.ts';
import type { Logger } from '../ports/logger.ts';
import type { Meter } from '../ports/meter.ts';
import type { Identity } from './context.ts';
import { type ScopeWatch, WatchedClient } from './scope-watch.ts';
import { fromSlackError } from './slack-error.ts';
import { slackErrorLabel } from './slack-error-label.ts';

const CALL_TIMEOUT_MS = 10 * SECOND_MS;
const PATIENCE: Patience = { timeoutMs: CALL_TIMEOUT_MS, retries: 2 };
const RECONNECT_MAX_MS = 30 * SECOND_MS;
const WATCH_EVERY_MS = 15 * SECOND_MS;
// A refresh of the socket takes seconds; a socket that is away this long does not come back by itself.
const DEAD_AFTER_MS = 90 * SECOND_MS;
const STOP_WITHIN_MS = 3 * SECOND_MS;
/** Where Slack sends commands, clicks and events over HTTP. */
export const SLACK_PATH = '/slack/events';
const MAX_BODY_BYTES = 1024 * 1024;
// As far ahead as Slack's own rule lets a signature lie behind.
const MAX_AHEAD_MS = 5 * MINUTE_MS;

/** How long one answer to a person may take, and how often it is tried again. */
export interface Patience {
  readonly timeoutMs: number;
  readonly retries: number;
}

export interface BoltOptions {
  readonly apiUrl: string;
  readonly botToken: Secret;
  readonly transport:
    | { readonly kind: 'socket'; readonly appToken: Secret }
    /** `wallNow` judges how old a signature is: that is wall time, whatever clock drives the rest. */
    | { readonly kind: 'http'; readonly signingSecret: Secret; readonly wallNow: () => number };
  readonly logger: Logger;
  readonly slackLogger: SlackLogger;
  readonly meter: Pick<Meter, 'slackFailed'>;
  readonly patience?: Patience;
  /** Hears which scopes the app has. */
  readonly scopes?: ScopeWatch;
}

export interface BoltApp {
  readonly app: App;
  readonly identity: Identity;
  /** For answers to people: few retries, quick. */
  readonly client: WebClient;
  /** For the outbox: rejects rate-limited calls, never retries. */
  readonly bulk: WebClient;
  /** Takes what Slack sends over HTTP; null in Socket Mode. */
  readonly requestListener: RequestListener | null;
  start(): Promise<void>;
  /** Stops taking gestures. */
  stop(): Promise<void>;
  connected(): boolean;
}

/** Builds Bolt and its clients. No options object is shared: Slack's libraries write into them. */
export async function createBoltApp(options: BoltOptions): Promise<BoltApp> {
  const { apiUrl, botToken, meter, slackLogger, patience = PATIENCE } = options;
  const { timeoutMs: timeout, retries } = patience;
  const clientOptions = () => ({ slackApiUrl: apiUrl, timeout, logger: slackLogger });
  const retryConfig = { retries, randomize: true };
  const heard = { watch: options.scopes, failed: (error: unknown) => meter.slackFailed(slackErrorLabel(error)) };
  const client = new WatchedClient(botToken.reveal(), { ...heard, ...clientOptions(), retryConfig });
  const bulk = new WatchedClient(botToken.reveal(), {
    ...heard,
    ...clientOptions(),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
  const identity = await identify(client, options.logger);
  const transport = transportOf(options);
  const app = new App({
    token: botToken.reveal(),
    botId: identity.botId,
    botUserId: identity.botUserId,
    tokenVerificationEnabled: false,
    receiver: transport.receiver,
    convoStore: false,
    logger: slackLogger,
    // Bolt answers a response_url with this fetch, which otherwise waits for minutes.
    clientOptions: { ...clientOptions(), fetch: fetchWithin(timeout), retryConfig: { ...retryConfig } },
  });
  app.error(async (error) => options.logger.error('Slack listener failed', { error }));
  return {
    app,
    identity,
    client,
    bulk,
    requestListener: transport.requestListener,
    start: transport.start,
    stop: transport.stop,
    connected: transport.connected,
  };
}

function fetchWithin(timeoutMs: number): typeof fetch {
  return (input, init) => {
    const limit = AbortSignal.timeout(timeoutMs);
    return fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, limit]) : limit });
  };
}

async function identify(client: WebClient, logger: Logger): Promise<Identity> {
  try {
    const { team_id: teamId, user_id: botUserId, bot_id: botId, url, enterprise_id } = await client.auth.test();
    if (teamId && botUserId && botId) {
      return {
        teamId,
        botUserId,
        botId,
        workspaceUrl: url ?? null,
        appId: await appIdOf(client, botId, logger),
        enterpriseId: enterprise_id || null,
      };
    }
  } catch (cause) {
    const error = fromSlackError(cause);
    if (error.code === 'slack_unavailable') throw error;
    throw refusedToken(cause);
  }
  throw refusedToken(new Error('auth.test named no team, user or bot'));
}

/** Every payload names the app that it is for; without ours the bot's id and the team have to do. */
async function appIdOf(client: WebClient, botId: string, logger: Logger): Promise<string | null> {
  try {
    const { bot } = await client.bots.info({ bot: botId });
    if (bot?.app_id) return bot.app_id;
    logger.warn('Slack does not name our app: clicks are checked by team, bot and message only');
  } catch (error) {
    logger.warn('our app id cannot be read: clicks are checked by team, bot and message only', {
      error: toError(error),
    });
  }
  return null;
}

function refusedToken(cause: unknown): AppError {
  return new AppError({
    code: 'invalid_config',
    message: `auth.test refused the bot token: ${toError(cause).message}`,
    publicMessage:
      'Slack refuses SLACK_BOT_TOKEN. Copy the Bot User OAuth Token (xoxb-…) from the app’s “OAuth & Permissions” page, or reinstall the app.',
    cause,
  });
}

interface Transport {
  readonly receiver: SocketModeReceiver | HTTPReceiver;
  readonly requestListener: RequestListener | null;
  start(): Promise<void>;
  stop(): Promise<void>;
  connected(): boolean;
}

function transportOf(options: BoltOptions): Transport {
  return options.transport.kind === 'socket'
    ? socketTransport(options, options.transport)
    : httpTransport(options, options.transport);
}

function socketTransport(options: BoltOptions, { appToken }: { appToken: Secret }): Transport {
  const receiver = new SocketModeReceiver({
    appToken: appToken.reveal(),
    logger: options.slackLogger,
    installerOptions: {
      clientOptions: {
        slackApiUrl: options.apiUrl,
        timeout: CALL_TIMEOUT_MS,
        retryConfig: { forever: true, maxTimeout: RECONNECT_MAX_MS },
      },
    },
  });
  const connected = () => receiver.client.websocket?.isActive() ?? false;
  let watch: NodeJS.Timeout | undefined;
  return {
    receiver,
    requestListener: null,
    connected,
    async start() {
      await receiver.start();
      watch = watchSocket(receiver, connected, options.logger);
    },
    async stop() {
      clearInterval(watch);
      await receiver.stop();
      // stop() resolves while the socket is still open, and closing it may take Slack's whole time-out.
      await Promise.race([receiver.client.disconnect(), wait(STOP_WITHIN_MS)]);
    },
  };
}

/** A reconnect that failed for good leaves a silent dead socket: then it is opened anew. */
function watchSocket(receiver: SocketModeReceiver, connected: () => boolean, logger: Logger): NodeJS.Timeout {
  let missedMs = 0;
  const watch = setInterval(() => {
    missedMs = connected() ? 0 : missedMs + WATCH_EVERY_MS;
    if (missedMs < DEAD_AFTER_MS) return;
    missedMs = 0;
    logger.warn('the Slack socket is dead; opening a new one');
    receiver.client
      .disconnect()
      .catch(() => undefined)
      .then(() => receiver.client.start())
      .catch((error: unknown) => logger.error('the Slack socket cannot be opened', { error: toError(error) }));
  }, WATCH_EVERY_MS);
  watch.unref();
  return watch;
}

/** Signed requests instead of a socket. The server is not ours: it hands over what arrives for Slack's path. */
function httpTransport(
  { slackLogger }: BoltOptions,
  { signingSecret, wallNow }: { signingSecret: Secret; wallNow: () => number },
): Transport {
  const receiver = new HTTPReceiver({
    signingSecret: signingSecret.reveal(),
    endpoints: SLACK_PATH,
    logger: slackLogger,
    bodyLimit: MAX_BODY_BYTES,
  });
  let taking = false;
  return {
    receiver,
    requestListener(request, response) {
      if (!taking) refuse(response, 503);
      else if (isFromFuture(request, wallNow())) refuse(response, 401);
      else receiver.requestListener(request, response);
    },
    connected: () => taking,
    async start() {
      taking = true;
    },
    async stop() {
      taking = false;
    },
  };
}

/** Bolt refuses old signatures only; one that is dated ahead could be kept and used again for as long. */
function isFromFuture(request: IncomingMessage, now: number): boolean {
  return Number(request.headers['x-slack-request-timestamp']) * SECOND_MS > now + MAX_AHEAD_MS;
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: 'close' }).end();
}

export function wait(lengthMs: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), lengthMs).unref());
}
