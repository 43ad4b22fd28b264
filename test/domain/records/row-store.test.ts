import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyNames } from '../../../src/domain/records/key-names.ts';
import { type Row, RowStore } from '../../../src/domain/records/row-store.ts';
import { seriesOf } from '../../../src/domain/records/series.ts';
import type { LineageSeries } from '../../../src/domain/replay/series.ts';

const AT = Date.UTC(2026, 2, 1);
const MINUTE = 60_000;

const row = fc.record({
  key: fc.constantFrom('a', 'b'),
  startAt: fc.integer({ min: 0, max: 40 }).map((step) => AT + step * 5 * MINUTE),
  widthMs: fc.constantFrom(5 * MINUTE, 15 * MINUTE),
  model: fc.constantFrom('m', 'n'),
  endpoint: fc.constantFrom('e', 'f'),
  address: fc.constantFrom(null, '10.0.0.1'),
  statusCode: fc.constantFrom(200, 401),
  requests: fc.oneof(fc.constantFrom(null, 0, 1, 2.5), fc.maxSafeNat()),
  costMicroUsd: fc.oneof(fc.nat(300), fc.maxSafeNat()),
});

function storeOf(rows: readonly Row[]): RowStore {
  const store = new RowStore();
  for (const each of rows) store.add(each);
  return store;
}

function backFrom(store: RowStore): Row[] {
  return store.keys().flatMap((key) => {
    const rows = store.rowsOf(key);
    if (rows === undefined) return [];
    return [...rows.startAt].map((startAt, index): Row => {
      const kind = rows.kinds[rows.kind[index] ?? -1];
      if (kind === undefined) throw new Error('a row without a kind');
      const requests = rows.requests[index] ?? Number.NaN;
      return {
        key,
        startAt,
        widthMs: rows.widthMs[index] ?? 0,
        ...kind,
        requests: Number.isNaN(requests) ? null : requests,
        costMicroUsd: rows.costMicroUsd[index] ?? 0,
      };
    });
  });
}

describe('the rows of a file in memory', () => {
  test('come back as they were, key by key, ascending, those of one instant in their order', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 200 }), (rows) => {
        const store = storeOf(rows);

        const wanted = ['a', 'b'].flatMap((key) =>
          rows.filter((each) => each.key === key).toSorted((x, y) => x.startAt - y.startAt),
        );
        expect(backFrom(store)).toEqual(wanted);
        expect(store.count).toBe(rows.length);
      }),
    );
  });

  test('a key without rows has none', () => {
    expect(storeOf([]).rowsOf('a')).toBeUndefined();
  });
});

describe('series for a back-test', () => {
  /** In an order of its own, so that two can be compared. */
  const sortedSeries = ({ key, streams }: LineageSeries) => ({
    key,
    streams: streams.toSorted((a, b) => `${a.model} ${a.endpoint}`.localeCompare(`${b.model} ${b.endpoint}`)),
  });
  const all = (rows: readonly Row[], kind: 'usage' | 'requests') => {
    const store = storeOf(rows);
    return store.keys().map((key) => {
      const found = store.rowsOf(key);
      if (found === undefined) throw new Error('no rows');
      return sortedSeries(seriesOf(found, kind));
    });
  };
  const usage = (fields: Partial<Row> = {}): Row => ({
    key: 'a',
    startAt: AT,
    widthMs: 15 * MINUTE,
    model: 'm',
    endpoint: 'e',
    address: null,
    statusCode: 200,
    requests: 2,
    costMicroUsd: 10,
    ...fields,
  });

  test('buckets become columns by model and endpoint; of a bucket that is told twice the later counts', () => {
    const rows = [
      usage({ startAt: AT + 15 * MINUTE }),
      usage({ costMicroUsd: 99 }),
      usage({ model: 'n', requests: null, widthMs: 60 * MINUTE }),
      usage({ costMicroUsd: 11, requests: 3 }),
    ];

    expect(all(rows, 'usage')).toEqual([
      {
        key: 'a',
        streams: [
          {
            model: 'm',
            endpoint: 'e',
            startAt: Float64Array.of(AT, AT + 15 * MINUTE),
            widthMs: 15 * MINUTE,
            costMicroUsd: Float64Array.of(11, 10),
            requests: Float64Array.of(3, 2),
          },
          {
            model: 'n',
            endpoint: 'e',
            startAt: Float64Array.of(AT),
            widthMs: 60 * MINUTE,
            costMicroUsd: Float64Array.of(10),
            requests: null,
          },
        ],
      },
    ]);
  });

  test('buckets of different widths keep theirs', () => {
    const rows = [usage(), usage({ startAt: AT + 15 * MINUTE, widthMs: 60 * MINUTE, requests: null })];

    expect(all(rows, 'usage')[0]?.streams[0]).toMatchObject({
      widthMs: Float64Array.of(15 * MINUTE, 60 * MINUTE),
      requests: Float64Array.of(2, Number.NaN),
    });
  });

  test('requests are summed up by five minutes, also those that are alike', () => {
    const request = (startAt: number, costMicroUsd: number): Row =>
      usage({ startAt, widthMs: 0, requests: 1, costMicroUsd });
    const rows = [
      request(AT + 4 * MINUTE, 1),
      { ...request(AT + 4 * MINUTE, 1), statusCode: 401 },
      request(AT + 5 * MINUTE, 7),
      request(AT, 2),
    ];

    expect(all(rows, 'requests')[0]?.streams).toEqual([
      {
        model: 'm',
        endpoint: 'e',
        startAt: Float64Array.of(AT, AT + 5 * MINUTE),
        widthMs: 5 * MINUTE,
        costMicroUsd: Float64Array.of(4, 7),
        requests: Float64Array.of(3, 1),
      },
    ]);
  });

  test('the order of rows does not matter, nor do repeated ones', () => {
    const distinct = fc.uniqueArray(
      row.map((each) => ({ ...each, address: null, statusCode: 200 })),
      {
        selector: ({ key, startAt, widthMs, model, endpoint }) => [key, startAt, widthMs, model, endpoint].join(' '),
        maxLength: 100,
      },
    );
    const shuffled = distinct.chain((rows) =>
      fc.tuple(fc.constant(rows), fc.shuffledSubarray([...rows, ...rows], { minLength: rows.length * 2 })),
    );
    fc.assert(
      fc.property(shuffled, ([rows, mixed]) => {
        const widths = (series: readonly LineageSeries[]) =>
          series.map(({ key, streams }) => ({
            key,
            streams: streams.map((stream) =>
              [...stream.startAt].map((at, index) => bucketText(stream, index, at)).sort(),
            ),
          }));
        expect(widths(all(mixed, 'usage'))).toEqual(widths(all(rows, 'usage')));
      }),
    );
  });

  function bucketText(stream: LineageSeries['streams'][number], index: number, at: number): string {
    const width = typeof stream.widthMs === 'number' ? stream.widthMs : stream.widthMs[index];
    return [stream.model, stream.endpoint, at, width, stream.costMicroUsd[index], stream.requests?.[index]].join(' ');
  }
});

describe('names of keys', () => {
  const body = (end: string) => ['Ab3dEf7hJk9mNp2q'.repeat(3), end].join('');
  const whole = (prefix: string, end: string) => ['sk', prefix, body(end)].join('');

  test('a hint, an id and a label stay as they are', () => {
    const names = new KeyNames();

    for (const name of ['sk-…9f2a', 'key_01H', 'prod api', 'sk-ant-api03-R2D...igAA'])
      expect(names.nameOf(name)).toBe(name);
  });

  test('a whole key is shortened to its prefix and its last four characters', () => {
    const names = new KeyNames();

    expect(names.nameOf(whole('-ant-api03-', '9f2a'))).toBe('sk-ant-api03-…9f2a');
    expect(names.nameOf(whole('-proj-', '9f2b'))).toBe('sk-proj-…9f2b');
    expect(names.nameOf(whole('-', '9f2c'))).toBe('sk-…9f2c');
  });

  test('two whole keys that would look alike stay two', () => {
    const names = new KeyNames();
    const first = names.nameOf(whole('-proj-', 'x9f2a'));
    const second = names.nameOf(whole('-proj-', 'y9f2a'));

    expect([first, second]).toEqual(['sk-proj-…9f2a', 'sk-proj-…9f2a (2)']);
    expect(names.nameOf(whole('-proj-', 'x9f2a'))).toBe(first);
  });
});
