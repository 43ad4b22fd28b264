import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Whereabouts } from '../../../src/domain/address.ts';
import { analyzeKey, inOrder, type KeyFinding } from '../../../src/domain/analysis/analyze.ts';
import { limitsOf } from '../../../src/domain/analysis/limits.ts';
import { UTC_CALENDAR } from '../../../src/domain/calendar.ts';
import type { Profile } from '../../../src/domain/profile.ts';
import type { FileKind } from '../../../src/domain/records/lines.ts';
import { type Row, RowStore } from '../../../src/domain/records/row-store.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';

/** The records' day; the history lies before it. */
const DAY = Date.UTC(2026, 2, 10);
const NOON = DAY + 12 * HOUR_MS;

function request(at: number, fields: Partial<Row> = {}): Row {
  return {
    key: 'prod',
    startAt: at,
    widthMs: 0,
    model: 'gpt-4o',
    endpoint: 'completions',
    address: '10.0.0.1',
    statusCode: 200,
    requests: 1,
    costMicroUsd: 0,
    ...fields,
  };
}

function many(count: number, of: (index: number) => Row): readonly Row[] {
  return Array.from({ length: count }, (_, index) => of(index));
}

interface Files {
  readonly history: readonly Row[];
  readonly records: readonly Row[];
  readonly profile?: Profile;
  readonly kind?: FileKind;
  readonly where?: Readonly<Record<string, Whereabouts>>;
  readonly limits?: Readonly<Record<string, unknown>>;
}

function analyze({
  history,
  records,
  profile = 'strict',
  kind = 'requests',
  where = {},
  limits = {},
}: Files): readonly KeyFinding[] {
  const stores = { history: new RowStore(), records: new RowStore() };
  for (const row of history) stores.history.add(row);
  for (const row of records) stores.records.add(row);
  const options = {
    profile,
    calendar: UTC_CALENDAR,
    limits: limitsOf(limits),
    lookUp: () => new Map(Object.entries(where)),
  };
  const found = stores.records.keys().flatMap((key) => {
    const rows = stores.records.rowsOf(key);
    const past = stores.history.rowsOf(key);
    if (rows === undefined) throw new Error('a key without rows');
    return analyzeKey({ rows, kind }, past === undefined ? null : { rows: past, kind }, options);
  });
  return inOrder(found);
}

/** The findings of one kind, as far as they are compared. */
function of(kind: string, files: Files) {
  return analyze(files)
    .filter((found) => found.kind === kind)
    .map(({ severity, dayAt, at, evidence }) => ({ severity, dayAt, at, evidence }));
}

/** One request at noon on each of so many days before the records, at these costs in dollars. */
const daysBefore = (...usd: readonly number[]): readonly Row[] =>
  usd.map((cost, index) => request(NOON - (usd.length - index) * DAY_MS, { costMicroUsd: cost * 1e6 }));

describe('cost-spike: the day above five times the average day, and above $10', () => {
  const history = daysBefore(2, 4); // The average is $3.

  test('fires with the request that goes beyond, as critical', () => {
    const records = [4, 11, 0.5].map((cost, index) => request(NOON + index * HOUR_MS, { costMicroUsd: cost * 1e6 }));
    const late = request(NOON + 3 * HOUR_MS, { costMicroUsd: 1e6 });

    expect(of('cost-spike', { history, records })).toEqual([
      expect.objectContaining({
        severity: 'critical',
        dayAt: DAY,
        at: NOON + 2 * HOUR_MS,
        evidence: { costUsd: 15.5, averageUsd: 3, thresholdUsd: 15 },
      }),
    ]);
    expect(of('cost-spike', { history, records: [...records, late] })[0]?.evidence).toMatchObject({ costUsd: 16.5 });
  });

  test('is quiet at exactly five times, and at exactly $10', () => {
    const day = (usd: number) => [request(NOON, { costMicroUsd: usd * 1e6 })];

    expect(of('cost-spike', { history, records: day(15) })).toEqual([]);
    expect(of('cost-spike', { history: daysBefore(0.1), records: day(10) })).toEqual([]);
    expect(of('cost-spike', { history: daysBefore(0.1), records: day(10.01) })).toHaveLength(1);
  });

  test('a day without records does not count for the average', () => {
    const gap = [...daysBefore(3), request(NOON - 20 * DAY_MS, { costMicroUsd: 3e6 })];

    expect(of('cost-spike', { history: gap, records: [request(NOON, { costMicroUsd: 15e6 })] })).toEqual([]);
  });

  test('each day is told by itself', () => {
    const records = [0, 1, 2].map((day) => request(NOON + day * DAY_MS, { costMicroUsd: 16e6 }));

    expect(of('cost-spike', { history, records }).map(({ dayAt }) => dayAt)).toEqual([
      DAY,
      DAY + DAY_MS,
      DAY + 2 * DAY_MS,
    ]);
  });
});

describe('volume-spike: more requests than the average by three sample deviations', () => {
  // 8, 10 and 12 requests: the mean is 10, the sample deviation 2.
  const history = [8, 10, 12].flatMap((count, day) =>
    many(count, (index) => request(DAY - (day + 1) * DAY_MS + index * MINUTE_MS)),
  );
  const records = (count: number) => many(count, (index) => request(DAY + index * MINUTE_MS));

  test('is quiet at 16, fires at the 17th as high and is critical above 100', () => {
    expect(of('volume-spike', { history, records: records(16) })).toEqual([]);
    expect(of('volume-spike', { history, records: records(17) })).toEqual([
      {
        severity: 'high',
        dayAt: DAY,
        at: DAY + 16 * MINUTE_MS,
        evidence: { requests: 17, mean: 10, standardDeviation: 2, threshold: 16 },
      },
    ]);
    expect(of('volume-spike', { history, records: records(100) })).toMatchObject([{ severity: 'high' }]);
    expect(of('volume-spike', { history, records: records(101) })).toMatchObject([
      { severity: 'critical', at: DAY + 16 * MINUTE_MS },
    ]);
  });

  test('requests that failed and those that are alike count', () => {
    const failed = many(17, () => request(NOON, { statusCode: 500 }));

    expect(of('volume-spike', { history, records: failed })).toMatchObject([{ at: NOON }]);
  });

  test('is quiet where all days were alike, and after a single day', () => {
    expect(of('volume-spike', { history: daysBefore(1, 1, 1), records: records(1_000) })).toEqual([]);
    expect(of('volume-spike', { history: daysBefore(1), records: records(1_000) })).toEqual([]);
  });
});

describe('billing-threshold: 1.5, 3 and 10 times a typical day', () => {
  const history = daysBefore(2, 2);
  const day = (...usd: readonly number[]) =>
    usd.map((cost, index) => request(NOON + index * HOUR_MS, { costMicroUsd: cost * 1e6 }));

  test.each([
    [2.99, null],
    [3, 'info'],
    [5.99, 'info'],
    [6, 'medium'],
    [19.99, 'medium'],
    [20, 'high'],
  ] as const)('a day of $%d is %s', (usd, severity) => {
    const found = of('billing-threshold', { history, records: day(usd) });

    expect(found[0]?.severity ?? null).toBe(severity);
  });

  test('the gravest of the day is told, at the instant of the first', () => {
    expect(of('billing-threshold', { history, records: day(1, 2, 10, 10) })).toEqual([
      { severity: 'high', dayAt: DAY, at: NOON + HOUR_MS, evidence: { costUsd: 23, typicalUsd: 2, ratio: 11.5 } },
    ]);
  });

  test('is quiet where nothing is typical', () => {
    expect(of('billing-threshold', { history: daysBefore(0, 0), records: day(100) })).toEqual([]);
  });
});

describe('unknown-model, unknown-endpoint, unknown-address', () => {
  const history = daysBefore(1, 1);

  test.each([
    ['unknown-model', { model: 'o9' }, { model: 'o9' }],
    ['unknown-endpoint', { endpoint: 'fine_tuning' }, { endpoint: 'fine_tuning' }],
    ['unknown-address', { address: '203.0.113.9' }, { address: '203.0.113.9' }],
  ])('%s: the first request is enough, each day once', (kind, fields, evidence) => {
    const records = [
      request(NOON),
      request(NOON + 1, fields),
      request(NOON + 2, fields),
      request(NOON + DAY_MS, { ...fields, statusCode: 401 }),
    ];

    expect(of(kind, { history, records })).toMatchObject([
      { severity: 'high', dayAt: DAY, at: NOON + 1, evidence: { ...evidence, count: 1, requests: 2 } },
      { severity: 'high', dayAt: DAY + DAY_MS, at: NOON + DAY_MS },
    ]);
    expect(of(kind, { history, records: [request(NOON)] })).toEqual([]);
  });

  test.each([
    ['in a country of its own', 'DE', null, 'high'],
    ['in a country that it never called from', 'KP', null, 'critical'],
    ['of a hosting company that it never called from', 'DE', 'AMAZON-02', 'critical'],
    ['that nobody knows the place of', null, null, 'high'],
  ])('an address %s', (_, country, hosting, severity) => {
    const where = { '10.0.0.1': { country: 'DE', hosting: null }, '198.51.100.7': { country, hosting } };
    const records = [request(NOON, { address: '198.51.100.7' })];

    expect(of('unknown-address', { history, records, where })).toMatchObject([{ severity }]);
  });

  test('what is not named is not unknown, and a history without addresses knows none', () => {
    const without = history.map((row) => ({ ...row, address: null }));

    expect(analyze({ history, records: [request(NOON, { model: '', endpoint: '', address: null })] })).toEqual([]);
    expect(of('unknown-address', { history: without, records: [request(NOON)] })).toEqual([]);
  });
});

describe('off-hours: more than 30 % of the day outside the hours with more than 1 % of all requests', () => {
  // 99 requests at noon and one at 03:00, which is exactly 1 %: no active hour.
  const history = [...many(99, (index) => request(NOON - DAY_MS + index)), request(DAY - DAY_MS + 3 * HOUR_MS)];
  const day = (outside: number, inside: number) => [
    ...many(outside, (index) => request(DAY + 3 * HOUR_MS + index)),
    ...many(inside, (index) => request(NOON + index)),
  ];

  test('is quiet at exactly 30 %, and looks at the whole day', () => {
    expect(of('off-hours', { history, records: day(3, 7) })).toEqual([]);
    expect(of('off-hours', { history, records: day(1, 9) })).toEqual([]);
  });

  test('fires at the request from which on the day could not come out otherwise', () => {
    expect(of('off-hours', { history, records: day(4, 6) })).toEqual([
      {
        severity: 'medium',
        dayAt: DAY,
        at: DAY + 3 * HOUR_MS + 3,
        evidence: { requests: 10, outside: 4, share: 0.4, activeHours: ['12'] },
      },
    ]);
  });
});

describe('auth-failures: ten refusals within ten minutes', () => {
  const history = daysBefore(1);
  const refusals = (count: number, everyMs: number) =>
    many(count, (index) => request(NOON + index * everyMs, { statusCode: index % 2 === 0 ? 401 : 403 }));

  test('nine are quiet, ten in more than ten minutes are quiet, ten fire as medium', () => {
    expect(of('auth-failures', { history, records: refusals(9, 1_000) })).toEqual([]);
    expect(of('auth-failures', { history, records: refusals(10, MINUTE_MS + 7_000) })).toEqual([]);
    expect(of('auth-failures', { history, records: refusals(10, MINUTE_MS) })).toMatchObject([
      { severity: 'medium', at: NOON + 9 * MINUTE_MS, evidence: { failures: 10, address: null } },
    ]);
  });

  test('policy says how many in which time are a burst', () => {
    const limits = { 'auth-failures': { count: 3, minutes: 1 } };

    expect(of('auth-failures', { history, records: refusals(3, 30_000), limits })).toMatchObject([
      { evidence: { failures: 3, minutes: 1 } },
    ]);
    expect(of('auth-failures', { history, records: refusals(3, 31_000), limits })).toEqual([]);
  });

  test('other failures are none of them', () => {
    const records = many(50, (index) => request(NOON + index, { statusCode: 429 }));

    expect(of('auth-failures', { history, records })).toEqual([]);
  });

  test.each([
    ['a success from a new address makes it high', { address: '203.0.113.9' }, HOUR_MS, 'high'],
    ['one from a known address does not', { address: '10.0.0.1' }, HOUR_MS, 'medium'],
    ['a refusal from a new address does not', { address: '203.0.113.9', statusCode: 401 }, HOUR_MS, 'medium'],
    ['one before the burst does not', { address: '203.0.113.9' }, -HOUR_MS, 'medium'],
    ['one long after it does not', { address: '203.0.113.9' }, 5 * HOUR_MS, 'medium'],
  ])('%s', (_, fields, afterMs, severity) => {
    const records = [...refusals(10, 1_000), request(NOON + afterMs, fields)];

    expect(of('auth-failures', { history, records })).toMatchObject([{ severity, at: NOON + 9_000 }]);
  });

  test('needs no history; without one no address is new', () => {
    const records = [...refusals(10, 1_000), request(NOON + HOUR_MS, { address: '203.0.113.9' })];

    expect(of('auth-failures', { history: [], records })).toMatchObject([{ severity: 'medium' }]);
  });
});

describe('spend-acceleration: 60 minutes above five times the median of the 24 hours before, and above $5', () => {
  /** $2 in each hour of the day before noon. */
  const steady = (hours: number) =>
    many(hours, (index) => request(NOON - (index + 1) * HOUR_MS, { costMicroUsd: 2e6 }));
  const hour = (...usd: readonly number[]) =>
    usd.map((cost, index) => request(NOON + (index + 1) * 10 * MINUTE_MS, { costMicroUsd: cost * 1e6 }));

  test('the history counts: quiet at five times the median, fires beyond', () => {
    // At 12:20 the hour is $10, of which the request at 11:00 is no part.
    expect(of('spend-acceleration', { history: steady(26), records: hour(5, 5) })).toEqual([]);
    expect(of('spend-acceleration', { history: steady(26), records: hour(5, 5, 0.5) })).toEqual([
      {
        severity: 'high',
        dayAt: DAY,
        at: NOON + 30 * MINUTE_MS,
        evidence: { hourUsd: 10.5, medianUsd: 2, thresholdUsd: 10 },
      },
    ]);
  });

  test('missing hours count as 0, so the floor decides', () => {
    expect(of('spend-acceleration', { history: steady(11), records: hour(5) })).toEqual([]);
    expect(of('spend-acceleration', { history: steady(11), records: hour(5.01) })).toMatchObject([
      { severity: 'high', evidence: { hourUsd: 5.01, medianUsd: 0, thresholdUsd: 5 } },
    ]);
    expect(of('spend-acceleration', { history: steady(12), records: hour(5.01) })).toEqual([
      // Twelve of 24 hours spent $2: the median lies between, at $1, and five times of it is no more than the floor.
      expect.objectContaining({ evidence: { hourUsd: 5.01, medianUsd: 1, thresholdUsd: 5 } }),
    ]);
  });

  test('is critical above 20 times the median, or above $50', () => {
    expect(of('spend-acceleration', { history: steady(26), records: hour(40) })).toMatchObject([{ severity: 'high' }]);
    expect(of('spend-acceleration', { history: steady(26), records: hour(40, 1) })).toMatchObject([
      { severity: 'critical', at: NOON + 10 * MINUTE_MS, evidence: { hourUsd: 41 } },
    ]);
    expect(of('spend-acceleration', { history: [], records: hour(50) })).toMatchObject([{ severity: 'high' }]);
    expect(of('spend-acceleration', { history: [], records: hour(50.5) })).toMatchObject([{ severity: 'critical' }]);
  });

  test('what is just 60 minutes old is no part of the hour', () => {
    const records = [request(NOON, { costMicroUsd: 3e6 }), request(NOON + HOUR_MS, { costMicroUsd: 3e6 })];
    const nearer = [request(NOON + 1, { costMicroUsd: 3e6 }), request(NOON + HOUR_MS, { costMicroUsd: 3e6 })];

    expect(of('spend-acceleration', { history: [], records })).toEqual([]);
    expect(of('spend-acceleration', { history: [], records: nearer })).toHaveLength(1);
  });
});

describe('dormant-awake: the first traffic after 30 and 60 quiet days', () => {
  const last = NOON - 40 * DAY_MS;

  test.each([
    [30 * DAY_MS - 1, null],
    [30 * DAY_MS, 'medium'],
    [60 * DAY_MS - 1, 'medium'],
    [60 * DAY_MS, 'high'],
  ] as const)('after %d ms it is %s', (quietMs, severity) => {
    const found = of('dormant-awake', {
      history: [request(last)],
      records: [request(last + quietMs), request(last + quietMs + 1)],
    });

    expect(found[0]?.severity ?? null).toBe(severity);
    expect(found.length).toBeLessThan(2);
  });

  test('a silence within the records counts, the start of a new key does not', () => {
    expect(of('dormant-awake', { history: [], records: [request(last), request(NOON)] })).toMatchObject([
      { severity: 'medium', at: NOON, evidence: { quietDays: 40 } },
    ]);
    expect(of('dormant-awake', { history: [], records: [request(NOON)] })).toEqual([]);
  });
});

describe('a key without history', () => {
  test('has no day-wise finding and nothing unknown', () => {
    const records = many(500, (index) => request(DAY + index * MINUTE_MS, { costMicroUsd: 40_000, model: 'o9' }));
    const others = daysBefore(1, 2, 3).map((row) => ({ ...row, key: 'other' }));

    // $2.40 in the dearest hour: no acceleration either.
    expect(analyze({ history: others, records })).toEqual([]);
  });
});

describe('usage buckets', () => {
  const bucket = (startAt: number, fields: Partial<Row> = {}) =>
    request(startAt, { widthMs: HOUR_MS, address: null, requests: 10, ...fields });
  const history = [1, 2, 3].map((day) => bucket(NOON - day * DAY_MS, { costMicroUsd: 3e6 }));

  test('are known at their end, belong to the day of their start, and count once', () => {
    const records = [
      bucket(DAY + 23 * HOUR_MS, { costMicroUsd: 99e6 }),
      bucket(DAY + 23 * HOUR_MS, { costMicroUsd: 16e6 }),
    ];

    expect(of('cost-spike', { history, records, kind: 'usage' })).toMatchObject([
      { dayAt: DAY, at: DAY + DAY_MS, evidence: { costUsd: 16 } },
    ]);
  });

  test('without a count of requests tell nothing of requests', () => {
    const records = [bucket(DAY + 3 * HOUR_MS, { requests: null, costMicroUsd: 1e6 })];

    expect(analyze({ history, records, kind: 'usage' })).toEqual([]);
    expect(
      analyze({
        history: history.map((row) => ({ ...row, requests: null })),
        records: [bucket(DAY + 3 * HOUR_MS)],
        kind: 'usage',
      }),
    ).toEqual([]);
  });

  test('of a whole day say nothing of hours', () => {
    const days = [1, 2, 3].map((day) => bucket(DAY - day * DAY_MS, { widthMs: DAY_MS, costMicroUsd: 30e6 }));
    const records = [bucket(DAY, { widthMs: DAY_MS, costMicroUsd: 30e6 })];

    expect(analyze({ history: days, records, kind: 'usage' })).toEqual([]);
  });

  test('that an export fills gaps with are no traffic', () => {
    const empty = many(40, (index) => bucket(NOON - (index + 5) * DAY_MS, { requests: 0 }));

    expect(
      of('cost-spike', {
        history: [...history, ...empty],
        records: [bucket(NOON, { costMicroUsd: 15e6 })],
        kind: 'usage',
      }),
    ).toEqual([]);
  });
});

describe('balanced', () => {
  test('tells a day that the history has seen the like of as a notice, with the reason', () => {
    const history = daysBefore(1, 1, 1, 1, 1, 1, 1, 1, 1, 200);
    const day = (usd: number) => [request(NOON, { costMicroUsd: usd * 1e6 })];

    expect(of('cost-spike', { history, records: day(190), profile: 'balanced' })).toMatchObject([
      { severity: 'info', evidence: { heldBack: 'the last 11 days have had a day as dear' } },
    ]);
    expect(of('cost-spike', { history, records: day(401), profile: 'balanced' })).toMatchObject([
      { severity: 'critical' },
    ]);
    expect(of('spend-acceleration', { history, records: day(190), profile: 'balanced' })).toMatchObject([
      { severity: 'info' },
    ]);
    expect(of('spend-acceleration', { history, records: day(401), profile: 'balanced' })).toMatchObject([
      { severity: 'critical' },
    ]);
  });
});

describe('whatever the file', () => {
  const row = fc
    .record({
      step: fc.integer({ min: 0, max: 300 }),
      usd: fc.constantFrom(0, 0.1, 3, 20),
      model: fc.constantFrom('', 'gpt-4o', 'o9'),
      address: fc.constantFrom(null, '10.0.0.1', '203.0.113.9'),
      statusCode: fc.constantFrom(200, 401),
    })
    .map(({ step, usd, ...fields }) => request(DAY + step * 11 * MINUTE_MS, { ...fields, costMicroUsd: usd * 1e6 }));
  const past = row.map((each) => ({ ...each, startAt: each.startAt - 5 * DAY_MS }));
  const rows = fc.array(row, { minLength: 1, maxLength: 80 });

  test('the order of lines does not matter', () => {
    const shuffled = rows.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(fc.array(past, { maxLength: 40 }), shuffled, (history, [all, mixed]) => {
        expect(analyze({ history: history.toReversed(), records: mixed })).toEqual(analyze({ history, records: all }));
      }),
    );
  });

  test('whole weeks later the same is found, and at most one of a kind, key and day', () => {
    const later = (all: readonly Row[]) => all.map((each) => ({ ...each, startAt: each.startAt + 3 * 7 * DAY_MS }));
    const told = (found: readonly KeyFinding[], shift: number) =>
      found.map(({ kind, severity, at, dayAt }) => ({ kind, severity, at: at + shift, dayAt: dayAt + shift }));
    fc.assert(
      fc.property(fc.array(past, { maxLength: 40 }), rows, (history, records) => {
        const found = analyze({ history, records });

        expect(told(analyze({ history: later(history), records: later(records) }), 0)).toEqual(
          told(found, 3 * 7 * DAY_MS),
        );
        const days = found.map(({ key, kind, dayAt }) => `${key} ${kind} ${dayAt}`);
        expect(new Set(days).size).toBe(days.length);
        for (const { at, dayAt } of found) expect(at >= dayAt && at < dayAt + DAY_MS).toBe(true);
      }),
    );
  });
});
