import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BoundDetector, bindDetector } from '../../../src/domain/detector.ts';
import { spendAcceleration } from '../../../src/domain/detectors/spend-acceleration.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import type { UsageBucket } from '../../../src/domain/usage.ts';
import { NOON, usageOf } from '../../support/records.ts';
import { inputOf } from './fixture.ts';

const HOURS = 25;
const MINUTES = HOURS * 60;
const FROM = NOON - HOURS * HOUR_MS;
// Each minute of an hour bucket gets an even whole number: no share and no median of it needs rounding.
const GRAIN_MICRO_USD = 120;

const bound = bindDetector(spendAcceleration, {});
const run = (usage: readonly UsageBucket[], detector: BoundDetector = bound) => detector.detect(inputOf(usage, NOON));

interface Shape {
  readonly hour: number;
  readonly widthMinutes: 1 | 15 | 60;
  readonly dollars: number;
  readonly model: string;
  readonly keyId: string;
}

const shape = (dollars: fc.Arbitrary<number>, hour: fc.Arbitrary<number>): fc.Arbitrary<Shape> =>
  fc.record({
    hour,
    widthMinutes: fc.constantFrom(1, 15, 60),
    dollars,
    model: fc.constantFrom('model-a', 'model-b', 'model-c'),
    keyId: fc.constantFrom('key_1', 'key_2'),
  });
const usualHours = fc.array(shape(fc.integer({ min: 0, max: 3 }), fc.nat(HOURS - 2)), { maxLength: 80 });
const lastHour = fc.array(shape(fc.integer({ min: 0, max: 60 }), fc.constant(HOURS - 1)), { maxLength: 4 });
const anyUsage = fc.tuple(usualHours, lastHour).map((parts) => parts.flat().flatMap(bucketsOfShape));

/** Spends the dollars of one hour in buckets of one width, the later ones a little more than the earlier ones. */
function bucketsOfShape({ hour, widthMinutes, dollars, model, keyId }: Shape): UsageBucket[] {
  const count = 60 / widthMinutes;
  return Array.from({ length: count }, (_, index) => {
    const grains = Math.floor((dollars * 1e6) / GRAIN_MICRO_USD / count) + index;
    return usageOf({
      keyId,
      model,
      startAt: FROM + hour * HOUR_MS + index * widthMinutes * MINUTE_MS,
      widthMs: widthMinutes * MINUTE_MS,
      costMicroUsd: dollars === 0 ? 0 : grains * GRAIN_MICRO_USD,
    });
  });
}

interface Verdict {
  readonly severity: 'high' | 'critical';
  readonly hourMicroUsd: number;
  readonly medianMicroUsd: number;
}

/** The rule, read literally, on one number per minute. */
function reference(usage: readonly UsageBucket[]): Verdict | null {
  const minutes = new Array<number>(MINUTES).fill(0);
  for (const { startAt, widthMs, costMicroUsd } of usage) {
    const width = widthMs / MINUTE_MS;
    for (let index = 0; index < width; index += 1) {
      const minute = (startAt - FROM) / MINUTE_MS + index;
      minutes[minute] = (minutes[minute] ?? 0) + costMicroUsd / width;
    }
  }
  const hours = Array.from({ length: HOURS }, (_, hour) =>
    minutes.slice(hour * 60, hour * 60 + 60).reduce((sum, cost) => sum + cost, 0),
  );
  const hourMicroUsd = hours.pop() ?? 0;
  const sorted = hours.sort((a, b) => a - b);
  const medianMicroUsd = ((sorted[11] ?? 0) + (sorted[12] ?? 0)) / 2;
  if (hourMicroUsd <= 5 * medianMicroUsd || hourMicroUsd <= 5_000_000) return null;
  const critical = hourMicroUsd > 50_000_000 || (medianMicroUsd > 0 && hourMicroUsd > 20 * medianMicroUsd);
  return { severity: critical ? 'critical' : 'high', hourMicroUsd, medianMicroUsd };
}

function verdictOf(findings: readonly Finding[]) {
  return findings.map(({ severity, evidence }) => ({
    severity,
    hourMicroUsd: evidence['hourMicroUsd'],
    medianMicroUsd: evidence['medianMicroUsd'],
  }));
}

describe('on any series', () => {
  test('it says what the rule says, minute by minute', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyUsage, (usage) => {
        const expected = reference(usage);
        seen.add(expected?.severity ?? 'quiet');
        expect(verdictOf(run(usage))).toEqual(expected === null ? [] : [expected]);
      }),
      { numRuns: 300 },
    );
    expect([...seen].sort()).toEqual(['critical', 'high', 'quiet']);
  });

  test('neither the order of buckets nor that of keys and models matters', () => {
    const shuffled = anyUsage.chain((usage) =>
      fc.tuple(
        fc.constant(usage),
        fc.shuffledSubarray([...usage], { minLength: usage.length, maxLength: usage.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([usage, other]) => {
        expect(run(other)).toEqual(run(usage));
      }),
    );
  });

  test('with all money times k the ratio, the start and the verdict stay the same', () => {
    const unbounded = bindDetector(spendAcceleration, { floor_usd: 0.000001, critical_usd: 1e9 });
    fc.assert(
      fc.property(anyUsage, fc.integer({ min: 1, max: 1_000 }), (usage, k) => {
        const [before] = run(usage, unbounded);
        const [after] = run(
          usage.map((bucket) => ({ ...bucket, costMicroUsd: bucket.costMicroUsd * k })),
          unbounded,
        );
        expect([after?.evidence['ratio'], after?.startedAt, after?.severity]).toEqual([
          before?.evidence['ratio'],
          before?.startedAt,
          before?.severity,
        ]);
        expect(after?.costMicroUsd).toBe(before === undefined ? undefined : before.costMicroUsd * k);
      }),
    );
  });

  test('at any moment, a finding is whole money, lies in the time it looked at and survives the database', () => {
    fc.assert(
      fc.property(anyUsage, fc.nat(2 * HOUR_MS), (usage, laterMs) => {
        const until = NOON - HOUR_MS + laterMs;
        for (const finding of bound.detect(inputOf(usage, until))) {
          expect(finding.startedAt).toBeGreaterThanOrEqual(until - spendAcceleration.historyMs);
          expect(finding.startedAt).toBeLessThan(until);
          expect(finding.observedUntil).toBe(until);
          expect(finding.costMicroUsd).toBeGreaterThan(0);
          expect(finding.costMicroUsd).toBeLessThanOrEqual(usage.reduce((sum, bucket) => sum + bucket.costMicroUsd, 0));
          expect(['key_1', 'key_2']).toContain(finding.keyId);
          for (const [name, value] of Object.entries(finding.evidence)) {
            if (name.endsWith('MicroUsd')) expect(Number.isInteger(value)).toBe(true);
          }
          expect(JSON.parse(JSON.stringify(finding))).toEqual(finding);
        }
      }),
    );
  });
});

describe('money below the floor', () => {
  test('never fires, whatever the ratio', () => {
    const cents = fc.array(fc.nat(83_333), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(cents, (costs) => {
        const usage = costs.map((costMicroUsd, minute) =>
          usageOf({ startAt: NOON - HOUR_MS + minute * MINUTE_MS, costMicroUsd }),
        );
        expect(run(usage)).toEqual([]);
      }),
    );
  });
});

describe('an empty history', () => {
  test('never throws: any few buckets, of any time', () => {
    const bucket = fc.record({
      startAt: fc.integer({ min: NOON - 3 * DAY_MS, max: NOON + DAY_MS }),
      widthMs: fc.constantFrom(MINUTE_MS, 15 * MINUTE_MS, HOUR_MS, DAY_MS),
      costMicroUsd: fc.nat(100_000_000),
    });
    fc.assert(
      fc.property(fc.array(bucket, { maxLength: 3 }), (buckets) => {
        expect(run(buckets.map((fields) => usageOf(fields))).length).toBeLessThanOrEqual(1);
      }),
    );
    expect(run([])).toEqual([]);
  });
});

test('the history that it asks for covers its 25 hours', () => {
  expect(spendAcceleration.historyMs).toBeGreaterThanOrEqual(HOURS * HOUR_MS);
});

test('two lineages never share a finding', () => {
  const usage = [usageOf({ startAt: NOON - HOUR_MS, costMicroUsd: 6_000_000 })];
  const input = inputOf(usage, NOON);

  const [one] = bound.detect(input);
  const [other] = bound.detect({ ...input, lineage: { ...input.lineage, id: 'lin_2' } });

  expect([one?.lineageId, other?.lineageId]).toEqual(['lin_1', 'lin_2']);
  expect(one?.dedupeKey).not.toBe(other?.dedupeKey);
});

test('of two keys that spent the same, the same one is blamed in whatever order they come', () => {
  const spentBy = (keyId: string) => usageOf({ keyId, startAt: NOON - MINUTE_MS, costMicroUsd: 3_000_000 });
  const [one, other] = [spentBy('key_1'), spentBy('key_2')];

  expect(run([one, other])[0]?.keyId).toBe('key_1');
  expect(run([other, one])[0]?.keyId).toBe('key_1');
});

test.each([
  [5.24, '5.2x'],
  [9.96, '10x'],
  [28.4, '28x'],
  [563, '560x'],
  [12_345, '12,350x'],
])('a ratio of %d is told as %s', (ratio, told) => {
  const usual = Array.from({ length: HOURS - 1 }, (_, hour) =>
    usageOf({ startAt: FROM + hour * HOUR_MS, widthMs: HOUR_MS, costMicroUsd: 1_000_000 }),
  );
  const leak = usageOf({ startAt: NOON - MINUTE_MS, costMicroUsd: Math.round(ratio * 1e6) });

  expect(run([...usual, leak])[0]?.headline.join('')).toBe(`spending ${told} its usual hour`);
});

test('no model is news on a key of which nothing is known from before the hour that a probe may lie in', () => {
  const leak = usageOf({ model: 'model-b', startAt: NOON - MINUTE_MS, costMicroUsd: 6_000_000 });
  const usualAt = (startAt: number) => usageOf({ model: 'model-a', startAt, costMicroUsd: 1 });
  const newsAfter = (startAt: number) => run([usualAt(startAt), leak])[0]?.evidence['newModels'];

  expect(newsAfter(leak.startAt - HOUR_MS)).toEqual([]);
  expect(newsAfter(leak.startAt - HOUR_MS - 1)).toEqual(['model-b']);
});
