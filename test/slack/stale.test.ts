import type { View } from '@slack/types';
import { describe, expect, test } from 'vitest';
import { readInventory } from '../../src/services/inventory/read-inventory.ts';
import { climbStale } from '../../src/services/stale/climb-stale.ts';
import { askedCards, newsCards, proposedCards } from '../../src/services/stale/describe-stale.ts';
import { encodeButton } from '../../src/slack/button-value.ts';
import { staleBulkButton } from '../../src/slack/views/stale-list.ts';
import { staleAskView, staleNewsView, staleRoundView } from '../../src/slack/views/stale-messages.ts';
import { member, present } from '../support/bench-deps.ts';
import { fakeKey } from '../support/fake-provider.ts';
import { poll } from '../support/polling.ts';
import { sendAll } from '../support/sent.ts';
import { LOCALE } from './support/cards.ts';
import { ADMIN, type CommandBench, openCommandBench, PERSON, RESPONDER } from './support/command-bench.ts';
import { expectMessage, expectView, seen, seenView } from './support/golden.ts';

const DAY = 86_400_000;
/** A Monday. */
const MONDAY = Date.UTC(2026, 9, 19, 10);

/** Quiet keys of one owner, one never used, one in use, one that has been watched for too short. */
async function quietBench(): Promise<CommandBench> {
  const bench = openCommandBench({
    now: MONDAY,
    policy: 'staleness: { suspend_in: [production, staging] }',
  });
  const createdAt = MONDAY - 300 * DAY;
  bench.provider.put(
    fakeKey('staging-a', { createdAt, lastUsedAt: MONDAY - 70 * DAY }),
    fakeKey('staging-<b>', { createdAt, lastUsedAt: MONDAY - 43 * DAY, label: 'staging-<!channel>' }),
    fakeKey('prod-c', { createdAt, lastUsedAt: MONDAY - 65 * DAY }),
    fakeKey('dev-never', { createdAt: MONDAY - 30 * DAY }),
    fakeKey('dev-used', { createdAt, lastUsedAt: MONDAY - DAY }),
    fakeKey('dev-new', { createdAt: MONDAY - 40 * DAY }),
    fakeKey('boss', { createdAt, kind: 'admin', scopeId: null }),
  );
  await readInventory(bench.deps, bench.provider.port);
  await poll(bench);
  // It came when Keysteward was there for a while; usage is read back for a month.
  const young = await bench.keyOf('dev-new');
  await bench.store.write((tx) => tx.keys.update({ ...young, firstSeenAt: MONDAY + 19 * DAY }));
  await bench.store.write((tx) => tx.members.upsert({ ...member(PERSON), lastSeenAt: MONDAY }));
  for (const id of ['staging-a', 'staging-<b>', 'prod-c']) {
    const lineage = await bench.lineageOf(id);
    await bench.store.write((tx) => tx.lineages.update({ ...lineage, ownerSlackId: PERSON }));
  }
  return bench;
}

async function buttonFor(bench: CommandBench, id: string): Promise<string> {
  const { id: keyId, generation } = await bench.keyOf(id);
  return encodeButton({ alertId: null, keyId, generation });
}

async function recordOf(bench: CommandBench, id: string) {
  return bench.store.read.stale.get((await bench.keyOf(id)).id);
}

/** Three weeks on: what was asked about is proposed. */
async function proposedBench() {
  const bench = await quietBench();
  await climbStale(bench.deps);
  for (let week = 0; week < 2; week += 1) {
    bench.clock.jumpTo(bench.clock.now() + 7 * DAY);
    await readInventory(bench.deps, bench.provider.port);
    await poll(bench);
    await climbStale(bench.deps);
  }
  return bench;
}

describe('/keys stale', () => {
  test('tells unused, never used and unknown apart, with what to do about each', async () => {
    const bench = await quietBench();

    const list = present(await bench.run('stale'));

    await expectMessage('stale-list', list);
    expect(seen(list)).toContain('watched for 12 days only');
    expect(JSON.stringify(list.blocks)).not.toContain('<!channel>');
    expect(seen(present(await bench.run('stale 69')))).not.toContain('prod-c');
    await expect(bench.run('stale soon')).rejects.toThrow();
  });
});

describe('what the owner and the channel are asked', () => {
  test('is one message each, brought up to date by every answer', async () => {
    const bench = await quietBench();
    await climbStale(bench.deps);
    const asked = present((await recordOf(bench, 'staging-a'))?.askRound);
    await expectMessage('stale-ask', staleAskView(await askedCards(bench.deps, asked), LOCALE));

    await bench.click('stale_keep', await buttonFor(bench, 'staging-a'), PERSON);
    await expectView('stale-keep', present(bench.views.at(-1)));
    expect(await bench.submit({ reason: '', day: '2026-10-19' }, PERSON)).toEqual({
      reason: expect.any(String),
      day: expect.any(String),
    });
    const last = (await bench.submit({ reason: 'yearly *run*', day: '2026-12-24' }, PERSON)) as View;
    expect(seenView(last)).toContain('kept until 2026-12-24');
    expect(seen(staleAskView(await askedCards(bench.deps, asked), LOCALE))).toContain('kept until 2026-12-24');
    expect(await recordOf(bench, 'staging-a')).toMatchObject({ state: 'kept', keptBy: `slack:T1/${PERSON}` });
  });

  test('names the date in the channel, and what happened then', async () => {
    const bench = await proposedBench();
    const round = present((await recordOf(bench, 'prod-c'))?.proposalRound);
    await expectMessage('stale-round', staleRoundView(await proposedCards(bench.deps, round), LOCALE));

    bench.clock.jumpTo(present((await recordOf(bench, 'prod-c'))?.actAt));
    await readInventory(bench.deps, bench.provider.port);
    await poll(bench);
    await climbStale(bench.deps);

    const subject = [round, 'stopped', bench.clock.now()].join('/');
    const { cards } = await newsCards(bench.deps, subject);
    expect(cards.map(({ lineage }) => lineage.slug)).toEqual(['staging-a', 'prod-c']);
    expect(seen(staleNewsView('stopped', cards, LOCALE))).toContain('its suspension is on its way');
    const sent = await sendAll(bench);
    expect(sent.filter(({ kind }) => kind === 'stale_news')).toHaveLength(1);
  });
});

describe('an owner', () => {
  test('who may not delete asks the channel to; who may deletes', async () => {
    const bench = await quietBench();
    await bench.click('stale_delete', await buttonFor(bench, 'staging-a'), PERSON);
    await bench.submit({}, PERSON);
    expect(await recordOf(bench, 'staging-a')).toMatchObject({
      state: 'proposed',
      deletableBy: `slack:T1/${PERSON}`,
    });

    await bench.click('stale_delete', await buttonFor(bench, 'prod-c'), RESPONDER);
    expect(bench.views.at(-1)).toMatchObject({ callback_id: 'key_action' });
    // Two people for production, as ever.
    await bench.submit({ reason: 'unused', slug: 'prod-c' }, RESPONDER);
    expect(await bench.store.read.approvals.waiting()).toHaveLength(1);
    expect(bench.provider.effects).toEqual([]);
  });

  test('answers for own keys only', async () => {
    const bench = await quietBench();
    const refused = async (action: string) => {
      await bench.click(action, await buttonFor(bench, 'dev-never'), PERSON);
      return seenView(present(bench.views.at(-1)));
    };

    expect(await refused('stale_keep')).toContain('Nothing was done');
    expect(await refused('stale_delete')).toContain('Nothing was done');
  });
});

describe('several at once', () => {
  async function open() {
    const bench = await quietBench();
    await bench.click('stale_bulk', staleBulkButton.encode({ d: 30 }), RESPONDER);
    const idOf = async (...ids: string[]) => Promise.all(ids.map(async (id) => (await bench.keyOf(id)).id));
    return { bench, idOf };
  }

  test('offers what is known to be quiet', async () => {
    const { bench } = await open();

    await expectView('stale-bulk', present(bench.views.at(-1)));
    expect(await bench.submit({}, RESPONDER, { keys: [] })).toMatchObject({
      keys: expect.any(String),
      what: expect.any(String),
    });
  });

  test('suspends what it may and says what became of each key', async () => {
    const { bench, idOf } = await open();
    const keys = await idOf('staging-a', 'prod-c');

    const page = await bench.submit({ what: 'suspend', reason: 'left over' }, RESPONDER, { keys });

    expect(seenView(page as View)).toMatch(/staging-a: its suspension is on its way/);
    expect(seenView(page as View)).toMatch(/prod-c: not suspended, since it counts as production/);
    expect((await bench.store.read.actions.unfinished()).map(({ kind }) => kind)).toEqual(['suspend']);
  });

  test('keeps many, and asks each owner once', async () => {
    const { bench, idOf } = await open();
    await bench.submit({ what: 'keep', reason: 'audit', day: '2026-12-24' }, RESPONDER, {
      keys: await idOf('dev-never'),
    });
    expect(await recordOf(bench, 'dev-never')).toMatchObject({ state: 'kept' });

    await bench.click('stale_bulk', staleBulkButton.encode({ d: 30 }), ADMIN);
    const keys = await idOf('staging-a', 'prod-c', 'dev-never');
    const page = await bench.submit({ what: 'ask', reason: 'audit' }, ADMIN, { keys });

    expect(seenView(page as View)).toMatch(
      /prod-c, staging-a: .* is asked in one message|staging-a, prod-c: .* is asked/,
    );
    expect(seenView(page as View)).toContain('dev-never: nobody to ask');
    const asks = (await sendAll(bench)).filter(({ kind, isPost }) => kind === 'stale_ask' && isPost);
    expect(asks).toHaveLength(1);
  });
});
