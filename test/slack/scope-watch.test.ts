import { WebAPIPlatformError } from '@slack/web-api';
import { describe, expect, test } from 'vitest';
import { ScopeWatch } from '../../src/slack/scope-watch.ts';
import { type Bench, openBench } from '../support/bench-deps.ts';
import { faultyStore } from '../support/faulty-store.ts';

const SCOPE = 'usergroups:read';
const METHOD = 'usergroups.users.list';
const GRANTED = { ok: true, response_metadata: { scopes: ['chat:write', SCOPE] } };

function refusal(): unknown {
  const answer = { ok: false, error: 'missing_scope', needed: SCOPE, provided: 'chat:write' };
  return new WebAPIPlatformError(answer);
}

/** A watch whose admins are looked up with calls that it hears of itself. */
function watching(hear: (watch: ScopeWatch) => Promise<void>, bench: Bench = openBench()) {
  const watch = new ScopeWatch();
  let lookUps = 0;
  const groupMembers = async (): Promise<readonly string[]> => {
    lookUps += 1;
    if (lookUps > 5) throw new Error('it goes round and round');
    await hear(watch);
    return ['U0CHRIS'];
  };
  const { roles } = bench.deps.policy;
  const policy = { ...bench.deps.policy, roles: { ...roles, admins: ['S0ADMINS'] } };
  watch.attach({ ...bench.deps, policy, directory: { ...bench.deps.directory, groupMembers } });
  return { watch, lookUps: () => lookUps, open: () => bench.store.read.notices.allOpen('missing_scope') };
}

describe('whom to tell of a scope is looked up through the same client', () => {
  test('and a refusal of that for the same scope is not noted again', async () => {
    const { watch, lookUps, open } = watching((same) => same.refused(METHOD, refusal()));

    await watch.refused(METHOD, refusal());

    expect(lookUps()).toBe(1);
    expect(await open()).toHaveLength(1);
  });

  test('and an answer to that with the same scopes is not noted again', async () => {
    const { watch, lookUps, open } = watching((same) => same.answered(GRANTED));
    await watch.refused(METHOD, refusal());
    const before = lookUps();

    await watch.answered(GRANTED);

    expect(lookUps() - before).toBe(1);
    expect(await open()).toEqual([]);
  });
});

test('what could not be written down is noted with the next call', async () => {
  const bench = openBench();
  const { store, failWrites } = faultyStore(bench.store);
  const { watch, open } = watching(async () => {}, { ...bench, deps: { ...bench.deps, store } });

  failWrites(1);
  await watch.refused(METHOD, refusal());
  expect(await open()).toEqual([]);
  await watch.refused(METHOD, refusal());
  expect(await open()).toHaveLength(1);

  failWrites(1);
  await watch.answered(GRANTED);
  expect(await open()).toHaveLength(1);
  await watch.answered(GRANTED);
  expect(await open()).toEqual([]);
});
