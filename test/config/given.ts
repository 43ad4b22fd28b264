import { z } from 'zod';
import { type ReadConfigResult, readConfig } from '../../src/config/env.ts';
import type { Env } from '../../src/config/env-reader.ts';
import type { Fault } from '../../src/config/faults.ts';
import { anthropic } from '../../src/providers/anthropic/provider.ts';
import { openai } from '../../src/providers/openai/provider.ts';

export const PROVIDERS = [openai, anthropic];

export const DETECTORS = [
  {
    id: 'spend-spike',
    settings: z.object({ ratio: z.number().min(1).default(5), floor_usd: z.number().positive().default(5) }),
  },
  { id: 'off-hours', settings: z.strictObject({ zones: z.array(z.string()).default([]) }) },
];

/** Ends each planted secret, so that one search finds any part of any of them. */
export const CANARY = 'cAnArY0123456789';
export const BOT_TOKEN = `xoxb-1-2-${CANARY}`;
export const APP_TOKEN = `xapp-1-A1-${CANARY}`;
export const OPENAI_KEY = `sk-admin-${CANARY}`;
export const ANTHROPIC_KEY = `sk-ant-admin01-${CANARY}`;
export const SIGNING_SECRET = `8f742231b10e8888${CANARY}`;

export const POLICY = "channels: { alerts: '#ai-keys' }\nroles: { admins: [U0123456789] }\n";

export const ENV: Env = {
  SLACK_BOT_TOKEN: BOT_TOKEN,
  SLACK_APP_TOKEN: APP_TOKEN,
  OPENAI_ADMIN_KEY: OPENAI_KEY,
};

export function read(env: Env, files: Readonly<Record<string, string>> = {}): ReadConfigResult {
  const all: Readonly<Record<string, string>> = { './policy.yml': POLICY, ...files };
  const readFile = (path: string) => (Object.hasOwn(all, path) ? all[path] : undefined);
  return readConfig({ env, readFile, providers: PROVIDERS, detectors: DETECTORS });
}

export function readOk(env: Env, files?: Readonly<Record<string, string>>) {
  const result = read(env, files);
  if (!result.ok) throw new Error(`unexpected faults: ${JSON.stringify(result.faults)}`);
  return result;
}

export function faultsOf(env: Env, files?: Readonly<Record<string, string>>): readonly Fault[] {
  const result = read(env, files);
  return result.ok ? [] : result.faults;
}
