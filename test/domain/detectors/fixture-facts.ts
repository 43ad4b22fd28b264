import { z } from 'zod';
import type { Baseline } from '../../../src/domain/baseline.ts';
import type { DetectorInput, RequestRecord } from '../../../src/domain/detector.ts';
import { type KeyMove, NO_FACTS } from '../../../src/domain/lineage-facts.ts';
import { microUsdFromUsd } from '../../../src/domain/money.ts';
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { lineageOf } from '../../support/records.ts';

export const instant = z.iso.datetime({ precision: 0 }).transform((text) => Date.parse(text));

const key = z.strictObject({
  id: z.string().default('key_1'),
  kind: z.enum(['inference', 'admin']).default('inference'),
  firstSeen: instant.default(0),
  active: z.boolean().default(true),
  stopped: instant.nullable().default(null),
  announced: z.boolean().default(true),
  madeBy: z.string().nullable().default(null),
});

/** Requests at even distances from `from`, `count` of them. */
const requests = z.strictObject({
  from: instant,
  count: z.int().default(1),
  everySeconds: z.int().default(60),
  key: z.string().default('key_1'),
  model: z.string().default('model-a'),
  ip: z.string().nullable().default(null),
  status: z.int().default(200),
  usd: z.number().default(0),
});

/** Old and new key in the whole hours up to `knownUntil`, and who called with the old one. */
const move = z.strictObject({
  key: z.string().default('key_1'),
  moved: instant,
  unit: z.enum(['request', 'token']).default('request'),
  hours: z.array(z.tuple([z.number(), z.number()])),
  callers: z.array(z.strictObject({ model: z.string(), last: instant })).default([]),
});

/** All that is known of a lineage besides its usage and caps. */
export const factsFixture = z
  .strictObject({
    environment: z.enum(['production', 'staging', 'development', 'unknown']).default('staging'),
    created: instant.optional(),
    owned: z.boolean().default(true),
    told: z.array(z.string()).default([]),
    allowed: z.array(z.string()).nullable().default(null),
    promise: z
      .strictObject({ name: z.string(), models: z.array(z.string()) })
      .nullable()
      .default(null),
    keys: z.array(key).default([]),
    requests: z.array(requests).default([]),
    moves: z.array(move).default([]),
    known: z
      .array(
        z.strictObject({
          address: z.string(),
          country: z.string().nullable().default(null),
          network: z.string().nullable().default(null),
        }),
      )
      .default([]),
    where: z
      .record(
        z.string(),
        z.strictObject({ country: z.string().nullable().default(null), hosting: z.string().nullable().default(null) }),
      )
      .default({}),
    /** What the days before cost, the newest last; the last of them is yesterday. */
    days: z.array(z.number()).default([]),
  })
  .prefault({});
type Facts = z.output<typeof factsFixture>;

type Known = Pick<DetectorInput, 'lineage' | 'requests' | 'addresses' | 'baseline' | 'facts'>;

export function inputOfFacts(facts: Facts, knownUntil: number): Known {
  const { environment, created = knownUntil - 30 * DAY_MS } = facts;
  return {
    lineage: lineageOf({ environment, createdAt: created }),
    requests: facts.requests.flatMap(recordsOf).sort((a, b) => a.at - b.at),
    addresses: new Map(Object.entries(facts.where)),
    baseline: baselineOf(facts, knownUntil),
    facts: {
      ...NO_FACTS,
      keys: facts.keys.map(({ active, stopped, firstSeen, ...one }) => ({
        ...one,
        isActive: active,
        firstSeenAt: firstSeen,
        stoppedAt: stopped,
        lastUsedAt: null,
      })),
      isOwned: facts.owned,
      told: new Set(facts.told),
      models: { allowed: facts.allowed, promise: facts.promise },
      moves: facts.moves.map((one) => moveOf(one, knownUntil)),
    },
  };
}

function moveOf({ key: keyId, moved, unit, hours, callers }: Facts['moves'][number], knownUntil: number): KeyMove {
  const end = floorTo(knownUntil, HOUR_MS);
  const startOf = (index: number) => end - (hours.length - index) * HOUR_MS;
  return {
    rotationId: 'rot_1',
    keyId,
    movedAt: moved,
    burnDown: { unit, hours: hours.map(([old, fresh], index) => ({ startAt: startOf(index), old, fresh })) },
    callers: callers.map(({ model, last }) => ({ model, lastAt: last })),
  };
}

function recordsOf({ from, count, everySeconds, ip, status, usd, ...one }: Facts['requests'][number]): RequestRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    at: from + index * everySeconds * 1_000,
    keyId: one.key,
    model: one.model,
    endpoint: 'completions',
    inputTokens: 10,
    outputTokens: 10,
    sourceIp: ip,
    userAgent: null,
    statusCode: status,
    costMicroUsd: microUsdFromUsd(usd),
  }));
}

export function baselineOf({ known, days }: Pick<Facts, 'known' | 'days'>, knownUntil: number): Baseline | null {
  if (known.length === 0 && days.length === 0) return null;
  const until = Math.floor(knownUntil / DAY_MS) * DAY_MS;
  const from = until - days.length * DAY_MS;
  const sums = days.map((usd, index) => ({
    dayAt: from + index * DAY_MS,
    costMicroUsd: microUsdFromUsd(usd),
    requests: null,
  }));
  return {
    computedAt: until + MINUTE_MS,
    from,
    until,
    daysLearned: days.length,
    days: sums.filter(({ costMicroUsd }) => costMicroUsd > 0),
    dailyCost: { mean: 0, deviation: 0, max: Math.max(0, ...sums.map(({ costMicroUsd }) => costMicroUsd)) },
    dailyRequests: null,
    hourlyMedians: { weekday: [], weekend: [] },
    hourlyQuantiles: { p50: 0, p90: 0, p99: 0, max: 0 },
    largest: { 1: 0, 2: 0, 3: 0, 6: 0, 12: 0, 24: 0 },
    knownModels: [],
    knownEndpoints: [],
    knownAddresses: known,
    knownUserAgents: [],
    activeHours: null,
    lastUsedAt: null,
  };
}
