import { describe, expect, test } from 'vitest';
import type { BoundDetector } from '../../../src/domain/detector.ts';
import type { Severity } from '../../../src/domain/finding.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { runDetection } from '../../../src/services/alerts/run-detection.ts';
import { learnDue } from '../../../src/services/baselines/learn-baselines.ts';
import { changeLineage, type LineageChange } from '../../../src/services/inventory/change-lineage.ts';
import { quietFindings } from '../../../src/services/noise/quiet-findings.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { type Bench, type BenchOptions, later, NOON, openBench } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { ADA } from '../../support/requests.ts';

const USD = 1_000_000;

async function openLive(label: string, options: BenchOptions = {}): Promise<Bench> {
  const bench = openBench(options);
  bench.provider.put(fakeKey('key_1', { label }));
  await bench.sync();
  return bench;
}

function use(bench: Bench, values: { readonly at?: number; readonly tokens?: number; readonly model?: string } = {}) {
  bench.provider.use.push({ keyId: 'key_1', at: bench.clock.now() - 3 * MINUTE_MS, tokens: 10, ...values });
}

/** So much each hour of the days before, with one model. */
function useHourly(bench: Bench, { days, tokens }: { readonly days: number; readonly tokens: number }): void {
  const now = bench.clock.now();
  for (let hour = 1; hour <= days * 24; hour += 1) {
    use(bench, { at: now - hour * HOUR_MS + 30 * MINUTE_MS, tokens, model: 'steady-1' });
  }
}

/** A poll and what follows it; with one rule alone where others would see the same. */
async function look(bench: Bench, ruleId?: string): Promise<readonly (readonly [string, Severity])[]> {
  const detectors = bench.deps.detectors.filter(({ id }) => ruleId === undefined || id === ruleId);
  const { watermark } = await pollUsage(bench.deps, bench.provider.port);
  await runDetection({ ...bench.deps, detectors }, bench.provider.port, watermark);
  const alerts = await bench.store.read.alerts.unresolved();
  return alerts.map(({ detectorIds, severity }) => [detectorIds.join(), severity] as const);
}

async function say(bench: Bench, change: LineageChange): Promise<void> {
  const { id: lineageId } = await bench.lineageOf('key_1');
  await changeLineage(bench.deps, { actor: ADA, lineageId, revision: null, change });
}

function kept(bench: Bench) {
  return quietFindings(bench.deps, { from: 0, to: bench.clock.now() + 1 });
}

describe('retention-breach', () => {
  const PROMISE = "retention: [{ promise: zero-retention, models: ['keeps-*'] }]";

  test('production that calls a model that it may not call pages; what it may call is nothing', async () => {
    const bench = await openLive('prod-api');
    await say(bench, { allowedModels: ['good-*'] });
    use(bench, { model: 'good-1-2026-01-31' });
    expect(await look(bench)).toEqual([]);

    use(bench, { model: 'other-1' });
    expect(await look(bench)).toEqual([['retention-breach', 'high']]);
    expect((await bench.store.read.alerts.unresolved())[0]?.escalation).not.toBeNull();
  });

  test.each([
    ['the promise covers it', 'prod-api', 'keeps-1', []],
    ['the promise does not cover it', 'prod-api', 'other-1', [['retention-breach', 'high']]],
    ['unknown counts as production', 'mailer', 'other-1', [['retention-breach', 'high']]],
    ['staging promises nothing', 'staging-ci', 'other-1', []],
  ])('a promise is held against production: %s', async (_rule, label, model, told) => {
    const bench = await openLive(label, { policy: PROMISE });
    await say(bench, { retention: 'zero-retention' });
    use(bench, { model });

    expect(await look(bench)).toEqual(told);
  });

  test('what people say of the models holds from the next poll on', async () => {
    const bench = await openLive('prod-api', { policy: "models: [{ match: '*', allowed: ['good-*'] }]" });
    await say(bench, { allowedModels: ['other-*'] });
    use(bench, { model: 'other-1' });
    expect(await look(bench)).toEqual([]);

    await say(bench, { allowedModels: null });
    expect(await look(bench)).toEqual([['retention-breach', 'high']]);
  });
});

describe('cap-forecast', () => {
  const tenDollarsADay = (10 * USD) / 24;
  const at = (day: number) => Date.UTC(2026, 7, day, 12);

  async function openCapped(now: number, capUsd: number): Promise<Bench> {
    const bench = await openLive('prod-api', { now });
    await say(bench, { capMicroUsd: capUsd * USD });
    useHourly(bench, { days: 20, tokens: Math.round(tenDollarsADay) });
    return bench;
  }

  test('early in the month is a line in the digest, once', async () => {
    const bench = await openCapped(at(14), 200);
    expect(await look(bench, 'cap-forecast')).toEqual([]);
    later(bench, 5 * MINUTE_MS);
    await look(bench, 'cap-forecast');

    const found = await kept(bench);
    expect(found.map(({ finding }) => [finding.detectorId, finding.times])).toEqual([['cap-forecast', 1]]);
    expect(bench.outbox()).toEqual([]);
  });

  test('in the last week goes to the channel and calls nobody', async () => {
    const bench = await openCapped(at(27), 220);

    expect(await look(bench, 'cap-forecast')).toEqual([['cap-forecast', 'medium']]);
    expect((await bench.store.read.alerts.unresolved())[0]?.escalation).toBeNull();
  });

  test('a cap that the month does not reach is nothing', async () => {
    const bench = await openCapped(at(14), 400);
    expect(await look(bench, 'cap-forecast')).toEqual([]);
    expect(await kept(bench)).toEqual([]);
  });
});

describe('dead-key-used', () => {
  async function openStopped(): Promise<Bench> {
    const bench = await openLive('staging-ci');
    use(bench);
    await look(bench);
    bench.provider.change('key_1', { status: 'inactive' });
    await bench.sync();
    return bench;
  }

  test('usage just after the stop is the provider catching up; from ten minutes on it is critical', async () => {
    const bench = await openStopped();
    use(bench, { at: NOON + 9 * MINUTE_MS });
    later(bench, 12 * MINUTE_MS);
    expect(await look(bench)).toEqual([]);

    use(bench, { at: NOON + 10 * MINUTE_MS });
    expect(await look(bench)).toEqual([['dead-key-used', 'critical']]);
    const [alert] = await bench.store.read.alerts.unresolved();
    expect(alert).toMatchObject({ startedAt: NOON + 10 * MINUTE_MS });
    later(bench, 5 * MINUTE_MS);
    await look(bench);
    expect(bench.raw().prepare('SELECT count(*) FROM findings').pluck().get()).toBe(1);
  });

  test('a key that works again is not dead', async () => {
    const bench = await openStopped();
    later(bench, HOUR_MS);
    bench.provider.change('key_1', { status: 'active' });
    await bench.sync();
    later(bench, HOUR_MS);
    use(bench);

    expect(await look(bench)).toEqual([]);
  });
});

describe('unknown-model', () => {
  test('a first request goes to the channel and calls nobody; when it spends, people are called', async () => {
    const bench = await openLive('prod-api');
    useHourly(bench, { days: 12, tokens: USD / 10 });
    await look(bench);
    await learnDue(bench.deps);
    use(bench, { model: 'new-1' });

    expect(await look(bench)).toEqual([['unknown-model', 'medium']]);
    expect((await bench.store.read.alerts.unresolved())[0]?.escalation).toBeNull();

    later(bench, 10 * MINUTE_MS);
    use(bench, { model: 'new-1', tokens: 30 * USD });
    const [told] = await look(bench);
    expect(told?.[0]).toContain('spend-acceleration');
    expect(told?.[1]).toBe('critical');
    const [alert, ...others] = await bench.store.read.alerts.unresolved();
    expect(others).toEqual([]);
    expect(alert?.escalation).not.toBeNull();
  });

  test('a model that was learned is none', async () => {
    const bench = await openLive('prod-api');
    useHourly(bench, { days: 12, tokens: USD / 10 });
    await look(bench);
    await learnDue(bench.deps);
    use(bench, { model: 'steady-1' });

    expect(await look(bench)).toEqual([]);
  });
});

test('the day after, a lineage that was used at an hour that is none of its own is looked at, after a restart each', async () => {
  const bench = await openLive('prod-api', { now: Date.UTC(2026, 7, 3, 23, 50) });
  bench.provider.put(fakeKey('key_2', { label: 'prod-web' }));
  await bench.sync();
  const midnight = Date.UTC(2026, 7, 4);
  for (let day = 1; day <= 12; day += 1) {
    for (const hour of [9, 10, 11]) {
      const at = midnight - day * DAY_MS + hour * HOUR_MS;
      for (const keyId of ['key_1', 'key_2']) bench.provider.use.push({ keyId, at, tokens: 1_000 });
    }
  }
  await look(bench);
  await learnDue(bench.deps);
  const seenOdd = async (store = bench.store) => {
    const odd: string[] = [];
    const slugs = new Map((await bench.store.read.lineages.all()).map(({ id, slug }) => [id, slug]));
    const { watermark } = await pollUsage(bench.deps, bench.provider.port);
    const detectors = bench.deps.detectors
      .filter(({ id }) => id === 'off-hours')
      .map(
        (detector): BoundDetector => ({
          ...detector,
          detect({ lineage }) {
            odd.push(slugs.get(lineage.id) ?? '');
            return [];
          },
        }),
      );
    await runDetection({ ...bench.deps, store, detectors }, bench.provider.port, watermark);
    return odd.sort();
  };
  await seenOdd();

  bench.clock.jumpTo(midnight + 3 * HOUR_MS + 10 * MINUTE_MS);
  use(bench);
  expect(await seenOdd()).toEqual([]);
  bench.clock.jumpTo(midnight + 10 * HOUR_MS);
  bench.provider.use.push({ keyId: 'key_2', at: bench.clock.now() - 5 * MINUTE_MS, tokens: 1_000 });
  expect(await seenOdd()).toEqual([]);
  bench.clock.jumpTo(midnight + DAY_MS + 5 * MINUTE_MS);
  bench.provider.use.push({ keyId: 'key_2', at: bench.clock.now() - 2 * MINUTE_MS, tokens: 1_000 });
  expect(await seenOdd()).toEqual(['prod-api']);

  const restarted = new Proxy(bench.store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  expect(await seenOdd(restarted)).toEqual(['prod-api', 'prod-web']);
});

test('news is found for hours and told once: a day that is dear adds nothing to its alert with the next look', async () => {
  const bench = await openLive('prod-api');
  useHourly(bench, { days: 10, tokens: USD / 100 });
  await pollUsage(bench.deps, bench.provider.port);
  await learnDue(bench.deps);
  use(bench, { tokens: 30 * USD, model: 'steady-1' });
  expect(await look(bench, 'cost-spike')).toEqual([['cost-spike', 'medium']]);
  const [first] = await bench.store.read.alerts.unresolved();

  later(bench, 5 * MINUTE_MS);
  await look(bench, 'cost-spike');

  expect(await bench.store.read.alerts.unresolved()).toEqual([first]);
  expect(bench.raw().prepare("SELECT count(*) FROM findings WHERE detector_id = 'cost-spike'").pluck().get()).toBe(1);
});
