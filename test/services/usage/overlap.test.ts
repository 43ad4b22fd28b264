import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { readInventory } from '../../../src/services/inventory/read-inventory.ts';
import { backfillHistory } from '../../../src/services/usage/backfill-history.ts';
import { compactUsage } from '../../../src/services/usage/compact-usage.ts';
import { type Bench, later, NOON, openBench } from '../../support/bench-deps.ts';
import { type FakeProvider, type FakeUse, failing, fakeKey, fakeScope } from '../../support/fake-provider.ts';
import { poll, stored, totalCost } from '../../support/polling.ts';

const AT = NOON - 10 * MINUTE_MS;

/** What an organization used, key or not, in two scopes, in one that nobody lists and in none. 1 + 2 + 4 + … tokens. */
const USE: readonly FakeUse[] = [
  { keyId: 'key_1', at: AT, tokens: 1, scopeId: 'ws_1' },
  { keyId: 'key_2', at: AT, tokens: 2, scopeId: 'ws_2' },
  { keyId: null, at: AT, tokens: 4, scopeId: 'ws_1' },
  { keyId: null, at: AT, tokens: 8, scopeId: 'ws_2' },
  { keyId: null, at: AT, tokens: 16, scopeId: 'ws_unlisted' },
  { keyId: null, at: AT, tokens: 32, scopeId: null },
  { keyId: null, at: NOON - 5 * DAY_MS, tokens: 64, scopeId: null },
  { keyId: null, at: NOON - 5 * DAY_MS, tokens: 128, scopeId: 'ws_2' },
];
const ALL = 255;

/** An admin key that sees these scopes, all their keys, and what was used in them or in no listed scope. */
function seeing(fake: FakeProvider, scopeIds: readonly string[]): FakeProvider {
  fake.scopes = scopeIds.map((id) => fakeScope(id, id));
  const keys = [fakeKey('key_1', { scopeId: 'ws_1' }), fakeKey('key_2', { scopeId: 'ws_2' })];
  fake.put(...keys.filter(({ scopeId }) => scopeIds.includes(scopeId ?? '')));
  fake.use = USE.filter(({ scopeId }) => !['ws_1', 'ws_2'].includes(scopeId ?? '') || scopeIds.includes(scopeId ?? ''));
  return fake;
}

/** Two admin keys of one organization. */
function twoAdminKeys(ofFirst: readonly string[], ofSecond: readonly string[]) {
  const bench = openBench({ connectionId: 'fake:one' });
  const first = seeing(bench.provider, ofFirst);
  const second = seeing(bench.connect({ connectionId: 'fake:two' }), ofSecond);
  return { bench, first, second };
}

/** What a start and a few turns do. */
async function turns(bench: Bench, fakes: readonly FakeProvider[]): Promise<void> {
  for (const fake of [...fakes, ...fakes]) {
    await bench.sync(fake);
    await poll(bench, fake);
    later(bench, 5 * MINUTE_MS);
  }
}

/** Money by what it stands under, with the connection that counts it. */
function holders(bench: Bench): readonly string[] {
  return bench
    .raw()
    .prepare<[], string>(
      "SELECT DISTINCT connection_id || ' ' || key_id FROM usage WHERE key_id LIKE 'nokey:%' ORDER BY 1",
    )
    .pluck()
    .all();
}

describe('two admin keys of one organization', () => {
  test.each([
    ['that see the same', ['ws_1', 'ws_2'], ['ws_1', 'ws_2']],
    ['of which one sees more', ['ws_1', 'ws_2'], ['ws_2']],
    ['of which the later one sees more', ['ws_2'], ['ws_1', 'ws_2']],
  ])('%s count each use once, with or without a key', async (_, ofFirst, ofSecond) => {
    const { bench, first, second } = twoAdminKeys(ofFirst, ofSecond);

    await turns(bench, [first, second]);

    expect(totalCost(bench)).toBe(ALL);
  });

  test('count each use once whoever is read first, all at once, and before any inventory was read', async () => {
    const { bench, first, second } = twoAdminKeys(['ws_1', 'ws_2'], ['ws_1', 'ws_2']);

    await Promise.all([poll(bench, second), poll(bench, first)]);
    await turns(bench, [second, first]);

    expect(totalCost(bench)).toBe(ALL);
  });

  test('count each use once when the inventory of one cannot be read at first', async () => {
    const { bench, first, second } = twoAdminKeys(['ws_1', 'ws_2'], ['ws_1', 'ws_2']);
    first.script('listScopes', failing('provider_unavailable'));

    await poll(bench, second);
    await poll(bench, first);
    await turns(bench, [second, first]);

    expect(totalCost(bench)).toBe(ALL);
  });

  test('keep their scopes: the one that met a scope first has it, and syncing in turns changes nothing', async () => {
    const { bench, first, second } = twoAdminKeys(['ws_1', 'ws_2'], ['ws_1', 'ws_2']);
    await turns(bench, [first, second]);
    const before = holders(bench);

    await turns(bench, [second, first]);

    expect(holders(bench)).toEqual(before);
    const owners = (await bench.store.read.scopes.all()).map(({ connectionId }) => connectionId);
    expect(owners).toEqual(['fake:one', 'fake:one']);
  });

  test.each([
    ['first', 0],
    ['second', 1],
  ] as const)('of which the %s is removed: the other has it all, once, and the past too', async (_, removed) => {
    const { bench, first, second } = twoAdminKeys(['ws_1', 'ws_2'], ['ws_1', 'ws_2']);
    await turns(bench, [first, second]);
    const [gone, heir] = removed === 0 ? [first, second] : [second, first];

    bench.disconnect(gone.port.connectionId);
    later(bench, 5 * MINUTE_MS);
    // A poll before the inventory is read again, as after a restart.
    await poll(bench, heir);
    expect(totalCost(bench)).toBe(ALL);
    await turns(bench, [heir]);

    expect(totalCost(bench)).toBe(ALL);
    const owner = bench.raw().prepare('SELECT DISTINCT connection_id FROM usage WHERE start_at > ?').pluck();
    expect(owner.all(NOON - DAY_MS)).toEqual([heir.port.connectionId]);
  });

  test('one of which loses a scope that the other still sees: it goes over, once', async () => {
    const { bench, first, second } = twoAdminKeys(['ws_1', 'ws_2'], ['ws_1', 'ws_2']);
    await turns(bench, [first, second]);

    first.keys.clear();
    seeing(first, ['ws_1']);
    await turns(bench, [first, second]);

    expect(totalCost(bench)).toBe(ALL);
    expect(holders(bench)).toContain('fake:two nokey:fake:two:ws_2');
  });
});

test('two organizations of one provider have nothing in common: what has no scope counts for each', async () => {
  const { bench, first, second } = twoAdminKeys(['ws_1'], ['ws_2']);
  first.use = [{ keyId: null, at: AT, tokens: 1, scopeId: null }];
  second.use = [{ keyId: null, at: AT, tokens: 2, scopeId: null }];

  await turns(bench, [first, second]);

  expect(totalCost(bench)).toBe(3);
});

describe('a connection with a new name', () => {
  async function renamed(days = 0) {
    const bench = openBench({ connectionId: 'fake', usageHistoryMs: 60 * DAY_MS });
    const before = seeing(bench.provider, ['ws_1', 'ws_2']);
    await turns(bench, [before]);
    later(bench, days * DAY_MS);
    await compactUsage(bench.deps);
    bench.disconnect('fake');
    const after = seeing(bench.connect({ connectionId: 'fake:acme', usageHistoryMs: 60 * DAY_MS }), ['ws_1', 'ws_2']);
    return { bench, after };
  }

  test('takes its past along: no money is lost and none doubled, at its first poll and later', async () => {
    const { bench, after } = await renamed();

    await poll(bench, after);
    expect(totalCost(bench)).toBe(ALL);
    await turns(bench, [after]);

    expect(totalCost(bench)).toBe(ALL);
    const holding = bench.raw().prepare('SELECT DISTINCT connection_id FROM usage').pluck().all();
    expect(holding).toEqual(['fake:acme']);
    expect((await bench.store.read.scopes.all()).map(({ connectionId }) => connectionId)).toEqual([
      'fake:acme',
      'fake:acme',
    ]);
    expect((await bench.keyOf('key_2')).connectionId).toBe('fake:acme');
  });

  test('keeps what is older than the provider still gives', async () => {
    const { bench, after } = await renamed(45);
    after.use = [];

    await turns(bench, [after]);
    await backfillHistory(bench.deps, after.port);

    expect(bench.raw().prepare('SELECT SUM(cost_micro_usd) FROM usage').pluck().get()).toBe(ALL);
  });

  test('has the money of a key that moved and never spends again', async () => {
    const { bench, after } = await renamed();
    after.use = USE.filter(({ keyId }) => keyId !== 'key_2');

    await readInventory(bench.deps, after.port);

    const key = await bench.keyOf('key_2');
    const rows = bench.raw().prepare('SELECT connection_id FROM usage WHERE key_id = ?').pluck().all(key.id);
    expect(rows).toEqual(['fake:acme']);
  });
});

test('a key that its connection lost and another lists takes its usage along, so that nothing counts twice', async () => {
  const { bench, first, second } = twoAdminKeys(['ws_1'], ['ws_1']);
  second.keys.clear();
  await turns(bench, [first, second]);
  const before = totalCost(bench);

  first.keys.clear();
  await bench.sync(first);
  second.put(fakeKey('key_1', { scopeId: 'ws_1' }));
  await bench.sync(second);
  await poll(bench, second);
  await poll(bench, first);

  expect(totalCost(bench)).toBe(before);
  expect(stored(bench).filter(({ start }) => start > NOON - HOUR_MS)).not.toEqual([]);
});
