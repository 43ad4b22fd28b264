import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../../src/domain/time.ts';
import { NOON, openBench } from '../../support/bench-deps.ts';
import { failing, fakeKey, fakeScope, held } from '../../support/fake-provider.ts';
import { watchWrites } from '../../support/watch-writes.ts';

describe('the first sync', () => {
  test('makes one lineage per key, each with a slug of its own', async () => {
    const bench = openBench();
    bench.provider.put(
      fakeKey('key_1', { label: 'Prod API' }),
      fakeKey('key_2', { label: 'prod-api' }),
      fakeKey('key_3', { label: '鍵' }),
      fakeKey('key_4', { label: '' }),
    );

    const outcome = await bench.sync();

    const lineages = await bench.store.read.lineages.all();
    const keys = await bench.store.read.keys.all();
    expect(outcome).toEqual({ seen: 4, appeared: 4, changed: 0, vanished: 0 });
    expect(lineages.map(({ slug }) => slug)).toEqual(['key', 'key-2', 'prod-api', 'prod-api-2']);
    expect(new Set(keys.map(({ lineageId }) => lineageId)).size).toBe(4);
    expect(keys.every(({ generation, goneAt }) => generation === 1 && goneAt === null)).toBe(true);
    expect(bench.audit().map(({ verb }) => verb)).toEqual(Array.from({ length: 4 }, () => 'key.appeared'));
  });

  test('reads the environment from policy first, then from the label, then from the scope', async () => {
    const bench = openBench({ policy: "environments: [{ match: 'odd*', environment: development }]" });
    bench.provider.scopes = [fakeScope('ws_1', 'Staging'), fakeScope('ws_2', 'Kitchen')];
    bench.provider.put(
      fakeKey('key_1', { label: 'odd-prod' }),
      fakeKey('key_2', { label: 'checkout-prod' }),
      fakeKey('key_3', { label: 'checkout' }),
      fakeKey('key_4', { label: 'checkout', scopeId: 'ws_2' }),
    );

    await bench.sync();

    const environments = [];
    for (const id of ['key_1', 'key_2', 'key_3', 'key_4']) environments.push((await bench.lineageOf(id)).environment);
    expect(environments).toEqual(['development', 'production', 'staging', 'unknown']);
    expect((await bench.store.read.scopes.all()).map(({ name }) => name)).toEqual(['Kitchen', 'Staging']);
  });

  test('keeps no key that somebody pasted into a label or a name of a scope', async () => {
    const bench = openBench();
    const pasted = ['sk', 'proj', 'a'.repeat(40)].join('-');
    bench.provider.scopes = [fakeScope('ws_1', `Kitchen ${pasted}`)];
    bench.provider.put(fakeKey('key_1', { label: `bot ${pasted}` }));

    await bench.sync();

    const kept = [await bench.keyOf('key_1'), await bench.lineageOf('key_1'), await bench.store.read.scopes.all()];
    expect(JSON.stringify(kept)).not.toContain('aaaa');
    expect((await bench.keyOf('key_1')).label).toBe('bot [secret]');
  });

  test('keeps admin keys, as admin keys', async () => {
    const bench = openBench();
    bench.provider.put(fakeKey('key_1', { kind: 'admin', scopeId: null }));

    await bench.sync();

    expect(await bench.keyOf('key_1')).toMatchObject({ kind: 'admin', scopeId: null });
  });

  test('takes the owner that policy names by slug or by label', async () => {
    const bench = openBench({ policy: "owners: { 'billing-*': U0BILL, 'Night *': U0NIGHT }" });
    bench.provider.put(fakeKey('key_1', { label: 'Billing API' }), fakeKey('key_2', { label: 'Night Job' }));

    await bench.sync();

    expect((await bench.lineageOf('key_1')).ownerSlackId).toBe('U0BILL');
    expect((await bench.lineageOf('key_2')).ownerSlackId).toBe('U0NIGHT');
  });
});

describe('a later sync', () => {
  test('writes nothing when nothing has changed', async () => {
    const bench = openBench();
    const owner = { kind: 'user', id: 'u1', name: 'Ada', email: 'ada@acme.test', hasAccess: true } as const;
    bench.provider.put(fakeKey('key_1', { owner, lastUsedAt: 5_000 }), fakeKey('key_2'));
    await bench.sync();
    const writes = watchWrites(bench.raw(), ['keys', 'lineages', 'audit', 'outbox']);

    bench.clock.jumpTo(NOON + 60 * MINUTE_MS);
    const outcome = await bench.sync();

    expect(outcome).toEqual({ seen: 2, appeared: 0, changed: 0, vanished: 0 });
    expect(writes()).toEqual([]);
  });

  test('follows a new label without a new slug, generation or audit entry', async () => {
    const bench = openBench();
    bench.provider.put(fakeKey('key_1', { label: 'old name' }));
    await bench.sync();

    bench.provider.change('key_1', { label: 'new name' });
    const outcome = await bench.sync();

    expect(outcome.changed).toBe(1);
    expect(await bench.keyOf('key_1')).toMatchObject({ label: 'new name', generation: 1 });
    expect((await bench.lineageOf('key_1')).slug).toBe('old-name');
    expect(bench.audit()).toHaveLength(1);
  });

  test('gives a changed status a new generation and an audit entry', async () => {
    const bench = openBench();
    bench.provider.put(fakeKey('key_1'));
    await bench.sync();

    bench.provider.change('key_1', { status: 'inactive' });
    await bench.sync();

    const key = await bench.keyOf('key_1');
    expect(key).toMatchObject({ status: 'inactive', generation: 2 });
    expect(bench.audit().at(-1)).toMatchObject({
      verb: 'key.status.seen',
      subject: key.id,
      detail: { from: 'active', to: 'inactive' },
    });
  });

  test('keeps what an answer leaves out, and never moves the last use back', async () => {
    const bench = openBench();
    bench.provider.put(fakeKey('key_1', { hint: 'sk-…abcd', createdAt: 7_000, lastUsedAt: 9_000 }));
    await bench.sync();

    bench.provider.change('key_1', { hint: null, createdAt: null, lastUsedAt: 8_000 });
    await bench.sync();

    expect(await bench.keyOf('key_1')).toMatchObject({ hint: 'sk-…abcd', createdAt: 7_000, lastUsedAt: 9_000 });
  });

  test('takes over that a key turned out to be an admin key', async () => {
    const bench = openBench();
    bench.provider.put(fakeKey('key_1'));
    await bench.sync();

    bench.provider.change('key_1', { kind: 'admin' });
    await bench.sync();

    expect((await bench.keyOf('key_1')).kind).toBe('admin');
  });

  test('turns a key that vanished into a tombstone, once', async () => {
    const bench = openBench();
    bench.provider.put(fakeKey('key_1'), fakeKey('key_2'));
    await bench.sync();

    bench.provider.keys.delete('key_1');
    bench.clock.jumpTo(NOON + MINUTE_MS);
    const first = await bench.sync();
    bench.clock.jumpTo(NOON + 2 * MINUTE_MS);
    const second = await bench.sync();

    expect([first.vanished, second.vanished]).toEqual([1, 0]);
    expect(await bench.keyOf('key_1')).toMatchObject({ status: 'gone', generation: 2, goneAt: NOON + MINUTE_MS });
    expect(await bench.keyOf('key_2')).toMatchObject({ status: 'active', generation: 1 });
    expect(bench.audit().filter(({ verb }) => verb === 'key.vanished')).toHaveLength(1);
  });

  test('brings a key back that appears again, in its own lineage', async () => {
    const bench = openBench();
    bench.provider.put(fakeKey('key_1'));
    await bench.sync();
    const { lineageId } = await bench.keyOf('key_1');
    bench.provider.keys.clear();
    await bench.sync();

    bench.provider.put(fakeKey('key_1'));
    const outcome = await bench.sync();

    expect(outcome).toMatchObject({ appeared: 0, changed: 1 });
    expect(await bench.keyOf('key_1')).toMatchObject({ lineageId, status: 'active', generation: 3, goneAt: null });
  });

  test('changes nothing when the listing fails', async () => {
    const bench = openBench();
    bench.provider.put(fakeKey('key_1'));
    await bench.sync();
    const writes = watchWrites(bench.raw(), ['keys', 'lineages', 'scopes', 'audit']);
    bench.provider.keys.clear();

    bench.provider.script('listKeys', failing('provider_unavailable'));

    await expect(bench.sync()).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(writes()).toEqual([]);
  });

  test('does not overwrite what was changed while the listing was on its way', async () => {
    const bench = openBench();
    bench.provider.put(fakeKey('key_1'), fakeKey('key_2'));
    await bench.sync();
    const gate = held();
    bench.provider.script('listKeys', gate.answer);
    bench.provider.keys.delete('key_2');

    const syncing = bench.sync();
    await gate.reached;
    for (const id of ['key_1', 'key_2']) {
      const key = await bench.keyOf(id);
      await bench.store.write((tx) => tx.keys.update({ ...key, status: 'inactive', generation: 2 }));
    }
    gate.release();
    await syncing;

    expect(await bench.keyOf('key_1')).toMatchObject({ status: 'inactive', generation: 2 });
    expect(await bench.keyOf('key_2')).toMatchObject({ status: 'inactive', generation: 2 });
  });

  test('does not bury a key that another sync has found while the listing was on its way', async () => {
    const bench = openBench();
    const gate = held();
    bench.provider.script('listKeys', gate.answer);

    const early = bench.sync();
    await gate.reached;
    bench.provider.put(fakeKey('key_1'));
    await bench.sync();
    gate.release();
    await early;

    expect(await bench.keyOf('key_1')).toMatchObject({ status: 'active', generation: 1 });
  });
});

describe('two connections of one provider', () => {
  test('a key that both list is one key, of the connection that met it first', async () => {
    const bench = openBench({ connectionId: 'fake' });
    const other = bench.connect({ connectionId: 'fake:acme' });
    bench.provider.put(fakeKey('key_1'));
    other.put(fakeKey('key_1'), fakeKey('key_2'));

    await bench.sync();
    await bench.sync(other);

    expect(await bench.store.read.keys.all()).toHaveLength(2);
    expect((await bench.keyOf('key_1')).connectionId).toBe('fake');
    expect((await bench.keyOf('key_2')).connectionId).toBe('fake:acme');
  });

  test('a connection never buries the keys of the other one', async () => {
    const bench = openBench({ connectionId: 'fake' });
    const other = bench.connect({ connectionId: 'fake:acme' });
    bench.provider.put(fakeKey('key_1'));
    await bench.sync();

    const outcome = await bench.sync(other);

    expect(outcome.vanished).toBe(0);
    expect((await bench.keyOf('key_1')).status).toBe('active');
  });

  test('a key that its own connection has lost goes over to the one that still lists it, and stays there', async () => {
    const bench = openBench({ connectionId: 'fake' });
    const other = bench.connect({ connectionId: 'fake:acme' });
    bench.provider.put(fakeKey('key_1'));
    other.put(fakeKey('key_1'));
    await bench.sync();

    bench.provider.keys.clear();
    for (const fake of [bench.provider, other, bench.provider, other]) await bench.sync(fake);

    expect(await bench.keyOf('key_1')).toMatchObject({
      connectionId: 'fake:acme',
      status: 'active',
      generation: 3,
    });
  });

  test('the keys of a connection that was renamed go over to its new name', async () => {
    const bench = openBench({ connectionId: 'fake' });
    bench.provider.put(fakeKey('key_1'));
    await bench.sync();

    bench.disconnect('fake');
    const renamed = bench.connect({ connectionId: 'fake:acme' });
    renamed.put(fakeKey('key_1'));
    await bench.sync(renamed);

    expect(await bench.keyOf('key_1')).toMatchObject({ connectionId: 'fake:acme', generation: 1 });
  });

  test('the same key id at another provider is another key', async () => {
    const bench = openBench({ id: 'fake' });
    const other = bench.connect({ id: 'rival' });
    bench.provider.put(fakeKey('key_1'));
    other.put(fakeKey('key_1'));

    await bench.sync();
    await bench.sync(other);

    expect((await bench.store.read.keys.all()).map(({ providerId }) => providerId)).toEqual(['fake', 'rival']);
  });
});
