import { join } from 'node:path';
import { createApp } from '../../../src/app.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { defaultWorkspace } from '../../../src/sandbox/slack/index.ts';
import { Stage } from '../../../src/sandbox/stage.ts';
import { systemIds } from '../../../src/system/ids.ts';
import { recordingLogger } from '../../providers/support/recording-logger.ts';
import { SECRETS } from './secrets.ts';

const { botToken, appToken } = defaultWorkspace.app;

/** Stops the app of a stage and starts another, after a while, on the same database and between the same stand-ins. */
export async function restart(stage: Stage, downMs = 0): Promise<Stage> {
  const { clock, slack, openai, anthropic, folder, world } = stage;
  const { policy } = stage.app.deps;
  await stage.app.stop();
  clock.jumpTo(clock.now() + downMs);
  let tick = (): void => {};
  const connection = (providerId: 'openai' | 'anthropic', url: string) => ({
    connectionId: providerId,
    providerId,
    title: providerId,
    address: { url, isDefault: false },
    writable: true,
  });
  const keys = (value: string) => ({ readKey: new Secret(value), writeKey: new Secret(value) });
  const app = await createApp({
    config: {
      production: false,
      slack: { address: { url: slack.apiUrl, isDefault: false }, transport: { kind: 'socket', healthPort: undefined } },
      connections: [connection('openai', openai.url), connection('anthropic', anthropic.url)],
      databasePath: join(folder, 'keysteward.db'),
      policyPath: 'the test',
      secretPath: 'the test',
      logLevel: 'info',
      policy,
    },
    secrets: {
      slack: { botToken: new Secret(botToken), credential: { kind: 'socket', appToken: new Secret(appToken) } },
      connections: new Map([
        ['openai', keys(SECRETS.openai)],
        ['anthropic', keys(SECRETS.anthropic)],
      ]),
    },
    installationSecret: new Secret(SECRETS.installation),
    overrides: {
      clock,
      ids: systemIds,
      logger: recordingLogger(),
      durable: false,
      ticker: (onTick) => {
        tick = onTick;
        onTick();
        return () => {};
      },
    },
  });
  await app.start();
  const { outages, lags, slackOutages } = stage;
  const planned = { outages, lags, slackOutages };
  return new Stage({ clock, world, slack, openai, anthropic, app, folder, ...planned, tick: () => tick() });
}
