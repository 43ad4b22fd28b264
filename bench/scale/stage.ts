import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createApp, type KeystewardApp } from '../../src/app.ts';
import { parsePolicy } from '../../src/config/policy.ts';
import { detectors } from '../../src/domain/detectors/index.ts';
import { Secret } from '../../src/domain/secret.ts';
import { DrivenClock } from '../../src/sandbox/driven-clock.ts';
import { countingIds } from '../../src/system/ids.ts';
import { createLogger } from '../../src/system/logger.ts';
import { NOW } from './traffic.ts';

export interface ScaleStage {
  readonly app: KeystewardApp;
  readonly clock: DrivenClock;
  readonly standIns: ChildProcess;
  /** From the first line of the app to the moment that it takes gestures. */
  readonly startMs: number;
  close(): Promise<void>;
}

// This file runs compiled, as the bot does in production; the other sides need not.
const SOURCES = import.meta.url.endsWith('.ts') ? './' : '../../../../bench/scale/';

export const CONNECTION = 'openai';

/** The real app, alone in this process, with its other sides in a second one. Time stands still until it is moved. */
export async function openScaleStage(keys: number, databasePath: string): Promise<ScaleStage> {
  const script = fileURLToPath(new URL(`${SOURCES}stand-ins.ts`, import.meta.url));
  const standIns = fork(script, [String(keys)], { execArgv: ['--import', 'tsx'] });
  const [{ openaiUrl, slackUrl }] = (await once(standIns, 'message')) as [{ openaiUrl: string; slackUrl: string }];
  const parsed = parsePolicy(`channels: { alerts: '#ai-keys' }\nroles: { admins: [U0CHRIS], responders: [U0ANA] }`, {
    file: 'policy.yml',
    detectors,
  });
  if (!parsed.ok) throw new Error('the policy of the bench is wrong');
  const clock = new DrivenClock(NOW);
  const key = new Secret('bench-admin-key');
  const begun = performance.now();
  const app = await createApp({
    config: {
      production: false,
      slack: { address: { url: slackUrl, isDefault: false }, transport: { kind: 'socket', healthPort: undefined } },
      connections: [
        {
          connectionId: CONNECTION,
          providerId: 'openai',
          title: 'OpenAI',
          address: { url: openaiUrl, isDefault: false },
          writable: true,
        },
      ],
      databasePath,
      policyPath: 'policy.yml',
      secretPath: 'secret',
      logLevel: 'error',
      policy: parsed.policy,
    },
    secrets: {
      slack: {
        botToken: new Secret('xoxb-sandbox'),
        credential: { kind: 'socket', appToken: new Secret('xapp-sandbox') },
      },
      connections: new Map([[CONNECTION, { readKey: key, writeKey: key }]]),
    },
    installationSecret: new Secret('bench-installation-secret'),
    overrides: { clock, ids: countingIds(), logger: createLogger({ level: 'error' }), ticker: () => () => {} },
  });
  await app.start();
  const startMs = performance.now() - begun;
  return {
    app,
    startMs,
    clock,
    standIns,
    async close() {
      await app.stop();
      standIns.disconnect();
    },
  };
}
