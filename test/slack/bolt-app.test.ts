import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { Secret } from '../../src/domain/secret.ts';
import { defaultWorkspace, type SlackStandIn, startSlackStandIn } from '../../src/sandbox/slack/index.ts';
import { type BoltOptions, createBoltApp } from '../../src/slack/bolt-app.ts';
import { systemClock } from '../../src/system/clock.ts';
import { slackLogger } from '../../src/system/slack-logger.ts';
import { type RecordingLogger, recordingLogger } from '../providers/support/recording-logger.ts';
import { HandClock } from '../sandbox/slack/stand-in.ts';
import { silentMeter } from '../support/bench-deps.ts';

const { botToken, appToken, appId, botId, botUserId } = defaultWorkspace.app;

describe('the start', () => {
  test('learns from Slack who we are', async () => {
    const { bolt } = await build();

    const workspaceUrl = 'https://acme.slack.com/';
    expect(bolt.identity).toEqual({
      teamId: defaultWorkspace.team.id,
      botUserId,
      botId,
      appId,
      enterpriseId: null,
      workspaceUrl,
    });
  });

  test('with a wrong bot token says which variable is wrong and where the right value is', async () => {
    const error = await failureOf(build({ botToken: new Secret('xoxb-wrong-token-value') }));

    expect(error.code).toBe('invalid_config');
    expect(error.publicMessage).toContain('Slack refuses SLACK_BOT_TOKEN. Copy the Bot User OAuth Token');
    expect(`${error.message} ${error.publicMessage}`).not.toContain('xoxb-wrong-token-value');
  });

  test('while Slack is down says that, and blames no token', async () => {
    const port = await freePort();

    const error = await failureOf(build({ apiUrl: `http://127.0.0.1:${port}/api/` }));

    expect(error.code).toBe('slack_unavailable');
    expect(error.publicMessage).not.toContain('TOKEN');
  });

  test('with a wrong app token fails at once', async () => {
    const { bolt } = await build({
      transport: { kind: 'socket', appToken: new Secret('xapp-wrong-token-value') },
    });

    await expect(bolt.start()).rejects.toThrow(/invalid_auth/);
  });

  test('calls no other address than the one that is configured, the socket’s included', async () => {
    const called: string[] = [];
    const real = globalThis.fetch;
    const spy = vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
      called.push(new URL(input instanceof Request ? input.url : input).origin);
      return real(input, init);
    });
    onTestFinished(() => void spy.mockRestore());
    const { bolt, slack } = await build();

    await bolt.start();
    await bolt.client.users.info({ user: 'U0ANA' });
    await bolt.bulk.chat.postMessage({ channel: 'C0AIKEYS', text: 'hello' });

    expect(new Set(called)).toEqual(new Set([slack.url]));
    expect(slack.calls.map(({ method }) => method)).toEqual([
      'auth.test',
      'bots.info',
      'apps.connections.open',
      'users.info',
      'chat.postMessage',
    ]);
    expect(slack.connections()).toBe(1);
    expect(bolt.connected()).toBe(true);
  });

  test('that fails writes no token into the log', async () => {
    const { bolt, logger, slack } = await build({
      transport: { kind: 'socket', appToken: new Secret('xapp-wrong-token-value') },
    });
    slack.faults.add('users.info', { kind: 'cut', when: 'before' });

    await bolt.start().catch((error: unknown) => logger.error('start failed', { error }));
    await bolt.bulk.users.info({ user: 'U0ANA' }).catch((error: unknown) => logger.error('call failed', { error }));

    expect(logger.lines.join('\n')).toMatch(/start failed(?:.|\n)*call failed/);
    for (const token of [botToken, 'xapp-wrong-token-value']) expect(logger.lines.join('\n')).not.toContain(token);
  });
});

describe('the clients', () => {
  test('the one for the outbox tells of a rate limit at once and tries nothing again', async () => {
    const { bolt, slack } = await build();
    slack.faults.add('chat.postMessage', { kind: 'status', status: 429, retryAfterS: 30 });
    slack.faults.add('chat.update', { kind: 'status', status: 500 }, { kind: 'status', status: 500 });

    await expect(bolt.bulk.chat.postMessage({ channel: 'C0AIKEYS', text: 'x' })).rejects.toMatchObject({
      retryAfter: 30,
    });
    await expect(bolt.bulk.chat.update({ channel: 'C0AIKEYS', ts: '1.0', text: 'x' })).rejects.toThrow();

    expect(slack.faults.pending()).toBe(1);
  });
});

describe('over HTTP', () => {
  test('there is a listener for the server, and in Socket Mode there is none', async () => {
    const overHttp = await build({ transport: http() });
    const overSocket = await build();

    expect(overHttp.bolt.requestListener).toBeTypeOf('function');
    expect(overSocket.bolt.requestListener).toBeNull();
  });

  test('nothing connects to Slack, and we are reached from the start until the stop', async () => {
    const { bolt, slack } = await build({ transport: http() });
    const before = bolt.connected();
    await bolt.start();
    const during = bolt.connected();
    await bolt.stop();

    expect([before, during, bolt.connected()]).toEqual([false, true, false]);
    expect(slack.connections()).toBe(0);
  });
});

describe('the counts', () => {
  test('have a failed call under a code of ours, whichever client made it', async () => {
    const codes: string[] = [];
    const { bolt, slack } = await build({ meter: { slackFailed: (code) => codes.push(code) } });
    slack.faults.add('chat.postMessage', { kind: 'status', status: 429, retryAfterS: 30 });
    slack.faults.add('chat.update', { kind: 'cut', when: 'before' });
    slack.faults.add('users.info', { kind: 'error', error: 'invented_by_somebody' });

    await bolt.bulk.chat.postMessage({ channel: 'C0AIKEYS', text: 'x' }).catch(() => {});
    await bolt.bulk.chat.update({ channel: 'C0AIKEYS', ts: '1.0', text: 'x' }).catch(() => {});
    await bolt.bulk.chat.postMessage({ channel: 'C0NOWHERE', text: 'x' }).catch(() => {});
    await bolt.client.users.info({ user: 'U0ANA' }).catch(() => {});
    await bolt.client.users.info({ user: 'U0ANA' });

    expect(codes).toEqual(['ratelimited', 'unreachable', 'channel_not_found', 'other']);
  });
});

describe('the stop', () => {
  test('ends within seconds though the socket is open', async () => {
    const { bolt, slack } = await build();
    await bolt.start();
    const began = systemClock.now();

    await bolt.stop();

    expect(systemClock.now() - began).toBeLessThan(4_000);
    expect(bolt.connected()).toBe(false);
    for (let turns = 0; slack.connections() > 0 && turns < 1_000; turns += 1) await nextTurn();
    expect(slack.connections()).toBe(0);
  });

  test('after which a start of another app takes the events', async () => {
    const first = await build();
    await first.bolt.start();
    await first.bolt.stop();

    const second = await build({}, first.slack);
    await second.bolt.start();

    expect(second.bolt.connected()).toBe(true);
  });
});

async function build(options: Partial<BoltOptions> = {}, known?: SlackStandIn) {
  const slack =
    known ??
    (await startSlackStandIn({ clock: new HandClock(), wallNow: () => systemClock.now(), seed: defaultWorkspace }));
  const logger: RecordingLogger = recordingLogger();
  const building = createBoltApp({
    apiUrl: slack.apiUrl,
    botToken: new Secret(botToken),
    transport: { kind: 'socket', appToken: new Secret(appToken) },
    logger,
    slackLogger: slackLogger(logger),
    meter: silentMeter,
    ...options,
  });
  onTestFinished(async () => {
    const built = await building.catch(() => undefined);
    await built?.stop().catch(() => undefined);
    if (known === undefined) await slack.close();
  });
  return { bolt: await building, slack, logger };
}

async function failureOf(promise: Promise<unknown>): Promise<AppError> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(AppError);
  return outcome as AppError;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

function http() {
  return { kind: 'http', signingSecret: new Secret('shh'), wallNow: () => systemClock.now() } as const;
}
