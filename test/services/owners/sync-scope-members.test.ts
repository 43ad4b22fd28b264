import { expect, test } from 'vitest';
import type { ProviderMember } from '../../../src/ports/provider.ts';
import { syncScopeMembers } from '../../../src/services/owners/sync-scope-members.ts';
import { later, NOON, openBench } from '../../support/bench-deps.ts';
import { failing, fakeKey, fakeScope } from '../../support/fake-provider.ts';

const HOUR_MS = 3_600_000;
const person = (id: string): ProviderMember => ({ id, name: null, email: `${id}@acme.test` });

/** Two workspaces of two people each, read once. */
async function benchWithPeople() {
  const bench = openBench({ hasMembers: true });
  bench.provider.scopes = [fakeScope('ws_1', 'Shop'), fakeScope('ws_2', 'Labs')];
  bench.provider.put(fakeKey('key_1'), fakeKey('key_2', { scopeId: 'ws_2' }));
  bench.provider.members.set('ws_1', [person('ada'), person('bo')]);
  bench.provider.members.set('ws_2', [person('cy'), person('di')]);
  await bench.sync();
  await syncScopeMembers(bench.deps);
  later(bench, HOUR_MS);
  return bench;
}

async function peopleOf({ store }: Awaited<ReturnType<typeof benchWithPeople>>) {
  const all = await store.read.scopeMembers.all();
  return Object.fromEntries(all.map(({ providerUserId, leftAt }) => [providerUserId, leftAt]));
}

test('people who are listed no more have left a project, those of one that is not told any more are still known', async () => {
  const bench = await benchWithPeople();
  bench.provider.members.set('ws_1', [person('ada')]);
  bench.provider.members.set('ws_2', null);

  await syncScopeMembers(bench.deps);

  expect(await peopleOf(bench)).toEqual({ ada: null, bo: NOON + HOUR_MS, cy: null, di: null });
});

test('a list that cannot be read leaves all of its connection as they were', async () => {
  const bench = await benchWithPeople();
  bench.provider.members.set('ws_1', []);
  bench.provider.script('listMembers', failing('provider_unavailable'));

  await syncScopeMembers(bench.deps);

  expect(await peopleOf(bench)).toEqual({ ada: null, bo: null, cy: null, di: null });
});
