import { App, type Logger, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import type { Clock } from '../../../src/ports/clock.ts';
import {
  defaultWorkspace,
  type SlackStandIn,
  type SlackStandInOptions,
  startSlackStandIn,
  type WorkspaceSeed,
} from '../../../src/sandbox/slack/index.ts';

export const START_AT = Date.UTC(2026, 10, 21, 2, 20);

/** Business time that moves only when told; timers run when it passes them. */
export class HandClock implements Clock {
  #now = START_AT;
  #timers: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  timer(at: number, run: () => void): () => void {
    const timer = { at, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  pass(ms: number): void {
    this.#now += ms;
    const due = this.#timers.filter(({ at }) => at <= this.#now);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const { run } of due) run();
  }
}

export interface Bench {
  readonly clock: HandClock;
  /** Wall time, driven by hand as well. */
  readonly wall: { now: number };
  readonly slack: SlackStandIn;
  readonly client: WebClient;
  /** The trigger id of the last gesture. */
  trigger(): string;
}

export async function startBench(
  seed: WorkspaceSeed = defaultWorkspace,
  options: Partial<SlackStandInOptions> = {},
): Promise<Bench> {
  const clock = new HandClock();
  const wall = { now: START_AT };
  const counts = new Map<string, number>();
  const nextId = (prefix: string): string => {
    counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
    return `${prefix}${counts.get(prefix)}`;
  };
  const slack = await startSlackStandIn({ clock, wallNow: () => wall.now, seed, nextId, ...options });
  const trigger = (): string => `trigger${counts.get('trigger')}.trigger`;
  return { clock, wall, slack, client: clientOf(slack, seed.app.botToken), trigger };
}

export function clientOf(slack: SlackStandIn, token: string): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: SILENT,
  });
}

const SILENT: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
};

export interface RunningApp {
  readonly app: App;
  stop(): Promise<void>;
}

/** A Bolt app in Socket Mode, not started yet when `prepare` adds its listeners. */
export async function startApp(
  slack: SlackStandIn,
  prepare: (app: App) => void,
  { pingTimeoutMs = 5_000 }: { pingTimeoutMs?: number } = {},
): Promise<RunningApp> {
  const { app: seed } = defaultWorkspace;
  const receiver = new SocketModeReceiver({
    appToken: seed.appToken,
    logger: SILENT,
    clientPingTimeout: pingTimeoutMs,
    installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } } },
  });
  const app = new App({
    token: seed.botToken,
    receiver,
    deferInitialization: true,
    convoStore: false,
    logger: SILENT,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } },
  });
  prepare(app);
  await app.init();
  await app.start();
  return { app, stop: () => receiver.client.disconnect() };
}

/** Any Web API call, with its answer as plain JSON. */
export async function call(
  bench: Bench,
  method: string,
  args: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  return { ...(await bench.client.apiCall(method, args)) };
}

/** The Slack error code with which a call is refused; undefined when it is not. */
export async function errorOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (typeof error !== 'object' || error === null) throw error;
    const data = 'data' in error ? error.data : undefined;
    if (typeof data === 'object' && data !== null && 'error' in data) return String(data.error);
    throw error;
  }
}

export { defaultWorkspace };
