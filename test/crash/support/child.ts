import { setTimeout as wait } from 'node:timers/promises';
import { inspect } from 'node:util';
import { createApp, type KeystewardApp } from '../../../src/app.ts';
import { parsePolicy } from '../../../src/config/policy.ts';
import { detectors } from '../../../src/domain/detectors/index.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { LogFields, Logger } from '../../../src/ports/logger.ts';
import { DrivenClock } from '../../../src/sandbox/driven-clock.ts';
import { defaultWorkspace } from '../../../src/sandbox/slack/default-workspace.ts';
import { watchCommits, watchFiles } from './watch-commits.ts';
import { type FromChild, INSTALLATION_SECRET, PROVIDER_KEY, type Setting, type ToChild } from './wire.ts';

// The app in a process of its own: nothing here but the app itself, its driven clock and the watch over its commits.

watchCommits();
watchFiles();
let app: KeystewardApp | undefined;
let clock: DrivenClock;
let tick: () => void = () => {};
process.on('message', (message: ToChild) => {
  obey(message).catch((error: unknown) => tell({ type: 'failed', problem: inspect(error) }));
});
process.on('disconnect', () => process.exit(1));

async function obey(message: ToChild): Promise<void> {
  switch (message.type) {
    case 'start':
      app = await start(message.setting);
      tell({ type: 'started' });
      return;
    case 'jump':
      clock.jumpTo(message.at);
      tick();
      return;
    case 'settle':
      tell({ type: 'settled', turn: message.turn, nextDueAt: await settled() });
      return;
    case 'stop':
      await app?.stop();
      process.exit(0);
  }
}

/** When the next thing is due; asked for when nothing is being worked on. */
async function settled(): Promise<number> {
  let quietTurns = 0;
  // Two quiet turns in a row: what one turn ends may start something in the next.
  while (quietTurns < 2) {
    await wait(1);
    quietTurns = app?.idle() ? quietTurns + 1 : 0;
  }
  return Math.min(app?.scheduler.nextDueAt() ?? clock.now(), clock.nextTimerAt() ?? Number.MAX_SAFE_INTEGER);
}

async function start(setting: Setting): Promise<KeystewardApp> {
  clock = new DrivenClock(setting.now);
  const policy = parsePolicy(setting.policy, { file: 'the crash harness', detectors });
  if (!policy.ok) throw new Error(inspect(policy));
  const connections = Object.entries(setting.providerUrls).map(([id, url]) => ({
    connectionId: id,
    providerId: id,
    title: id,
    address: { url, isDefault: false },
    writable: true,
  }));
  const key = new Secret(PROVIDER_KEY);
  const outlets = setting.outlets && outletsAt(setting.outlets);
  const started = await createApp({
    config: {
      production: false,
      slack: {
        address: { url: `${setting.slackUrl}/api/`, isDefault: false },
        transport: { kind: 'socket', healthPort: undefined },
      },
      connections,
      ...(outlets === undefined ? {} : { outlets: outlets.config }),
      databasePath: setting.databasePath,
      policyPath: 'the crash harness',
      secretPath: 'the crash harness',
      logLevel: 'info',
      policy: policy.policy,
    },
    secrets: {
      slack: {
        botToken: new Secret(defaultWorkspace.app.botToken),
        credential: { kind: 'socket', appToken: new Secret(defaultWorkspace.app.appToken) },
      },
      connections: new Map(connections.map(({ connectionId }) => [connectionId, { readKey: key, writeKey: key }])),
      ...(outlets === undefined ? {} : { outlets: outlets.secrets }),
      ...(setting.deployUrl === undefined ? {} : { deployHooks: deployHooksAt(setting.deployUrl) }),
    },
    installationSecret: new Secret(INSTALLATION_SECRET),
    overrides: {
      clock,
      logger: tellingLogger,
      // A killed process loses nothing that the system has taken; only a killed machine would.
      durable: false,
      ticker: (onTick) => {
        tick = onTick;
        onTick();
        return () => {};
      },
    },
  });
  await started.start();
  return started;
}

function outletsAt({ pagerDutyUrl, webhookUrl }: NonNullable<Setting['outlets']>) {
  const secret = new Secret(INSTALLATION_SECRET);
  return {
    config: {
      pagerDuty: { url: pagerDutyUrl, isDefault: false },
      webhookHost: new URL(webhookUrl).host,
      heartbeatHost: null,
      signed: true,
    },
    secrets: {
      routingKey: secret,
      webhookUrl: new Secret(webhookUrl),
      heartbeatUrl: undefined,
      signingSecret: secret,
    },
  };
}

function deployHooksAt(url: string) {
  const credentials = { URL: `${url}/deploy/srv-web?key=crash-deploy-key`, API_KEY: 'crash-render-key' };
  return new Map([['web', new Map(Object.entries(credentials).map(([name, value]) => [name, new Secret(value)]))]]);
}

const tellLine =
  (level: string) =>
  (message: string, fields: LogFields = {}) => {
    const said = Object.entries(fields).map(
      ([name, value]) => `${name}: ${value instanceof Error ? value.stack : inspect(value)}`,
    );
    // A stack tells nothing of what is expected after a crash.
    const words = level === 'error' ? said : said.map((text) => text.split('\n', 1)[0]);
    tell({ type: 'log', line: [`${level} ${message}`, ...words].join('; ') });
  };

const tellingLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: tellLine('warn'),
  error: tellLine('error'),
  child: () => tellingLogger,
};

function tell(news: FromChild): void {
  process.send?.(news);
}
