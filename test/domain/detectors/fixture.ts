import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Baseline, learnBaseline } from '../../../src/domain/baseline.ts';
import { UTC_CALENDAR } from '../../../src/domain/calendar.ts';
import type { CapStanding } from '../../../src/domain/cap.ts';
import { Curve } from '../../../src/domain/curve.ts';
import type { DetectorInput, Glance } from '../../../src/domain/detector.ts';
import type { Evidence, Finding } from '../../../src/domain/finding.ts';
import { NO_FACTS } from '../../../src/domain/lineage-facts.ts';
import { microUsdFromUsd, US_DOLLAR } from '../../../src/domain/money.ts';
import { renderSentence, type Sentence } from '../../../src/domain/sentence.ts';
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import type { UsageBucket } from '../../../src/domain/usage.ts';
import { lineageOf, NOON, usageOf } from '../../support/records.ts';
import { factsFixture, inputOfFacts, instant } from './fixture-facts.ts';

/** Buckets side by side from `from` to before `to`, each of which costs `usd`. */
const series = z.strictObject({
  from: instant,
  to: instant,
  minutes: z.union([z.literal(1), z.literal(15), z.literal(60)]),
  usd: z.number().nonnegative(),
  key: z.string().default('key_1'),
  model: z.string().default('model-a'),
  endpoint: z.string().default('completions'),
  requests: z.number().nonnegative().nullable().default(7),
  prices: z.enum(['listed', 'sibling', 'unpriced']).default('listed'),
});

const usd = z.number().nonnegative().default(0);
const capOrigin = z.enum(['own', 'key', 'project', 'workspace', 'org']).default('own');

/** The cap that bounds the lineage. */
const capFixture = z
  .strictObject({
    origin: capOrigin,
    enforced: z.boolean().default(false),
    usd: z.number().positive(),
    monthUsd: usd,
    /** What of it the lineage spent; without it all. */
    ownUsd: z.number().nonnegative().optional(),
    sharedWith: z.int().default(0),
    unwatchedUsd: usd,
    othersRecentUsd: usd,
    lookMinutes: z.int().default(5),
    usualDayUsd: usd,
    othersDayUsd: usd,
    forecastsTold: z.array(z.enum(['early', 'soon'])).default([]),
    told: z
      .array(z.strictObject({ origin: capOrigin, usd: z.number(), percent: z.number(), paged: z.boolean() }))
      .default([]),
  })
  .transform(
    (cap): CapStanding => ({
      origin: cap.origin,
      capMicroUsd: microUsdFromUsd(cap.usd),
      sharedWith: cap.sharedWith,
      enforced: cap.enforced,
      monthMicroUsd: microUsdFromUsd(cap.monthUsd),
      ownMonthMicroUsd: microUsdFromUsd(cap.ownUsd ?? cap.monthUsd),
      unwatchedMicroUsd: microUsdFromUsd(cap.unwatchedUsd),
      othersRecentMicroUsd: microUsdFromUsd(cap.othersRecentUsd),
      keyId: 'key_1',
      lookMs: cap.lookMinutes * MINUTE_MS,
      usualDayMicroUsd: { own: microUsdFromUsd(cap.usualDayUsd), others: microUsdFromUsd(cap.othersDayUsd) },
      forecastsTold: cap.forecastsTold,
      told: cap.told.map(({ usd: toldUsd, ...step }) => ({ ...step, capMicroUsd: microUsdFromUsd(toldUsd) })),
    }),
  );

/** What was usual: one day after the other, the last of them the day before the one of `knownUntil`. */
const historyFixture = z.strictObject({
  days: z.array(z.strictObject({ usd: z.number(), requests: z.number().nullable().default(null) })),
  models: z.array(z.string()).default(['model-a']),
  endpoints: z.array(z.string()).default(['completions']),
  activeHours: z.array(z.int()).nullable().default(null),
});

const expected = z.strictObject({
  severity: z.enum(['info', 'medium', 'high', 'critical']),
  keyId: z.string().nullable(),
  startedAt: instant,
  usd: z.number(),
  headline: z.string(),
  reason: z.string(),
  /** Checked as far as given. */
  evidence: z.record(z.string(), z.unknown()).default({}),
});

const fixture = z.strictObject({
  /** Why this case is here. */
  about: z.string().min(20),
  knownUntil: instant,
  settings: z.record(z.string(), z.unknown()).default({}),
  usage: z.array(series).default([]),
  cap: capFixture.nullable().default(null),
  history: historyFixture.nullable().default(null),
  usedBeforeAt: instant.nullable().default(null),
  facts: factsFixture,
  /** How far the data is behind. */
  lagMinutes: z.int().nonnegative().default(0),
  /** Of a `fires-` case. */
  expected: expected.optional(),
});
export type Fixture = z.infer<typeof fixture>;

const ROOT = fileURLToPath(new URL('../../fixtures/detectors', import.meta.url));

export function fixtureFolders(): readonly string[] {
  return readdirSync(ROOT).sort();
}

export function fixtureNames(detectorId: string): readonly string[] {
  return readdirSync(`${ROOT}/${detectorId}`).sort();
}

export function readFixture(detectorId: string, name: string): Fixture {
  return fixture.parse(JSON.parse(readFileSync(`${ROOT}/${detectorId}/${name}`, 'utf8')));
}

/** What a case shows the detector. */
export function inputOfFixture(given: Fixture): DetectorInput {
  const { knownUntil, cap, lagMinutes, history, usedBeforeAt } = given;
  const known = inputOfFacts(given.facts, knownUntil);
  return {
    ...inputOf(bucketsOf(given), knownUntil),
    ...known,
    baseline: history ? baselineOf(history, floorTo(knownUntil - 1, DAY_MS)) : known.baseline,
    usedBeforeAt,
    caps: cap === null ? [] : [cap],
    now: knownUntil + lagMinutes * MINUTE_MS,
  };
}

/** A lineage that spends nothing, to be told more of. */
export const BLANK_GLANCE: Glance = {
  knownUntil: NOON,
  recentMicroUsd: 0,
  dayMs: DAY_MS / 2,
  dayMicroUsd: 0,
  dayRequests: 0,
  recentModels: [],
  recentEndpoints: [],
  usedBeforeAt: null,
  baseline: null,
  caps: [],
  facts: NO_FACTS,
  hasRecords: false,
  mayBeOffHours: true,
};

function baselineOf({ days, models, endpoints, activeHours }: z.infer<typeof historyFixture>, until: number): Baseline {
  const stretches = days.map(({ usd: dayUsd, requests }, index) => ({
    startAt: until - (days.length - index) * DAY_MS,
    widthMs: DAY_MS,
    costMicroUsd: microUsdFromUsd(dayUsd),
    requests,
  }));
  const from = until - days.length * DAY_MS;
  const learned = learnBaseline({
    now: until,
    until,
    calendar: UTC_CALENDAR,
    curve: new Curve(stretches, { from, until, stepMs: HOUR_MS }),
    leftOut: [],
    known: { knownModels: models, knownEndpoints: endpoints, knownAddresses: [], knownUserAgents: [] },
  });
  return { ...learned, activeHours: activeHours ?? learned.activeHours };
}

export function inputOf(usage: readonly UsageBucket[], knownUntil: number): DetectorInput {
  return {
    now: knownUntil,
    calendar: UTC_CALENDAR,
    lineage: lineageOf({ createdAt: knownUntil - 30 * DAY_MS }),
    usage,
    curve: new Curve(usage, { from: knownUntil - 26 * HOUR_MS, until: knownUntil, stepMs: MINUTE_MS }),
    usedBeforeAt: null,
    knownUntil,
    completeUntil: knownUntil - 15 * MINUTE_MS,
    requests: [],
    addresses: new Map(),
    facts: NO_FACTS,
    events: [],
    baseline: null,
    ownRatio: null,
    caps: [],
  };
}

/** Ascending by time, as the store gives them. */
export function bucketsOf({ usage }: Pick<Fixture, 'usage'>): readonly UsageBucket[] {
  return usage.flatMap(expand).sort((a, b) => a.startAt - b.startAt);
}

function expand({ from, to, minutes, usd: each, key, prices, ...rest }: Fixture['usage'][number]): UsageBucket[] {
  const widthMs = minutes * MINUTE_MS;
  const costMicroUsd = microUsdFromUsd(each);
  return Array.from({ length: Math.ceil((to - from) / widthMs) }, (_, index) =>
    usageOf({ ...rest, keyId: key, startAt: from + index * widthMs, widthMs, costMicroUsd, priceSource: prices }),
  );
}

/** A finding as a fixture writes it down, with the evidence that it asks for. */
export function summaryOf(finding: Finding, evidence: Readonly<Record<string, unknown>>) {
  const asked = Object.keys(evidence).map((name) => [name, evidenceText(finding.evidence, name)] as const);
  return {
    severity: finding.severity,
    keyId: finding.keyId,
    startedAt: isoText(finding.startedAt),
    usd: finding.costMicroUsd / 1e6,
    headline: spoken(finding.headline),
    reason: spoken(finding.reason),
    evidence: Object.fromEntries(asked),
  };
}

function evidenceText(evidence: Evidence, name: string): unknown {
  const value = evidence[name];
  return name.endsWith('At') && typeof value === 'number' ? isoText(value) : value;
}

export function isoText(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

function spoken(sentence: Sentence): string {
  return renderSentence(sentence, {
    currency: US_DOLLAR,
    instant: (at) => isoText(at).slice(11, 16),
    foreign: (text) => `«${text}»`,
    own: (text) => text,
  });
}
