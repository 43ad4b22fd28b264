import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Fault } from '../../../src/sandbox/providers/index.ts';
import { type StandIn, startAnthropicStandIn, startOpenAiStandIn } from '../../../src/sandbox/providers/index.ts';
import type { WorkspaceSeed } from '../../../src/sandbox/slack/index.ts';
import { defaultWorkspace, type SlackStandIn, startSlackStandIn } from '../../../src/sandbox/slack/index.ts';
import { createWorld } from '../../../src/sandbox/world/index.ts';
import { systemClock } from '../../../src/system/clock.ts';

export const BOT_TOKEN = 'xoxb-right-botcanary';
export const APP_TOKEN = 'xapp-right-appcanary';
export const ADMIN_KEY = 'right-admin-keycanary';
export const READ_KEY = 'right-read-keycanary';

export interface Company {
  readonly slack: SlackStandIn;
  readonly openai: StandIn;
  readonly anthropic: StandIn;
  /** Addresses, as the environment has them. */
  readonly addresses: Readonly<Record<string, string>>;
  /** All that a whole configuration needs besides the policy. */
  readonly env: Readonly<Record<string, string>>;
}

/** The stand-ins for Slack and the providers on real time, with credentials that a canary search finds. */
export async function openCompany(
  app: Partial<WorkspaceSeed['app']> = {},
  seed: Partial<WorkspaceSeed> = {},
): Promise<Company> {
  const clock = systemClock;
  const world = createWorld({ seed: 1, clock });
  const slack = await startSlackStandIn({
    clock,
    wallNow: () => clock.now(),
    seed: {
      ...defaultWorkspace,
      ...seed,
      app: { ...defaultWorkspace.app, botToken: BOT_TOKEN, appToken: APP_TOKEN, ...app },
    },
  });
  const adminKeys = [
    { value: ADMIN_KEY, access: 'full' as const },
    { value: READ_KEY, access: 'read' as const },
  ];
  const common = { world, clock, lagMs: 0, adminKeys };
  const openai = await startOpenAiStandIn(common);
  const anthropic = await startAnthropicStandIn(common);
  onTestFinished(async () => {
    await Promise.all([slack.close(), openai.close(), anthropic.close()]);
  });
  const addresses = {
    SLACK_API_URL: slack.apiUrl,
    OPENAI_BASE_URL: openai.url,
    ANTHROPIC_BASE_URL: anthropic.url,
  };
  return {
    slack,
    openai,
    anthropic,
    addresses,
    env: { ...addresses, SLACK_BOT_TOKEN: BOT_TOKEN, SLACK_APP_TOKEN: APP_TOKEN, OPENAI_ADMIN_KEY: ADMIN_KEY },
  };
}

/** An address at which nobody listens. */
export async function deadAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}

/** The provider says no to everything under a path, as it does to a key without that right. */
export function forbidden(path: string): Fault {
  return { kind: 'status', status: 403, path, times: 1_000 };
}
