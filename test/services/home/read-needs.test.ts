import { describe, expect, test } from 'vitest';
import { runDueActions } from '../../../src/services/actions/execute-action.ts';
import { type Asker, readNeeds } from '../../../src/services/home/read-needs.ts';
import { type Bench, present } from '../../support/bench-deps.ts';
import { failing } from '../../support/fake-provider.ts';
import { alertOn } from '../../support/findings.ts';
import { ask, benchWithKeys, runToTheEnd } from '../../support/requests.ts';
import { begin } from '../rotation/support.ts';

const VIEWER: Asker = { userId: 'U0ADA', roles: ['viewer'], seesAll: true };
const OUTSIDE: Asker = { userId: 'U0ADA', roles: [], seesAll: false };
const RESPONDER: Asker = { userId: 'U0ADA', roles: ['viewer', 'responder'], seesAll: true };

async function give(bench: Bench, ownerSlackId: string): Promise<void> {
  const lineage = await bench.lineageOf('key_1');
  await bench.store.write((tx) => tx.lineages.update({ ...lineage, ownerSlackId }));
}

/** Ada owns the key of an open alert and has been asked whether it was her. */
async function asked(): Promise<Bench> {
  const bench = await benchWithKeys();
  await give(bench, 'U0ADA');
  const { id } = await alertOn(bench, 'key_1');
  const alert = present(await bench.store.read.alerts.get(id));
  const askedAt = bench.clock.now();
  const ownerAsk = { id: 'event_1', userId: 'U0ADA', askedAt, answer: null, answeredAt: null, confirmId: null };
  await bench.store.write((tx) => tx.alerts.update({ ...alert, ownerAsk }));
  return bench;
}

describe('who was asked as the owner and is it no more', () => {
  test('is not shown the alert any longer', async () => {
    const bench = await asked();
    expect((await readNeeds(bench.deps, VIEWER)).alerts).toMatchObject([{ askId: 'event_1' }]);

    await give(bench, 'U0BOB');

    for (const asker of [VIEWER, OUTSIDE]) {
      const { alerts, more } = await readNeeds(bench.deps, asker);
      expect([alerts, more.alerts]).toEqual([[], 0]);
    }
  });

  test('sees it as a responder, without the question', async () => {
    const bench = await asked();
    await give(bench, 'U0BOB');

    expect((await readNeeds(bench.deps, RESPONDER)).alerts).toMatchObject([{ askId: null }]);
  });
});

test('a rotation that an owner outside the viewers drives is shown while the key is theirs', async () => {
  const bench = await benchWithKeys();
  await give(bench, 'U0ADA');
  await begin(bench);
  expect((await readNeeds(bench.deps, OUTSIDE)).rotations).toHaveLength(1);

  await give(bench, 'U0BOB');

  expect((await readNeeds(bench.deps, OUTSIDE)).rotations).toEqual([]);
  expect((await readNeeds(bench.deps, VIEWER)).rotations).toHaveLength(1);
});

test('a revocation that was tried in vain is shown to those who may revoke, until it is done', async () => {
  const bench = await benchWithKeys();
  bench.provider.script('revoke', failing('provider_unavailable'));
  await ask(bench, 'key_1', { kind: 'revoke' });
  // What goes its way needs nobody.
  expect((await readNeeds(bench.deps, RESPONDER)).revocations).toEqual([]);
  await runDueActions(bench.deps);

  const { slug } = await bench.lineageOf('key_1');
  expect((await readNeeds(bench.deps, RESPONDER)).revocations).toMatchObject([{ slug, action: { kind: 'revoke' } }]);
  expect((await readNeeds(bench.deps, VIEWER)).revocations).toEqual([]);

  await runToTheEnd(bench);
  expect((await readNeeds(bench.deps, RESPONDER)).revocations).toEqual([]);
});
