import { expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS, monthStart } from '../../../src/domain/time.ts';
import { describeAlert } from '../../../src/services/alerts/describe-alert.ts';
import { runDetection } from '../../../src/services/alerts/run-detection.ts';
import { capStandings } from '../../../src/services/limits/cap-standings.ts';
import { readDueLimits } from '../../../src/services/limits/read-limits.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { alertView } from '../../../src/slack/views/alert.ts';
import { LOCALE } from '../../slack/support/cards.ts';
import { type Bench, later, NOON, openBench, present } from '../../support/bench-deps.ts';
import { type FakeUse, fakeKey } from '../../support/fake-provider.ts';
import { benchWithLimits } from '../../support/limits.ts';
import { limitsOf } from '../../support/records.ts';

const DOLLAR = 1_000_000;

/** Spent an hour and a half ago, so that it is neither history nor a burst. */
function spent(keyId: string | null, usd: number, more: Partial<FakeUse> = {}): FakeUse {
  return { keyId, at: NOON - 90 * MINUTE_MS, tokens: usd * DOLLAR, ...more };
}

async function poll(bench: Bench) {
  return (await pollUsage(bench.deps, bench.provider.port)).watermark;
}

async function detect(bench: Bench) {
  return runDetection(bench.deps, bench.provider.port, await poll(bench));
}

async function setOwnCap(bench: Bench, providerKeyId: string, usd: number | null): Promise<void> {
  const lineage = await bench.lineageOf(providerKeyId);
  const capMicroUsd = usd === null ? null : usd * DOLLAR;
  await bench.store.write((tx) => tx.lineages.update({ ...lineage, capMicroUsd }));
}

async function standings(bench: Bench) {
  await poll(bench);
  const { keys, usage } = bench.store.read;
  const now = bench.clock.now();
  const recent = await usage.costPerKey({ from: now - 2 * HOUR_MS, to: now });
  return capStandings(bench.deps, { provider: bench.provider.port, now, allKeys: await keys.identities(), recent });
}

test('a shared cap is told of the lineage that spent most of it; all that is spent there counts', async () => {
  const bench = await benchWithLimits();
  bench.provider.use = [spent('key_1', 100), spent('key_2', 150), spent(null, 30, { scopeId: 'ws_1' })];

  const found = await standings(bench);

  const dearest = await bench.lineageOf('key_2');
  expect([...found.keys()]).toEqual([dearest.id]);
  expect(found.get(dearest.id)?.[0]).toMatchObject({
    origin: 'workspace',
    capMicroUsd: 500 * DOLLAR,
    sharedWith: 1,
    monthMicroUsd: 280 * DOLLAR,
    ownMonthMicroUsd: 150 * DOLLAR,
    othersRecentMicroUsd: 130 * DOLLAR,
    keyId: (await bench.keyOf('key_2')).id,
  });
});

test('what a stopped key spent counts, and the finding is about one that can still spend', async () => {
  const bench = await benchWithLimits();
  bench.provider.use = [spent('key_1', 400), spent('key_2', 50)];
  await poll(bench);
  bench.provider.change('key_1', { status: 'inactive' });
  await bench.sync();

  const found = await standings(bench);

  const other = await bench.lineageOf('key_2');
  expect(found.get(other.id)?.[0]).toMatchObject({ monthMicroUsd: 450 * DOLLAR, sharedWith: 0 });
  expect(found.size).toBe(1);
});

test('a lineage’s own cap counts its own keys, and stands beside the provider’s, the fuller first', async () => {
  const bench = await benchWithLimits();
  await setOwnCap(bench, 'key_1', 200);
  bench.provider.use = [spent('key_1', 120), spent('key_2', 100)];
  const { id } = await bench.lineageOf('key_1');

  expect((await standings(bench)).get(id)).toMatchObject([
    { origin: 'own', monthMicroUsd: 120 * DOLLAR, sharedWith: 0 },
    { origin: 'workspace', monthMicroUsd: 220 * DOLLAR },
  ]);

  await setOwnCap(bench, 'key_1', 1_000);
  expect((await standings(bench)).get(id)).toMatchObject([{ origin: 'workspace' }, { origin: 'own' }]);
});

test('an own cap that is overrun does not hide the provider’s: both are told, and the card says both', async () => {
  const bench = await benchWithLimits();
  await setOwnCap(bench, 'key_1', 100);
  bench.provider.use = [spent('key_1', 200)];
  await detect(bench);
  const spendLimit = { availability: 'available', monthlyMicroUsd: 240 * DOLLAR, enforcing: null } as const;
  bench.provider.limits.set('ws_1', limitsOf({ spendLimit }));
  later(bench, 7 * HOUR_MS);
  await readDueLimits(bench.deps);

  const { findings } = await detect(bench);

  expect(findings.map(({ evidence }) => [evidence['origin'], evidence['percent']])).toEqual([['workspace', 80]]);
  const alert = present((await bench.store.read.alerts.unresolved())[0]);
  const card = alertView(present(await describeAlert(bench.deps, alert.id)), LOCALE);
  expect(card.text).toContain('at 83% of the cap of its workspace');
  expect(card.text).toContain('Also at 200% of its own cap: $200 of $100.');
  const steps = (await bench.store.read.alerts.events(alert.id)).filter(({ kind }) => kind === 'cap_step');
  expect(steps.map(({ detail }) => [detail['percent'], detail['cap']])).toEqual([[80, 'workspace']]);
});

test('without any cap nothing is read', async () => {
  const bench = openBench();
  bench.provider.put(fakeKey('key_1'));
  await bench.sync();

  expect((await standings(bench)).size).toBe(0);
});

test('only the present month counts, by UTC', async () => {
  const bench = await benchWithLimits();
  const before = monthStart(NOON) - 10 * MINUTE_MS;
  bench.provider.use = [spent('key_1', 400, { at: before }), spent('key_1', 100, { at: monthStart(NOON) })];
  const { id } = await bench.lineageOf('key_1');

  expect((await standings(bench)).get(id)?.[0]?.monthMicroUsd).toBe(100 * DOLLAR);
});

test('each step is one finding in a month, and the next month begins anew', async () => {
  const bench = await benchWithLimits();
  bench.provider.use = [spent('key_1', 260, { at: NOON - 5 * HOUR_MS })];
  expect((await detect(bench)).findings).toMatchObject([{ detectorId: 'cap-threshold', severity: 'medium' }]);
  later(bench, 5 * MINUTE_MS);
  expect((await detect(bench)).findings).toEqual([]);

  bench.clock.jumpTo(monthStart(NOON + 31 * DAY_MS) + 12 * HOUR_MS);
  bench.provider.use.push(spent('key_1', 260, { at: bench.clock.now() - 90 * MINUTE_MS }));
  const { findings } = await detect(bench);

  expect(findings.filter(({ detectorId }) => detectorId === 'cap-threshold')).toHaveLength(1);
});

test('late usage of a key that is idle by now takes it over a step all the same', async () => {
  const bench = await benchWithLimits();
  await detect(bench);
  bench.provider.use = [spent('key_1', 260, { at: NOON - 118 * MINUTE_MS })];
  later(bench, 5 * MINUTE_MS);

  expect((await detect(bench)).findings).toMatchObject([{ detectorId: 'cap-threshold' }]);
});

test('a month that was spent before anybody watched calls nobody', async () => {
  const bench = await benchWithLimits({ now: NOON + 20 * DAY_MS });
  bench.provider.use = [spent('key_1', 900, { at: NOON })];

  expect((await detect(bench)).findings).toMatchObject([
    { detectorId: 'cap-threshold', severity: 'medium', evidence: { percent: 100, paged: false } },
  ]);
});

test('a leak in the same pass is what the alert says, the cap is kept as evidence', async () => {
  const bench = await benchWithLimits();
  bench.provider.use = [spent('key_1', 260, { at: NOON - 5 * MINUTE_MS })];

  const { findings } = await detect(bench);

  expect(findings.map(({ detectorId }) => detectorId).sort()).toEqual(['cap-threshold', 'spend-acceleration']);
  const alert = present((await bench.store.read.alerts.unresolved())[0]);
  expect(alert).toMatchObject({ severity: 'critical', detectorIds: ['cap-threshold', 'spend-acceleration'] });
  expect(alert.evidence).toHaveProperty('hourMicroUsd');
});
