import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../../src/domain/time.ts';
import { readInventory } from '../../../src/services/inventory/read-inventory.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { type Bench, type BenchOptions, later, NOON, openBench } from '../../support/bench-deps.ts';
import { type FakeProvider, failing, fakeKey, fakeScope } from '../../support/fake-provider.ts';
import { watchWrites } from '../../support/watch-writes.ts';
import { notices, readKeys } from '../notices/support.ts';

const ALL = ['key_1', 'key_2', 'key_3', 'key_4', 'key_5', 'key_6', 'key_7', 'key_8'];

async function knowing(ids: readonly string[] = ALL, options: BenchOptions = {}): Promise<Bench> {
  const bench = openBench(options);
  bench.provider.put(...ids.map((id) => fakeKey(id)));
  await readInventory(bench.deps, bench.provider.port);
  later(bench, MINUTE_MS);
  bench.provider.calls.length = 0;
  return bench;
}

/** The next key list leaves these out; asked for by name they are what they are. */
function omit(provider: FakeProvider, ...ids: readonly string[]): void {
  provider.script('listKeys', {
    kind: 'lists',
    keys: [...provider.keys.values()].filter(({ id }) => !ids.includes(id)),
  });
}

async function gone(bench: Bench): Promise<readonly string[]> {
  const keys = await bench.store.read.keys.all();
  return keys.filter(({ status }) => status === 'gone').map(({ providerKeyId }) => providerKeyId);
}

describe('a key list that lost most of the keys that we know', () => {
  test('changes nothing at all while any of the keys still exists', async () => {
    const bench = await knowing();
    omit(bench.provider, ...ALL.slice(1));
    bench.provider.scopes = [fakeScope('ws_1', 'Renamed')];
    bench.provider.change('key_1', { label: 'renamed' });
    bench.provider.script(
      'readKeyStatus',
      ...Array.from({ length: 4 }, () => ({ kind: 'says', status: 'gone' }) as const),
    );
    const writes = watchWrites(bench.raw(), ['keys', 'lineages', 'scopes', 'audit', 'outbox']);

    const error = await readKeys(bench);

    expect(error).toMatchObject({
      code: 'provider_implausible',
      publicMessage:
        'Fake AI listed 1 of 8 known keys, but they still exist: of 5 looked up one by one, 1 is there. The list was not believed and no key was marked as gone. If the admin key was replaced, check that the new one sees the same projects.',
    });
    expect(writes()).toEqual([]);
    expect(bench.provider.callsOf('readKeyStatus')).toHaveLength(5);
  });

  test('counts as a read that failed, and the third in a row is told in the channel', async () => {
    const bench = await knowing();

    for (let read = 0; read < 3; read += 1) {
      omit(bench.provider, ...ALL);
      await readKeys(bench);
      later(bench, MINUTE_MS);
    }

    expect(await bench.store.read.inventoryReads.get('fake')).toMatchObject({
      readAt: NOON,
      failingSince: NOON + MINUTE_MS,
      missedReads: 3,
      problem: expect.stringMatching(/^Fake AI listed 0 of 8 known keys, but they still exist: of 5 .* 5 are there\./),
    });
    expect(await notices(bench)).toMatchObject([{ kind: 'blind', subject: 'inventory:fake', closedAt: null }]);
    await readKeys(bench);
    expect(await notices(bench)).toMatchObject([{ closedAt: NOON + 4 * MINUTE_MS }]);
  });

  test('is believed when those that are looked up are gone, and archived ones count as gone', async () => {
    const bench = await knowing();
    bench.provider.keys.clear();
    bench.provider.script('readKeyStatus', { kind: 'says', status: 'archived' });

    const outcome = await bench.sync();

    expect(outcome).toMatchObject({ vanished: 8 });
    expect(await gone(bench)).toHaveLength(8);
    expect(bench.provider.callsOf('readKeyStatus')).toHaveLength(5);
  });

  test('is not believed while that cannot be checked', async () => {
    const bench = await knowing();
    bench.provider.keys.clear();
    bench.provider.script('readKeyStatus', { kind: 'ok' }, failing('provider_rate_limited'));

    const error = await readKeys(bench);

    expect(error).toMatchObject({
      publicMessage: expect.stringMatching(
        /^Fake AI listed 0 of 8 known keys, and whether they still exist cannot be checked\. The provider says provider_rate_limited\. The list was not believed/,
      ),
    });
    expect(await gone(bench)).toEqual([]);
  });

  test('is checked by the keys that work and were used last', async () => {
    const bench = await knowing([]);
    ALL.forEach((id, index) => {
      bench.provider.put(fakeKey(id, { lastUsedAt: index * 1_000, status: index > 5 ? 'inactive' : 'active' }));
    });
    await bench.sync();
    bench.provider.calls.length = 0;
    bench.provider.keys.clear();

    await bench.sync();

    expect(bench.provider.callsOf('readKeyStatus')).toEqual(
      ['key_6', 'key_5', 'key_4', 'key_3', 'key_2'].map((id) => `readKeyStatus ${id}`),
    );
  });
});

describe('a key list is believed without a question', () => {
  test.each([
    ['when two of three are missing', ALL.slice(0, 3), 2],
    ['when just half of them are missing', ALL, 4],
  ])('%s', async (_name, ids, missing) => {
    const bench = await knowing(ids);
    for (const id of ids.slice(0, missing)) bench.provider.keys.delete(id);

    await bench.sync();

    expect(await gone(bench)).toEqual(ids.slice(0, missing));
    expect(bench.provider.callsOf('readKeyStatus')).toEqual([]);
  });

  test('when what is missing was gone before, is an admin key, or is another connection’s', async () => {
    const bench = await knowing(ALL.slice(0, 3));
    const other = bench.connect({ connectionId: 'fake:acme' });
    other.put(...['other_1', 'other_2', 'other_3', 'other_4'].map((id) => fakeKey(id)));
    await bench.sync(other);
    bench.provider.put(...['admin_1', 'admin_2', 'admin_3'].map((id) => fakeKey(id, { kind: 'admin' })));
    await bench.sync();
    for (const id of ['admin_1', 'admin_2', 'admin_3', 'key_1', 'key_2']) bench.provider.keys.delete(id);

    await bench.sync();
    bench.provider.keys.clear();
    await bench.sync();

    expect(await gone(bench)).toHaveLength(6);
    expect(bench.provider.callsOf('readKeyStatus')).toEqual([]);
  });
});

test('three of five missing are looked up: more than half', async () => {
  const bench = await knowing(ALL.slice(0, 5));
  omit(bench.provider, 'key_1', 'key_2', 'key_3');

  expect(await readKeys(bench)).toMatchObject({ code: 'provider_implausible' });
  expect(await gone(bench)).toEqual([]);
});

test('usage goes on being watched while the key list is not believed', async () => {
  const bench = await knowing();
  bench.provider.use = [
    { keyId: 'key_1', at: NOON - 10 * MINUTE_MS, tokens: 5 },
    { keyId: 'key_new', at: NOON - 10 * MINUTE_MS, tokens: 7 },
  ];
  bench.provider.put(fakeKey('key_new', { label: 'night job' }));
  omit(bench.provider, ...ALL, 'key_new');

  expect((await pollUsage(bench.deps, bench.provider.port)).ok).toBe(true);
  expect(await bench.keyOf('key_new')).toMatchObject({ status: 'gone' });
  expect(await gone(bench)).toEqual(['key_new']);
  await bench.sync();

  expect(await bench.keyOf('key_new')).toMatchObject({ status: 'active', label: 'night job' });
});
