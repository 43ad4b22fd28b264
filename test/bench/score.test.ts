import { describe, expect, test } from 'vitest';
import type { LabelledLineage } from '../../bench/detect/company.ts';
import type { Label } from '../../bench/detect/label.ts';
import { fiveTimesMedian, meanAndThreeSigma, monthlyBudget, twiceTheWeekBefore } from '../../bench/detect/rules.ts';
import { luckOf, outcomeOf, quietOf } from '../../bench/detect/score.ts';
import type { Severity } from '../../src/domain/finding.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';

const START = Date.UTC(2026, 5, 1);
const DAYS = 40;
const BUCKET_MS = 5 * MINUTE_MS;
const USD = 1_000_000;
const POLLS = { pollMs: BUCKET_MS, lagMs: BUCKET_MS, tellFrom: START + 7 * DAY_MS };

describe('a page counts for a leak', () => {
  const leak = label('loud-day', { from: 30 * DAY_MS, to: 30 * DAY_MS + 4 * HOUR_MS });
  const lineage = lineageWith([leak], { fromBucket: 30 * 288, usdPerBucket: 1 });

  test('from its start to two hours after its end', () => {
    const pagedAt = (at: number) => outcomeOf(lineage, [told(at)])?.paged;

    expect(pagedAt(leak.startAt - 1)).toBe(false);
    expect(pagedAt(leak.startAt)).toBe(true);
    expect(pagedAt(leak.endAt + 2 * HOUR_MS)).toBe(true);
    expect(pagedAt(leak.endAt + 2 * HOUR_MS + 1)).toBe(false);
  });

  test('with its delay and what was lost by then', () => {
    const outcome = outcomeOf(lineage, [told(leak.startAt + 15 * MINUTE_MS), told(leak.startAt + 30 * MINUTE_MS)]);

    expect(outcome).toMatchObject({ latencyMinutes: 15, lostMicroUsd: 3 * USD });
  });

  test('and a notice does not', () => {
    expect(outcomeOf(lineage, [told(leak.startAt, 'medium')])).toMatchObject({ paged: false, latencyMinutes: null });
  });

  test('nor a page that is too late for one that is told within two days', () => {
    const tripled = lineageWith([label('tripled', { from: 20 * DAY_MS, to: 26 * DAY_MS })]);
    const inTime = (after: number) => outcomeOf(tripled, [told(START + 20 * DAY_MS + after, 'medium')])?.toldInTime;

    expect(inTime(2 * DAY_MS)).toBe(true);
    expect(inTime(2 * DAY_MS + 1)).toBe(false);
  });

  test('nor a line in the digest, which nobody reads in time', () => {
    expect(outcomeOf(lineage, [told(leak.startAt, 'info')])?.toldInTime).toBe(false);
    expect(outcomeOf(lineage, [told(leak.startAt, 'medium')])?.toldInTime).toBe(true);
  });
});

describe('a page is false', () => {
  const window = { from: START + 7 * DAY_MS, to: START + DAYS * DAY_MS };

  test('before a leak, and after it nobody counts', () => {
    const leak = label('loud-day', { from: 30 * DAY_MS, to: 31 * DAY_MS });
    const pages = [6, 10, 30.5, 35].map((day) => told(START + day * DAY_MS));

    expect(quietOf(lineageWith([leak]), pages, window)).toMatchObject({ pages: 1, notices: 0, ms: 23 * DAY_MS });
  });

  test('outside a loop and the day after it', () => {
    const loop = { ...label('runaway', { from: 20 * DAY_MS, to: 21 * DAY_MS }), isLeak: false };
    const pages = [19, 20.5, 21.9, 22.1].map((day) => told(START + day * DAY_MS));

    expect(quietOf(lineageWith([loop]), pages, window)).toMatchObject({ pages: 2, ms: 31 * DAY_MS });
  });

  test('and each counts, notices apart', () => {
    const at = START + 10 * DAY_MS;

    expect(
      quietOf(lineageWith([]), [told(at), told(at + 1), told(at, 'medium'), told(at, 'info')], window),
    ).toMatchObject({
      pages: 2,
      notices: 1,
      digestLines: 1,
    });
  });

  test('and what luck would have told is the share of stretches with anything in them', () => {
    const told20 = [told(START + 20.5 * DAY_MS), told(START + 20.6 * DAY_MS)];

    expect(luckOf(lineageWith([]), told20, 2 * DAY_MS).filter(Boolean)).toHaveLength(1);
    expect(luckOf(lineageWith([]), told20, 2 * DAY_MS)).toHaveLength(10);
  });
});

describe('a plain rule', () => {
  const jump = series((bucket) => (bucket >= 30 * 288 ? 1 : 0.05 + 0.01 * (Math.floor(bucket / 288) % 3)));
  const rules = { fiveTimesMedian: fiveTimesMedian(5), meanAndThreeSigma, twiceTheWeekBefore, monthlyBudget };

  test.each(Object.entries(rules))('%s tells of twenty times the usual spend', (_, rule) => {
    const pages = rule(jump, POLLS).filter(({ severity }) => severity === 'high');

    expect(pages[0]?.at).toBeGreaterThan(START + 30 * DAY_MS);
  });

  test.each(Object.entries(rules))('%s is silent on what is as always', (_, rule) => {
    const steady = series((bucket) => 0.05 + 0.01 * (Math.floor(bucket / 288) % 3));

    expect(rule(steady, POLLS).filter(({ severity }) => severity === 'high')).toEqual([]);
  });

  test('tells at the poll at which the bucket that did it is published', () => {
    // Five dollars and a bit are gone after six buckets.
    expect(fiveTimesMedian(5)(jump, POLLS)[0]?.at).toBe(START + 30 * DAY_MS + 5 * BUCKET_MS + BUCKET_MS);
  });
});

function told(at: number, severity: Severity = 'high') {
  return { kind: 'x', severity, at };
}

function label(kind: Label['kind'], { from, to }: { from: number; to: number }): Label {
  return { kind, isLeak: true, startAt: START + from, endAt: START + to, loudAt: START + from, costMicroUsd: 0 };
}

function lineageWith(labels: readonly Label[], theft?: { fromBucket: number; usdPerBucket: number }): LabelledLineage {
  const stolen = Float64Array.from({ length: DAYS * 288 }, (_, bucket) =>
    theft !== undefined && bucket >= theft.fromBucket ? theft.usdPerBucket * USD : 0,
  );
  const ends = { startAt: START, endAt: START + DAYS * DAY_MS };
  return { series: series(() => 0), labels, stolen: theft === undefined ? null : stolen, ...ends };
}

function series(usdOf: (bucket: number) => number) {
  const buckets = Array.from({ length: DAYS * 288 }, (_, bucket) => bucket);
  const stream = {
    model: 'm',
    endpoint: 'completions',
    widthMs: BUCKET_MS,
    startAt: Float64Array.from(buckets, (bucket) => START + bucket * BUCKET_MS),
    costMicroUsd: Float64Array.from(buckets, (bucket) => usdOf(bucket) * USD),
    requests: Float64Array.from(buckets, () => 1),
  };
  return { key: 'k', streams: [stream] };
}
