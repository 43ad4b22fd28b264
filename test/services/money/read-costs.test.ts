import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../../src/domain/time.ts';
import { reconcileAll } from '../../../src/services/money/reconcile.ts';
import { later } from '../../support/bench-deps.ts';
import { failing, fakeKey } from '../../support/fake-provider.ts';
import { watchWrites } from '../../support/watch-writes.ts';
import { benchWithCosts, day, figures, linesOf, readAll, spend } from './support.ts';

describe('both figures of a day', () => {
  test('stand beside each other by key, whatever width our usage has', async () => {
    const bench = benchWithCosts();
    // Yesterday is in minutes, the others are in hours.
    for (const daysAgo of [1, 2, 20]) {
      spend(bench.provider, 'key_1', { daysAgo, theirs: 10, ours: 9 });
      spend(bench.provider, 'key_2', { daysAgo, theirs: 2, ours: 2 });
    }

    await readAll(bench);

    for (const daysAgo of [1, 2, 20]) expect(await figures(bench, daysAgo)).toEqual(['key_1 10 9', 'key_2 2 2']);
  });

  test('days that our usage does not reach have only the provider’s: that is the history for baselines', async () => {
    const bench = benchWithCosts();
    spend(bench.provider, 'key_1', { daysAgo: 55, theirs: 10 });
    spend(bench.provider, 'key_1', { daysAgo: 2, theirs: 5, ours: 5 });

    await readAll(bench);

    expect(await figures(bench, 55)).toEqual(['key_1 10 -']);
    expect(await bench.store.read.costReads.get('fake')).toMatchObject({
      fromAt: day(59),
      untilAt: day(0),
      isHistoryDone: true,
    });
  });

  test('the day that runs is left out: half a day on both sides says nothing', async () => {
    const bench = benchWithCosts();
    spend(bench.provider, 'key_1', { daysAgo: 0, theirs: 10, ours: 1 });

    await readAll(bench);

    expect(await figures(bench, 0)).toEqual([]);
  });

  test('a key that is not in the inventory keeps the provider’s id, usage without a key its own row', async () => {
    const bench = benchWithCosts();
    spend(bench.provider, 'key_9', { daysAgo: 2, theirs: 3 });
    spend(bench.provider, null, { daysAgo: 2, theirs: 2, ours: 1 });
    spend(bench.provider, null, { daysAgo: 2, theirs: 4, ours: 4, scopeId: null });

    await readAll(bench);

    expect(await figures(bench, 2)).toEqual(['nokey:fake:default 4 4', 'nokey:fake:ws_1 2 1', 'unknown:key_9 3 0']);
  });

  test('a known key stands in its own scope, also where the report leaves the scope out', async () => {
    const bench = benchWithCosts();
    spend(bench.provider, 'key_1', { daysAgo: 2, theirs: 3, scopeId: null });

    await readAll(bench);

    expect(await linesOf(bench, 2)).toMatchObject([{ scopeId: 'ws_1' }]);
  });

  test('a report by scope leaves our keys with our figures alone', async () => {
    const bench = benchWithCosts();
    bench.provider.costReport = { availability: 'available', perKey: false, refreshedAt: null };
    spend(bench.provider, 'key_1', { daysAgo: 2, theirs: 10, ours: 7 });

    await readAll(bench);

    expect(await figures(bench, 2)).toEqual([' 10 0', 'key_1 - 7']);
  });

  test('what of ours is not from a listed price, and what has none, is kept', async () => {
    const bench = benchWithCosts();
    spend(bench.provider, 'key_1', { daysAgo: 2, theirs: 10, ours: 7, model: 'mystery-1' });

    await readAll(bench);

    expect(await linesOf(bench, 2)).toMatchObject([{ ownMicroUsd: 0, hasUnpriced: true }]);
  });
});

describe('a later reading', () => {
  test('brings a revised day to what the provider says now, and writes nothing where nothing changed', async () => {
    const bench = benchWithCosts();
    spend(bench.provider, 'key_1', { daysAgo: 2, theirs: 10, ours: 9 });
    spend(bench.provider, 'key_2', { daysAgo: 2, theirs: 4, ours: 4 });
    spend(bench.provider, 'key_2', { daysAgo: 40, theirs: 4 });
    await readAll(bench);
    const writes = watchWrites(bench.raw(), ['day_costs']);
    later(bench, HOUR_MS);
    await reconcileAll(bench.deps);
    expect(writes()).toEqual([]);

    bench.provider.costs = [{ keyId: 'key_1', at: day(2), microUsd: 9_500_000 }];
    later(bench, HOUR_MS);
    await reconcileAll(bench.deps);

    expect(await figures(bench, 2)).toEqual(['key_1 9.5 9', 'key_2 0 4']);
    expect(writes()).toEqual(['update day_costs', 'update day_costs']);
    // Not read again: what stood there stands.
    expect(await figures(bench, 40)).toEqual(['key_2 4 -']);
  });

  test('removes what neither side knows any more', async () => {
    const bench = benchWithCosts();
    spend(bench.provider, 'key_1', { daysAgo: 2, theirs: 10 });
    await readAll(bench);

    bench.provider.costs = [];
    await reconcileAll(bench.deps);

    expect(await figures(bench, 2)).toEqual([]);
  });
});

describe('what cannot be read', () => {
  test('of history ends it where the provider refuses, without being an error', async () => {
    const bench = benchWithCosts();
    spend(bench.provider, 'key_1', { daysAgo: 2, theirs: 10 });
    bench.provider.script('readCosts', { kind: 'ok' }, failing('provider_rejected'));

    const outcomes = await readAll(bench);

    expect(outcomes).toMatchObject([{ outcome: 'read' }]);
    expect(await bench.store.read.costReads.get('fake')).toMatchObject({
      fromAt: day(31),
      isHistoryDone: true,
      failingSince: null,
    });
    later(bench, HOUR_MS);
    bench.provider.costWindows.length = 0;
    await reconcileAll(bench.deps);
    expect(bench.provider.costWindows).toEqual([{ from: day(3), to: day(0), widthMs: DAY_MS }]);
  });

  test('half way keeps what has been read, says why, and goes on there', async () => {
    const bench = benchWithCosts();
    spend(bench.provider, 'key_1', { daysAgo: 2, theirs: 10 });
    spend(bench.provider, 'key_1', { daysAgo: 50, theirs: 8 });
    bench.provider.script('readCosts', { kind: 'ok' }, failing('provider_unavailable'));

    const [outcome] = await readAll(bench);

    expect(outcome).toMatchObject({ outcome: 'failed', problem: 'The provider says provider_unavailable.' });
    expect(await figures(bench, 2)).toHaveLength(1);
    expect(await bench.store.read.costReads.get('fake')).toMatchObject({
      fromAt: day(31),
      isHistoryDone: false,
      failingSince: bench.clock.now(),
      problem: 'The provider says provider_unavailable.',
    });
    later(bench, HOUR_MS);
    await reconcileAll(bench.deps);
    expect(await figures(bench, 50)).toEqual(['key_1 8 -']);
    expect(await bench.store.read.costReads.get('fake')).toMatchObject({
      isHistoryDone: true,
      failingSince: null,
      problem: null,
    });
  });

  test('because it is not open to us is told apart from no costs, and keeps what was read before', async () => {
    const bench = benchWithCosts();
    spend(bench.provider, 'key_1', { daysAgo: 2, theirs: 10 });
    await readAll(bench);

    bench.provider.costReport = { availability: 'not_enabled', perKey: false, refreshedAt: null };
    await reconcileAll(bench.deps);

    expect(await bench.store.read.costReads.get('fake')).toMatchObject({ availability: 'not_enabled', perKey: true });
    expect(await figures(bench, 2)).toHaveLength(1);
  });

  test('never stands in the way of another connection', async () => {
    const bench = benchWithCosts();
    const other = bench.connect({ id: 'rival', title: 'Rival AI', costHistoryMs: 10 * DAY_MS });
    other.put(fakeKey('key_7'));
    spend(other, 'key_7', { daysAgo: 2, theirs: 3, ours: 3 });
    bench.provider.script('readCosts', failing('provider_auth'));

    const outcomes = await readAll(bench);

    expect(outcomes).toMatchObject([{ outcome: 'failed' }, { outcome: 'read' }]);
    expect(await figures(bench, 2, 'rival')).toEqual(['key_7 3 3']);
  });

  test('is not tried before the keys are listed: all would be unknown', async () => {
    const bench = benchWithCosts();

    expect(await reconcileAll(bench.deps)).toEqual([{ connectionId: 'fake', outcome: 'waiting' }]);
    expect(bench.provider.costWindows).toEqual([]);
  });
});

describe('two admin keys of one organization', () => {
  async function twoOfOne(perKey: boolean) {
    const bench = benchWithCosts({ id: 'fake', connectionId: 'fake' });
    const second = bench.connect({ id: 'fake', connectionId: 'fake:two', costHistoryMs: 60 * DAY_MS });
    second.put(...bench.provider.keys.values());
    for (const fake of [bench.provider, second]) {
      fake.costReport = { availability: 'available', perKey, refreshedAt: null };
      spend(fake, 'key_1', { daysAgo: 2, theirs: 10, ours: 9 });
      spend(fake, null, { daysAgo: 2, theirs: 2, ours: 2 });
      spend(fake, null, { daysAgo: 2, theirs: 1, ours: 1, scopeId: null });
    }
    await readAll(bench);
    return bench;
  }

  test('count once, with the connection that the keys belong to', async () => {
    const bench = await twoOfOne(true);

    expect(await figures(bench, 2)).toEqual(['key_1 10 9', 'nokey:fake:default 1 1', 'nokey:fake:ws_1 2 2']);
    expect(await figures(bench, 2, 'fake:two')).toEqual([]);
  });

  test('count once by scope as well, whichever of them lists the keys', async () => {
    const bench = await twoOfOne(false);
    // A key that the second connection saw first: the scope is still counted as a whole, once.
    const [, second] = bench.providers;
    second?.put(fakeKey('key_3'));
    if (second) await bench.sync(second);
    await readAll(bench);

    const lines = [...(await linesOf(bench, 2)), ...(await linesOf(bench, 2, 'fake:two'))];

    expect(lines.reduce((sum, line) => sum + (line.providerMicroUsd ?? 0), 0)).toBe(13_000_000);
    expect(lines.reduce((sum, line) => sum + (line.ownMicroUsd ?? 0), 0)).toBe(12_000_000);
    expect(await linesOf(bench, 2, 'fake:two')).toEqual([]);
  });

  test('of two organizations count each for itself', async () => {
    const bench = benchWithCosts();
    const second = bench.connect({ id: 'fake', connectionId: 'fake:two', costHistoryMs: 60 * DAY_MS });
    second.scopes = [{ id: 'ws_2', kind: 'workspace', name: 'Other', archived: false }];
    second.put(fakeKey('key_8', { scopeId: 'ws_2' }));
    spend(bench.provider, 'key_1', { daysAgo: 2, theirs: 10, ours: 9 });
    spend(bench.provider, null, { daysAgo: 2, theirs: 1, ours: 1, scopeId: null });
    spend(second, 'key_8', { daysAgo: 2, theirs: 5, ours: 5, scopeId: 'ws_2' });
    spend(second, null, { daysAgo: 2, theirs: 3, ours: 3, scopeId: null });

    await readAll(bench);

    expect(await figures(bench, 2)).toEqual(['key_1 10 9', 'nokey:fake:default 1 1']);
    expect(await figures(bench, 2, 'fake:two')).toEqual(['key_8 5 5', 'nokey:fake:two:default 3 3']);
  });
});
