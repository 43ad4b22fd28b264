import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { createApp, type KeystewardApp } from '../../../src/app.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { ProviderDefinition } from '../../../src/ports/provider.ts';
import { providers } from '../../../src/providers/index.ts';
import { DrivenClock } from '../../../src/sandbox/driven-clock.ts';
import { defaultWorkspace, type SlackStandIn, startSlackStandIn } from '../../../src/sandbox/slack/index.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { countingIds } from '../../../src/system/ids.ts';
import { type RecordingLogger, recordingLogger } from '../../providers/support/recording-logger.ts';
import { NOW } from '../../slack/support/cards.ts';
import { fakePrices, present, testPolicy } from '../../support/bench-deps.ts';
import { FakeProvider, fakeKey } from '../../support/fake-provider.ts';

export const SIGNING_SECRET = 'the-secret-that-slack-signs-with';

export interface HttpApp {
  readonly app: KeystewardApp;
  readonly slack: SlackStandIn;
  readonly provider: FakeProvider;
  readonly logger: RecordingLogger;
  readonly port: number;
  /** Resolves when nothing is being worked on. */
  settled(): Promise<void>;
}

export interface HttpAppOptions {
  /** Health and metrics alone, beside a socket. */
  readonly socket?: boolean;
  readonly host?: string;
  readonly metricsToken?: string;
}

/** The whole app on a port of its own, with Slack's requests arriving there, and one provider in memory. */
export async function startHttpApp(options: HttpAppOptions = {}): Promise<HttpApp> {
  const { host = '127.0.0.1', socket = false, metricsToken } = options;
  const { botToken, appToken } = defaultWorkspace.app;
  const clock = new DrivenClock(NOW);
  const slack = await startSlackStandIn({ clock, wallNow: () => systemClock.now(), seed: defaultWorkspace });
  const provider = new FakeProvider({ id: 'anthropic', title: 'Anthropic', connectionId: 'anthropic:acme-gmbh' });
  provider.put(fakeKey('apikey_1', { label: 'staging-ci' }), fakeKey('apikey_2', { label: 'prod-api' }));
  const folder = await mkdtemp(join(tmpdir(), 'keysteward-http-'));
  const logger = recordingLogger();
  const address = { url: 'http://127.0.0.1:1/', isDefault: false };
  const { connectionId } = provider.port;
  const app = await createApp({
    config: {
      production: false,
      slack: {
        address: { url: slack.apiUrl, isDefault: false },
        transport: socket ? { kind: 'socket', healthPort: 0 } : { kind: 'http', port: 0 },
      },
      httpHost: host,
      connections: [{ connectionId, providerId: 'anthropic', title: 'Anthropic', address, writable: true }],
      databasePath: join(folder, 'keysteward.db'),
      policyPath: 'the test',
      secretPath: 'the test',
      logLevel: 'info',
      policy: testPolicy('', 'roles: { admins: [U0CHRIS], responders: [U0ANA] }'),
    },
    secrets: {
      slack: {
        botToken: new Secret(botToken),
        credential: socket
          ? { kind: 'socket', appToken: new Secret(appToken) }
          : { kind: 'http', signingSecret: new Secret(SIGNING_SECRET) },
      },
      connections: new Map([[connectionId, { readKey: new Secret('read'), writeKey: new Secret('write') }]]),
      ...(metricsToken === undefined ? {} : { metricsToken: new Secret(metricsToken) }),
    },
    installationSecret: new Secret('the-installation-secret-of-the-test'),
    overrides: {
      clock,
      ids: countingIds(),
      logger,
      prices: fakePrices,
      durable: false,
      providers: [definitionOf(provider)],
      ticker: (onTick) => {
        onTick();
        return () => {};
      },
    },
  });
  onTestFinished(async () => {
    await app.stop();
    await slack.close();
    await rm(folder, { recursive: true, force: true });
  });
  await app.start();
  const port = present(app.port() ?? undefined);
  if (!socket) slack.pushTo({ url: `http://127.0.0.1:${port}/slack/events`, signingSecret: SIGNING_SECRET });
  const settled = async (): Promise<void> => {
    for (let quiet = 0; quiet < 2; ) {
      quiet = app.idle() && slack.inFlight() === 0 ? quiet + 1 : 0;
      await nextTurn();
    }
  };
  await settled();
  return { app, slack, provider, logger, port, settled };
}

function definitionOf({ port }: FakeProvider): ProviderDefinition {
  return { ...present(providers.find(({ id }) => id === 'anthropic')), connect: () => port };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export interface Ask {
  readonly port: number;
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One request to our own port, byte for byte as it is given. */
export function ask({ port, path, method = 'GET', headers = {}, body }: Ask): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += String(chunk);
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
