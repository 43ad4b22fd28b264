import type { ShapeSpec } from './shapes.ts';
import type { LineSpec } from './stream.ts';
import type { EndpointFamily, ProviderId, TokenCounts, Variant } from './types.ts';

/** What a key is used for: a pattern in time, a monthly bill and a mix of models. */
export interface Workload {
  readonly shape: ShapeSpec;
  readonly usdPerMonth: number;
  readonly lines: readonly LineSpec[];
  /** Traffic ends this many days before the story starts (a forgotten key). */
  readonly untilDaysBefore?: number;
}

type Mix = readonly [uncachedInput: number, cachedRead: number, output: number];

const STANDARD: Variant = { batch: false, serviceTier: 'standard', contextWindow: '0-200k' };
const BATCH: Variant = { batch: true, serviceTier: 'batch', contextWindow: '0-200k' };
const LONG: Variant = { batch: false, serviceTier: 'standard', contextWindow: '200k-1M' };

const SHAPES = {
  daily: { rhythm: 'daily', silent: 0, days: 0.15, hours: 0.35, bursts: 0.06, clumps: 1 },
  always: { rhythm: 'always', silent: 0.03, days: 0.3, hours: 0.7, bursts: 0.2, clumps: 0.6 },
  office: { rhythm: 'office', silent: 0.05, days: 0.3, hours: 0.6, bursts: 0.12, clumps: 0.8 },
  nightly: { rhythm: 'nightly', silent: 0, days: 0.45, hours: 0.3, bursts: 0, clumps: 1 },
  weekly: { rhythm: 'weekly', silent: 0, days: 0.4, hours: 0.4, bursts: 0, clumps: 0.9 },
  ci: { rhythm: 'ci', silent: 0.3, days: 0.35, hours: 0.7, bursts: 0.06, clumps: 0.4 },
  research: { rhythm: 'bursts', silent: 0.25, days: 0.8, hours: 1, bursts: 0.2, clumps: 0.5 },
  webhook: { rhythm: 'always', silent: 0.2, days: 0.4, hours: 1, bursts: 0.25, clumps: 0.3 },
} as const satisfies Record<string, ShapeSpec>;

export const OPENAI_WORKLOADS = {
  prodApi: workload(SHAPES.daily, 1_250, [
    openai({ model: 'gpt-5', share: 0.35, mix: [900, 600, 190] }),
    openai({ model: 'gpt-5-mini', share: 0.45, mix: [650, 300, 130] }),
    openai({ model: 'text-embedding-3-small', endpoint: 'embeddings', share: 0.2, mix: [480, 0, 0] }),
  ]),
  supportChat: workload(SHAPES.office, 420, [
    openai({ model: 'gpt-4.1', share: 0.6, mix: [1_900, 600, 320] }),
    openai({ model: 'gpt-4.1-mini', share: 0.4, mix: [1_200, 300, 240] }),
  ]),
  nightlyBatch: workload(SHAPES.nightly, 330, [
    openai({ model: 'gpt-4.1-mini', share: 1, mix: [3_800, 0, 450], variant: BATCH }),
  ]),
  research: workload(SHAPES.research, 360, [
    openai({ model: 'gpt-5', share: 0.7, mix: [5_200, 800, 1_600] }),
    openai({ model: 'o3', share: 0.3, mix: [3_000, 0, 2_200] }),
  ]),
  stagingCi: workload(SHAPES.ci, 110, [openai({ model: 'gpt-5-mini', share: 1, mix: [1_400, 300, 420] })]),
  weeklyReport: workload(SHAPES.weekly, 55, [openai({ model: 'gpt-4.1', share: 1, mix: [6_500, 0, 1_200] })]),
  // OpenAI stops a person's keys with the person's access.
  franksDemo: {
    ...workload(SHAPES.webhook, 18, [openai({ model: 'gpt-4.1-nano', share: 1, mix: [900, 0, 200] })]),
    untilDaysBefore: 46,
  },
  prototype: {
    ...workload(SHAPES.research, 70, [openai({ model: 'gpt-4o', share: 1, mix: [1_800, 0, 500] })]),
    untilDaysBefore: 83,
  },
} as const satisfies Record<string, Workload>;

export const ANTHROPIC_WORKLOADS = {
  prodAssistant: workload(SHAPES.daily, 1_400, [
    anthropic({ model: 'claude-sonnet-4-5', share: 0.6, mix: [450, 1_500, 170], writes: [240, 50] }),
    anthropic({ model: 'claude-haiku-4-5', share: 0.4, mix: [400, 350, 95], writes: [70, 0] }),
  ]),
  codingAgents: workload(SHAPES.office, 430, [
    anthropic({ model: 'claude-opus-4-5', share: 0.7, mix: [2_200, 21_000, 900], writes: [3_400, 0] }),
    anthropic({ model: 'claude-haiku-4-5', share: 0.3, mix: [1_500, 2_000, 300], writes: [300, 0] }),
  ]),
  nightlySummaries: workload(SHAPES.nightly, 170, [
    anthropic({ model: 'claude-haiku-4-5', share: 1, mix: [6_200, 0, 500], variant: BATCH }),
  ]),
  longDocs: workload(SHAPES.research, 240, [
    anthropic({ model: 'claude-sonnet-4-5', share: 0.9, mix: [14_000, 3_000, 1_400], writes: [1_000, 0] }),
    anthropic({
      model: 'claude-sonnet-4-5',
      share: 0.1,
      mix: [245_000, 20_000, 2_600],
      writes: [0, 9_000],
      variant: LONG,
    }),
  ]),
  stagingCi: workload(SHAPES.ci, 110, [
    anthropic({ model: 'claude-haiku-4-5', share: 1, mix: [1_300, 400, 300], writes: [120, 0] }),
  ]),
  evals: workload(SHAPES.weekly, 60, [
    anthropic({ model: 'claude-sonnet-4-5', share: 0.5, mix: [3_500, 0, 900] }),
    anthropic({ model: 'claude-haiku-4-5', share: 0.5, mix: [3_500, 0, 900] }),
  ]),
  legacyWebhook: workload(SHAPES.always, 35, [anthropic({ model: 'claude-haiku-4-5', share: 1, mix: [800, 0, 180] })]),
  franksScripts: workload(SHAPES.webhook, 22, [
    anthropic({ model: 'claude-sonnet-4-5', share: 1, mix: [1_500, 0, 350] }),
  ]),
  console: workload(SHAPES.office, 28, [anthropic({ model: 'claude-sonnet-4-5', share: 1, mix: [2_400, 0, 700] })]),
  forgottenPoller: workload(SHAPES.daily, 60, [anthropic({ model: 'claude-haiku-4-5', share: 1, mix: [800, 0, 180] })]),
  pilot: {
    ...workload(SHAPES.office, 90, [anthropic({ model: 'claude-sonnet-4-5', share: 1, mix: [2_000, 0, 500] })]),
    untilDaysBefore: 112,
  },
} as const satisfies Record<string, Workload>;

/** The mix of a thief: plain requests, no cache. */
export function stolenLine(provider: ProviderId, model: string): LineSpec {
  return line(provider, { model, share: 1, mix: [3_600, 0, 1_500] });
}

/** The smallest of requests: somebody trying whether a key works. */
export function probeLine(provider: ProviderId, model: string): LineSpec {
  return line(provider, { model, share: 1, mix: [11, 0, 8] });
}

interface LineText {
  readonly model: string;
  readonly share: number;
  readonly mix: Mix;
  readonly writes?: readonly [fiveMinutes: number, oneHour: number];
  readonly endpoint?: EndpointFamily;
  readonly variant?: Variant;
}

function workload(shape: ShapeSpec, usdPerMonth: number, lines: readonly LineSpec[]): Workload {
  return { shape, usdPerMonth, lines };
}

function openai(text: LineText): LineSpec {
  return line('openai', text);
}

function anthropic(text: LineText): LineSpec {
  return line('anthropic', text);
}

function line(provider: ProviderId, text: LineText): LineSpec {
  const [uncachedInput, cachedRead, output] = text.mix;
  const [cacheWrite5m, cacheWrite1h] = text.writes ?? [0, 0];
  const perRequest: TokenCounts = { uncachedInput, cachedRead, cacheWrite5m, cacheWrite1h, output };
  const { model, share, endpoint = 'completions', variant = STANDARD } = text;
  return { provider, model, endpoint, variant, share, perRequest };
}
