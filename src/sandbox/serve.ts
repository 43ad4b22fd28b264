import { MINUTE_MS } from '../domain/time.ts';
import { systemClock } from '../system/clock.ts';
import { startAnthropicStandIn, startOpenAiStandIn } from './providers/index.ts';
import { defaultWorkspace, startSlackStandIn } from './slack/index.ts';
import { createWorld } from './world/index.ts';

export interface ServeOptions {
  readonly slackPort: number;
  readonly openaiPort: number;
  readonly anthropicPort: number;
  readonly seed: number;
  readonly lagMinutes: number;
}

export interface ServedStandIns {
  /** Environment lines that point an app at the stand-ins. */
  readonly lines: readonly string[];
  close(): Promise<void>;
}

const SERVED_ADMIN_KEY = 'sandbox-admin-key';

/** The stand-ins alone, on real time, for any other client. */
export async function serveStandIns(options: ServeOptions): Promise<ServedStandIns> {
  const clock = systemClock;
  const world = createWorld({ seed: options.seed, clock });
  const common = { world, clock, lagMs: options.lagMinutes * MINUTE_MS };
  const adminKeys = [{ value: SERVED_ADMIN_KEY, access: 'full' as const }];
  const slack = await startSlackStandIn({
    clock,
    wallNow: () => clock.now(),
    seed: defaultWorkspace,
    port: options.slackPort,
  });
  const openai = await startOpenAiStandIn({ ...common, adminKeys, port: options.openaiPort });
  const anthropic = await startAnthropicStandIn({ ...common, adminKeys, port: options.anthropicPort });
  const { app } = defaultWorkspace;
  return {
    lines: [
      `SLACK_API_URL=${slack.apiUrl}`,
      `SLACK_BOT_TOKEN=${app.botToken}`,
      `SLACK_APP_TOKEN=${app.appToken}`,
      `OPENAI_BASE_URL=${openai.url}`,
      `OPENAI_ADMIN_KEY=${SERVED_ADMIN_KEY}`,
      `ANTHROPIC_BASE_URL=${anthropic.url}`,
      `ANTHROPIC_ADMIN_KEY=${SERVED_ADMIN_KEY}`,
    ],
    async close() {
      await Promise.all([slack.close(), openai.close(), anthropic.close()]);
    },
  };
}
