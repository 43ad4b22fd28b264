import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyzeKey } from '../../../src/domain/analysis/analyze.ts';
import { LOOK_BACK_MS } from '../../../src/domain/analysis/hour-check.ts';
import { limitsOf } from '../../../src/domain/analysis/limits.ts';
import { UTC_CALENDAR } from '../../../src/domain/calendar.ts';
import { FoldedRows } from '../../../src/domain/records/folding.ts';
import { type KeyRows, type Row, RowStore } from '../../../src/domain/records/row-store.ts';
import { seriesOf } from '../../../src/domain/records/series.ts';

const AT = Date.UTC(2026, 2, 1);
const MINUTE = 60_000;
const SPLIT = AT + 3 * 1_440 * MINUTE;

const request = fc.record({
  key: fc.constant('a'),
  startAt: fc.integer({ min: 0, max: 5 * 1_440 * 60 }).map((second) => AT + second * 1_000),
  widthMs: fc.constant(0),
  model: fc.constantFrom('m', 'n'),
  endpoint: fc.constantFrom('e', 'f'),
  address: fc.constantFrom(null, '10.0.0.1', '10.0.0.2'),
  statusCode: fc.constantFrom(200, 401),
  requests: fc.constant(1),
  costMicroUsd: fc.nat(8_000_000),
});
const requests = fc.array(request, { minLength: 1, maxLength: 150 });

function rowsOf(rows: readonly Row[], isKept?: (at: number) => boolean, addresses = true): KeyRows {
  const store = new RowStore();
  const folded = new FoldedRows(store, { addresses, isKept: (_, at) => isKept?.(at) ?? false });
  for (const row of rows) isKept === undefined ? store.add(row) : folded.add(row);
  folded.end();
  const found = store.rowsOf('a');
  if (found === undefined) throw new Error('no rows');
  return found;
}

test('a back-test replays the same, in whatever order the requests come', () => {
  const plain = (rows: KeyRows) =>
    seriesOf(rows, 'requests')
      .streams.map((stream) => ({ ...stream, name: `${stream.model} ${stream.endpoint}` }))
      .toSorted((a, b) => a.name.localeCompare(b.name));
  fc.assert(
    fc.property(requests, (rows) => {
      expect(plain(rowsOf(rows, () => false, false))).toEqual(plain(rowsOf(rows)));
    }),
  );
});

test.each(['strict', 'balanced'] as const)('an analysis (%s) finds the same', (profile) => {
  const options = { profile, calendar: UTC_CALENDAR, limits: limitsOf({}), lookUp: () => new Map() };
  let found = 0;
  fc.assert(
    fc.property(requests, (rows) => {
      const past = rows.filter(({ startAt }) => startAt < SPLIT);
      const now = rows.filter(({ startAt }) => startAt >= SPLIT);
      if (past.length === 0 || now.length === 0) return;
      const firstAt = Math.min(...now.map(({ startAt }) => startAt));
      const analyze = (history: KeyRows) =>
        analyzeKey({ rows: rowsOf(now), kind: 'requests' }, { rows: history, kind: 'requests' }, options);
      const wanted = analyze(rowsOf(past));
      found += wanted.length;
      expect(analyze(rowsOf(past, (at) => at > firstAt - LOOK_BACK_MS && at < firstAt))).toEqual(wanted);
    }),
  );
  expect(found).toBeGreaterThan(50);
});
