import { describe, expect, test } from 'vitest';
import type { KeyOwner } from '../../../src/domain/key.ts';
import { syncMembers } from '../../../src/services/inventory/sync-members.ts';
import { type Bench, member, NOON, openBench } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { watchWrites } from '../../support/watch-writes.ts';

function ownedBy(email: string | null): KeyOwner {
  return { kind: 'user', id: 'user_1', name: 'Ada', email, hasAccess: true };
}

async function ownerAfter(bench: Bench): Promise<string | null> {
  return (await bench.lineageOf('key_1')).ownerSlackId;
}

describe('owners by e-mail', () => {
  test('are found when the people come after the keys', async () => {
    const bench = openBench();
    bench.provider.put(fakeKey('key_1', { owner: ownedBy('Ada@Acme.test') }));
    bench.people.push(member('U0ADA', { email: 'ada@acme.TEST' }));

    await bench.sync();
    const outcome = await syncMembers(bench.deps);

    expect(outcome).toEqual({ members: 1, owned: 1 });
    expect(await ownerAfter(bench)).toBe('U0ADA');
    expect(bench.audit().at(-1)).toMatchObject({ verb: 'lineage.owner.matched', detail: { owner: 'U0ADA' } });
  });

  test('are found when the keys come after the people', async () => {
    const bench = openBench();
    bench.people.push(member('U0ADA', { email: 'ada@acme.test' }));
    bench.provider.put(fakeKey('key_1', { owner: ownedBy('ada@acme.test') }));

    await syncMembers(bench.deps);
    await bench.sync();

    expect(await ownerAfter(bench)).toBe('U0ADA');
  });

  test('are found for a key that gets its owner later', async () => {
    const bench = openBench();
    bench.people.push(member('U0ADA', { email: 'ada@acme.test' }));
    bench.provider.put(fakeKey('key_1'));
    await syncMembers(bench.deps);
    await bench.sync();

    bench.provider.change('key_1', { owner: ownedBy('ada@acme.test') });
    await bench.sync();

    expect(await ownerAfter(bench)).toBe('U0ADA');
  });

  test('never are people who are deactivated or guests', async () => {
    const bench = openBench();
    bench.people.push(member('U0ADA', { email: 'ada@acme.test', isActiveFullMember: false }));
    bench.provider.put(fakeKey('key_1', { owner: ownedBy('ada@acme.test') }));

    await bench.sync();
    await syncMembers(bench.deps);

    expect(await ownerAfter(bench)).toBeNull();
  });

  test('never match a key without an e-mail with a person without one', async () => {
    const bench = openBench();
    bench.people.push(member('U0ADA', { email: null }), member('U0BOB', { email: '' }));
    bench.provider.put(fakeKey('key_1', { owner: ownedBy(null) }));

    await bench.sync();
    await syncMembers(bench.deps);

    expect(await ownerAfter(bench)).toBeNull();
  });

  test('do not replace the owner that policy names', async () => {
    const bench = openBench({ policy: "owners: { 'key-*': U0BOSS }" });
    bench.people.push(member('U0ADA', { email: 'ada@acme.test' }));
    bench.provider.put(fakeKey('key_1', { owner: ownedBy('ada@acme.test') }));

    await syncMembers(bench.deps);
    await bench.sync();

    expect(await ownerAfter(bench)).toBe('U0BOSS');
  });
});

describe('the people of the workspace', () => {
  test('are not written again when nothing has changed', async () => {
    const bench = openBench();
    bench.people.push(member('U0ADA'), member('U0BOB'));
    await syncMembers(bench.deps);
    const writes = watchWrites(bench.raw(), ['members', 'lineages', 'audit']);

    bench.clock.jumpTo(NOON + 1_000);
    await syncMembers(bench.deps);

    expect(writes()).toEqual([]);
  });

  test.each([
    { isActiveFullMember: false },
    { email: 'new@acme.test' },
    { name: 'Ada L.' },
    { timezone: 'Europe/Berlin' },
    { teamId: 'T2' },
  ])('are written again when %j has changed', async (change) => {
    const bench = openBench();
    bench.people.push(member('U0ADA'));
    await syncMembers(bench.deps);

    bench.people[0] = member('U0ADA', change);
    await syncMembers(bench.deps);

    expect(await bench.store.read.members.all()).toEqual([expect.objectContaining({ userId: 'U0ADA', ...change })]);
  });
});
