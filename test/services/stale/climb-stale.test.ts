import { describe, expect, test } from 'vitest';
import { readInventory } from '../../../src/services/inventory/read-inventory.ts';
import { openRotation } from '../../../src/services/rotation/open-rotation.ts';
import { callDeletable, keepStale } from '../../../src/services/stale/answer-stale.ts';
import { climbStale } from '../../../src/services/stale/climb-stale.ts';
import { staleForDigest } from '../../../src/services/stale/stale-digest.ts';
import { poll } from '../../support/polling.ts';
import { ADA } from '../../support/requests.ts';
import { sendAll } from '../../support/sent.ts';
import { DAY, MONDAY, openQuiet, recordOf, told, walk } from './support.ts';

const ANA = { kind: 'slack', userId: 'U0ANA', teamId: 'T1' } as const;

describe('keys that nobody uses', () => {
  test('go from one question to one proposal to a stop that can be undone, each told once', async () => {
    const bench = await openQuiet([
      { id: 'staging-a', owner: 'U0ANA' },
      { id: 'staging-b', owner: 'U0ANA' },
      { id: 'dev-c', owner: 'U0BEN' },
    ]);

    const sent = await walk(bench, 45);

    const posts = told(sent).filter((line) => line.includes('posts'));
    expect(posts).toEqual([
      '0 posts stale_ask to U0BEN: Nobody uses your key dev-c. Is it still needed?',
      '0 posts stale_ask to U0ANA: Nobody uses 2 of your keys. Are they still needed?',
      '21 posts stale_round to #ai-keys: 3 keys that nobody uses: delete them?',
      '35 posts stale_stopped to U0BEN: Your key without traffic is suspended, as announced. Undo starts it again.',
      '35 posts stale_stopped to U0ANA: Your 2 keys without traffic are suspended, as announced. Undo starts one again.',
      '35 posts stale_news to #ai-keys: *dev-c*, *staging-a*, *staging-b* are suspended now, as announced. Somebody misses one? Undo starts it again.',
    ]);
    expect(bench.provider.effects.toSorted()).toEqual(['suspend dev-c', 'suspend staging-a', 'suspend staging-b']);
    const verbs = bench.audit().filter(({ verb }) => verb.startsWith('key.stale'));
    expect(verbs.filter(({ verb }) => verb === 'key.stale.proposed')).toHaveLength(3);

    const later = await walk(bench, 30);
    expect(later.filter(({ isPost }) => isPost)).toEqual([]);
    expect(await recordOf(bench, 'dev-c')).toMatchObject({ state: 'over', end: 'undo_over' });
  });

  test('are asked about once, however often it starts again, and nobody is asked twice a week', async () => {
    const bench = await openQuiet([
      { id: 'staging-a', owner: 'U0ANA', usedDaysAgo: 31 },
      { id: 'staging-b', owner: 'U0ANA', usedDaysAgo: 28 },
    ]);

    for (let run = 0; run < 3; run += 1) await climbStale(bench.deps);
    const sent = await walk(bench, 8);

    expect(told(sent).filter((line) => line.includes('posts'))).toEqual([
      '0 posts stale_ask to U0ANA: Nobody uses your key staging-a. Is it still needed?',
      '7 posts stale_ask to U0ANA: Nobody uses your key staging-b. Is it still needed?',
    ]);
  });

  test('are proposed at most once a week, whenever they come to it', async () => {
    const bench = await openQuiet([
      { id: 'staging-a', usedDaysAgo: 60 },
      { id: 'staging-b', usedDaysAgo: 58 },
      { id: 'staging-c', usedDaysAgo: 56 },
    ]);

    const rounds = told(await walk(bench, 9)).filter((line) => line.includes('posts stale_round'));

    expect(rounds).toEqual([
      '0 posts stale_round to #ai-keys: 1 key that nobody uses: delete it?',
      '7 posts stale_round to #ai-keys: 2 keys that nobody uses: delete them?',
    ]);
  });

  test('wait for their owner’s day', async () => {
    const bench = await openQuiet([{ id: 'staging-a', owner: 'U0ANA' }]);
    const owner = { ...(await bench.store.read.members.get('U0ANA')), timezone: 'America/New_York' };
    await bench.store.write((tx) => tx.members.upsert(owner as never));

    await climbStale(bench.deps);
    expect(await sendAll(bench)).toEqual([]);

    bench.clock.jumpTo(Date.UTC(2026, 8, 7, 13));
    expect(await sendAll(bench)).toHaveLength(1);
  });

  test('that have traffic again are let go at once, and it is said where they were announced', async () => {
    const bench = await openQuiet([{ id: 'staging-a' }, { id: 'staging-b' }], {});
    await walk(bench, 21);
    expect(await recordOf(bench, 'staging-a')).toMatchObject({ state: 'proposed' });

    bench.provider.use = [{ keyId: 'staging-a', at: bench.clock.now() - 60_000, tokens: 5 }];
    const sent = await walk(bench, 0);

    expect(await recordOf(bench, 'staging-a')).toMatchObject({ state: 'over', end: 'used' });
    expect(told(sent)).toContain('21 posts stale_news to #ai-keys: *staging-a* has traffic again: it stays.');
    await walk(bench, 20);
    expect(bench.provider.effects).toEqual(['suspend staging-b']);
  });

  test('are never suspended while their use is not known, and are when it is again', async () => {
    const bench = await openQuiet([{ id: 'staging-a' }]);
    await walk(bench, 33);

    bench.clock.jumpTo(bench.clock.now() + DAY);
    await walk(bench, 10, { isBlind: true });
    expect(bench.provider.effects).toEqual([]);

    await walk(bench, 1);
    expect(bench.provider.effects).toEqual(['suspend staging-a']);
  });

  test('whose stop hangs are not stopped any more once they have traffic', async () => {
    const bench = await openQuiet([{ id: 'staging-a' }]);
    await walk(bench, 33);
    const record = await recordOf(bench, 'staging-a');
    bench.clock.jumpTo(record.actAt ?? 0);
    await readInventory(bench.deps, bench.provider.port);
    await poll(bench);
    await climbStale(bench.deps);
    expect(await recordOf(bench, 'staging-a')).toMatchObject({ state: 'suspended' });

    bench.provider.use = [{ keyId: 'staging-a', at: bench.clock.now() - 60_000, tokens: 5 }];
    await poll(bench);
    await climbStale(bench.deps);

    const [action] = await bench.store.read.actions.ofKey((await bench.keyOf('staging-a')).id);
    expect(action?.state).toBe('dismissed');
    expect(await recordOf(bench, 'staging-a')).toMatchObject({ end: 'used' });
    expect(bench.provider.effects).toEqual([]);
  });

  test('of a provider that cannot start them again are left to people, who are told once', async () => {
    const bench = await openQuiet([{ id: 'staging-a' }], { disable: 'irreversible', acts: ['revoke'] });

    const sent = await walk(bench, 60);

    expect(bench.provider.effects).toEqual([]);
    const due = told(sent).filter((line) => line.includes('announced date is over'));
    expect(due).toHaveLength(1);
  });

  test('stay where policy leaves their environment to people', async () => {
    const policy = 'staleness: { suspend_in: [development] }\n';
    const bench = await openQuiet([{ id: 'staging-a' }, { id: 'dev-b' }, { id: 'prod-c' }], { policy });

    await walk(bench, 60);

    expect(bench.provider.effects).toEqual(['suspend dev-b']);
  });

  test('are left alone without a ladder', async () => {
    const bench = await openQuiet([{ id: 'staging-a', owner: 'U0ANA' }], { policy: 'staleness: { ladder: false }\n' });

    expect(await walk(bench, 60)).toEqual([]);
  });
});

describe('an answer', () => {
  test('keeps a key until a day, and then it is asked about again', async () => {
    const bench = await openQuiet([{ id: 'staging-a', owner: 'U0ANA' }]);
    await walk(bench, 1);
    const { id: keyId } = await bench.keyOf('staging-a');

    await keepStale(bench.deps, { actor: ANA, keyId, day: '2026-10-08', reason: 'the autumn report' });
    const sent = await walk(bench, 34);

    // Its day is over on a Friday; nobody is asked on a weekend.
    expect(await recordOf(bench, 'staging-a')).toMatchObject({ state: 'asked' });
    expect(told(sent)).toEqual([
      '1 edits stale_ask to U0ANA: All answered: staging-a.',
      '32 edits stale_ask to U0ANA: All answered: staging-a.',
      '35 posts stale_ask to U0ANA: Nobody uses your key staging-a. Is it still needed?',
    ]);
    expect(bench.provider.effects).toEqual([]);
  });

  test('of the owner that it can go asks the channel at once', async () => {
    const bench = await openQuiet([{ id: 'staging-a', owner: 'U0ANA' }]);
    await walk(bench, 1);
    const { id: keyId } = await bench.keyOf('staging-a');

    await callDeletable(bench.deps, { actor: ANA, keyId });
    await callDeletable(bench.deps, { actor: ANA, keyId });
    const sent = await sendAll(bench);

    expect(sent.filter(({ kind, isPost }) => isPost && kind === 'stale_round')).toHaveLength(1);
    expect(sent.at(-1)?.draft.text).toContain('<@U0ANA> says that it can be deleted');
  });

  test('is not asked of a key that is being rotated, was registered, or is an admin key', async () => {
    const bench = await openQuiet([
      { id: 'staging-a', owner: 'U0ANA' },
      { id: 'boss', owner: 'U0ANA', kind: 'admin' },
      { id: 'canary-1', owner: 'U0ANA' },
    ]);
    const { id: keyId } = await bench.keyOf('staging-a');
    await openRotation(bench.deps, { actor: ADA, keyId, alertId: null, reason: 'drill' });

    const sent = await walk(bench, 5);

    expect(sent.filter(({ kind }) => kind.startsWith('stale'))).toEqual([]);
  });
});

test('the digest counts what is known apart from what is not, and says what was announced', async () => {
  const bench = await openQuiet([
    { id: 'staging-a' },
    { id: 'staging-b', usedDaysAgo: 2 },
    { id: 'dev-c', usedDaysAgo: null },
  ]);
  await walk(bench, 21);

  const digest = await staleForDigest(bench.deps);

  expect(digest).toMatchObject({ unused: 2, neverUsed: 0, unknown: 0, suspended: [], kept: 0 });
  expect(digest.proposed.map(({ slug }) => slug)).toEqual(['staging-a']);
  expect(digest.proposed[0]?.actAt).toBeGreaterThan(MONDAY + 30 * DAY);
});
