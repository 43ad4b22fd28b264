import { expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import {
  alertsIn,
  type LineageBacktest,
  recentBacktest,
  runBacktest,
} from '../../../src/services/backtest/backtest.ts';
import { pickFactor } from '../../../src/services/backtest/pick-factor.ts';
import { reportBacktest } from '../../../src/services/backtest/report-backtest.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { type Bench, type BenchOptions, later, NOON, openBench } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';

const MICRO_USD = 1_000_000;
const ANA = { kind: 'slack', userId: 'U0ANA', teamId: 'T1' } as const;

/** One key that spends two dollars an hour and twelve in one of them, one that never does anything odd. */
async function pastBench(options: BenchOptions = {}): Promise<Bench> {
  const bench = openBench(options);
  bench.provider.put(fakeKey('key_1', { label: 'bursty' }), fakeKey('key_2', { label: 'steady' }));
  for (let hour = 1; hour <= 20 * 24; hour += 1) {
    const at = NOON - hour * HOUR_MS + 30 * MINUTE_MS;
    bench.provider.use.push({ keyId: 'key_1', at, tokens: hour === 100 ? 12 * MICRO_USD : 2 * MICRO_USD });
    bench.provider.use.push({ keyId: 'key_2', at, tokens: MICRO_USD });
  }
  await bench.sync();
  return bench;
}

async function poll(bench: Bench): Promise<void> {
  await pollUsage(bench.deps, bench.provider.port);
}

function kindsOf(one: LineageBacktest | undefined): readonly string[] {
  return alertsIn(one?.told ?? []).map(({ kind }) => kind);
}

test('the stored past is replayed with the rules as they are, and with the factors that can be picked', async () => {
  const bench = await pastBench();
  await poll(bench);
  const { id } = await bench.lineageOf('key_1');

  const { replayed, lineages } = await runBacktest(bench.deps, { days: 31 });

  expect(replayed).toBe(2);
  const bursty = lineages.find(({ lineageId }) => lineageId === id);
  expect(kindsOf(bursty)).toContain('spend-acceleration');
  expect([...(bursty?.atFactor.keys() ?? [])]).toEqual([3, 5, 8, 12]);
  const five = bursty?.atFactor.get(5) ?? 0;
  expect(five).toBe(kindsOf(bursty).length);
  expect(bursty?.atFactor.get(8)).toBe(five - 1);
  expect(lineages.filter((one) => one !== bursty).flatMap(kindsOf)).not.toContain('spend-acceleration');
});

test('what lies before the days that were asked for teaches and is not told', async () => {
  const bench = await pastBench();
  await poll(bench);

  const { lineages } = await runBacktest(bench.deps, { days: 3 });
  expect(lineages.flatMap(kindsOf)).not.toContain('spend-acceleration');
});

test('a factor that was picked holds for its lineage, is audited, and changes the answer', async () => {
  const bench = await pastBench();
  await poll(bench);
  const lineage = await bench.lineageOf('key_1');
  const before = await recentBacktest(bench.deps, 31, '');

  await pickFactor(bench.deps, { actor: ANA, lineageId: lineage.id, ratio: 8 });

  expect(await bench.lineageOf('key_1')).toMatchObject({
    ownRatio: { ratio: 8, by: 'slack:T1/U0ANA', at: NOON },
    revision: lineage.revision + 1,
  });
  expect(bench.audit().at(-1)).toMatchObject({
    verb: 'lineage.factor.changed',
    subject: lineage.id,
    actor: ANA,
    detail: { slug: 'bursty', from: null, to: 8 },
  });
  expect(await recentBacktest(bench.deps, 31, '')).toBe(before);
  expect(before.lineages.flatMap(kindsOf)).toContain('spend-acceleration');
  const after = await recentBacktest(bench.deps, 31, `${lineage.id}:8`);
  expect(after.lineages.flatMap(kindsOf)).not.toContain('spend-acceleration');

  const count = bench.audit().length;
  await pickFactor(bench.deps, { actor: ANA, lineageId: lineage.id, ratio: 8 });
  expect(bench.audit()).toHaveLength(count);
});

test('when the past of a connection has been read its report comes by itself, once', async () => {
  const bench = await pastBench();
  const report = () => reportBacktest(bench.deps, bench.provider.port);
  await report();
  expect(bench.outbox()).toEqual([]);
  await poll(bench);

  await report();
  later(bench, DAY_MS);
  await report();

  const notice = await bench.store.read.notices.latest('backtest', 'fake');
  const { id } = await bench.lineageOf('key_1');
  expect(notice?.detail).toMatchObject({
    days: 31,
    replayed: 2,
    calmerFactor: 8,
    worst: expect.arrayContaining([expect.objectContaining({ lineageId: id })]),
    others: 0,
  });
  expect(bench.outbox().filter((row) => row.startsWith('notice '))).toEqual([`notice ${notice?.id} pending`]);
});

test('two reports at once, as after a restart, are one message', async () => {
  const bench = await pastBench();
  await poll(bench);

  await Promise.all([1, 2].map(() => reportBacktest(bench.deps, bench.provider.port)));

  expect(bench.outbox().filter((row) => row.startsWith('notice '))).toHaveLength(1);
});

test('of a connection that nobody used nothing is said', async () => {
  const bench = openBench();
  bench.provider.put(fakeKey('key_1'));
  await bench.sync();
  await poll(bench);

  await reportBacktest(bench.deps, bench.provider.port);

  expect(bench.outbox()).toEqual([]);
});
