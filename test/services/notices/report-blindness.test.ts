import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { describeAlert } from '../../../src/services/alerts/describe-alert.ts';
import { describeNotice } from '../../../src/services/notices/describe-notice.ts';
import { closeOrphanedBlindness } from '../../../src/services/notices/report-blindness.ts';
import { type Bench, later, NOON, openBench, present } from '../../support/bench-deps.ts';
import { failing, fakeKey } from '../../support/fake-provider.ts';
import { faultyStore } from '../../support/faulty-store.ts';
import { alertOn } from '../../support/findings.ts';
import { benchToPoll, poll } from '../../support/polling.ts';
import { verbs } from '../../support/requests.ts';
import { failKeys, notices, readKeys, sentNotices, settleOutbox } from './support.ts';

const DOWN = failing('provider_unavailable');
const REFUSED = failing('provider_auth');

/** A connection whose usage was read at noon and cannot be read for so many polls after it. */
async function benchInTheDark(misses: number): Promise<Bench> {
  const bench = await benchToPoll();
  await poll(bench);
  await miss(bench, misses);
  return bench;
}

async function miss(bench: Bench, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    bench.provider.script('readUsage', DOWN);
    later(bench, 5 * MINUTE_MS);
    await poll(bench);
  }
}

describe('usage that cannot be read', () => {
  test('is told at the third miss in a row, not before', async () => {
    const bench = await benchInTheDark(2);
    expect(await notices(bench)).toEqual([]);

    await miss(bench, 1);

    expect(await notices(bench)).toMatchObject([
      {
        kind: 'blind',
        subject: 'usage:fake',
        openedAt: NOON + 15 * MINUTE_MS,
        closedAt: null,
        detail: {
          reading: 'usage',
          connectionId: 'fake',
          failingSince: NOON + 5 * MINUTE_MS,
          lastReadAt: NOON,
          problem: 'The provider says provider_unavailable.',
          readable: false,
        },
      },
    ]);
    expect(sentNotices(bench)).toEqual(['notice notice_00000001 pending']);
    expect(verbs(bench)).toContain('notice.opened');
  });

  test('misses that do not follow each other are noise', async () => {
    const bench = await benchInTheDark(2);
    later(bench, 5 * MINUTE_MS);
    await poll(bench);

    await miss(bench, 2);

    expect(await notices(bench)).toEqual([]);
  });

  test('is told once however long it lasts, and again in the same message when the reason changes', async () => {
    const bench = await benchInTheDark(3);
    await settleOutbox(bench);
    await miss(bench, 5);
    expect(sentNotices(bench)).toHaveLength(1);

    later(bench, 5 * MINUTE_MS);
    bench.provider.script('readUsage', REFUSED);
    await poll(bench);

    expect(await notices(bench)).toMatchObject([
      { detail: { problem: 'The provider says provider_auth.', failingSince: NOON + 5 * MINUTE_MS } },
    ]);
    expect(sentNotices(bench)).toEqual(['notice notice_00000001 sent', 'notice notice_00000001 pending']);
  });

  test('is over with the next poll that succeeds; a later darkness is a message of its own', async () => {
    const bench = await benchInTheDark(3);
    await settleOutbox(bench);
    later(bench, 5 * MINUTE_MS);

    await poll(bench);

    expect(await notices(bench)).toMatchObject([{ closedAt: NOON + 20 * MINUTE_MS, detail: { readable: true } }]);
    expect(sentNotices(bench)).toEqual(['notice notice_00000001 sent', 'notice notice_00000001 pending']);
    expect(verbs(bench)).toContain('notice.closed');

    await miss(bench, 3);
    expect((await notices(bench)).map(({ id, closedAt }) => [id, closedAt === null])).toEqual([
      ['notice_00000001', false],
      ['notice_00000002', true],
    ]);
  });

  test('and what the message rests on are one transaction', async () => {
    const bench = await benchInTheDark(2);
    const faulty = faultyStore(bench.store);
    faulty.failWrites(1);
    bench.provider.script('readUsage', DOWN);

    await expect(poll({ ...bench, deps: { ...bench.deps, store: faulty.store } })).rejects.toThrow('disk is full');

    expect(await bench.store.read.watermarks.get('fake')).toMatchObject({ missedPolls: 2 });
    expect(await notices(bench)).toEqual([]);
    expect(sentNotices(bench)).toEqual([]);
  });

  test('is another matter for each connection', async () => {
    const bench = await benchInTheDark(0);
    const rival = bench.connect({ id: 'rival' });
    for (let count = 0; count < 3; count += 1) {
      rival.script('readUsage', DOWN);
      await poll(bench, rival);
      await poll(bench);
    }

    expect((await notices(bench)).map(({ subject }) => subject)).toEqual(['usage:rival']);
  });

  test('shows on the alert cards of the connection, as before', async () => {
    const bench = await benchInTheDark(3);
    const alert = await alertOn(bench, 'key_1');

    expect((await describeAlert(bench.deps, alert.id))?.blind).toMatchObject({ failingSince: NOON + 5 * MINUTE_MS });
  });
});

describe('an inventory that cannot be read', () => {
  test('counts its own misses and is told apart from usage', async () => {
    const bench = await benchInTheDark(2);
    failKeys(bench, 3);
    await readKeys(bench);
    await readKeys(bench);
    expect(await notices(bench)).toEqual([]);

    later(bench, HOUR_MS);
    const thrown = await readKeys(bench);

    expect(thrown).toMatchObject({ code: 'provider_unavailable' });
    expect(await notices(bench)).toMatchObject([
      { subject: 'inventory:fake', detail: { reading: 'inventory', failingSince: NOON + 10 * MINUTE_MS } },
    ]);
    expect(await bench.store.read.inventoryReads.get('fake')).toMatchObject({ missedReads: 3, readAt: null });
  });

  test('is over when it is read; usage that stays dark stays told', async () => {
    const bench = await benchInTheDark(3);
    failKeys(bench, 3);
    for (let count = 0; count < 3; count += 1) await readKeys(bench);

    later(bench, HOUR_MS);
    await readKeys(bench);

    expect((await notices(bench)).map(({ subject, closedAt }) => [subject, closedAt === null])).toEqual([
      ['usage:fake', true],
      ['inventory:fake', false],
    ]);
    expect(await bench.store.read.inventoryReads.get('fake')).toMatchObject({
      readAt: NOON + 15 * MINUTE_MS + HOUR_MS,
      failingSince: null,
      missedReads: 0,
    });
  });
});

describe('what is told of it', () => {
  test('names the connection and how many keys nobody watches, tombstones left out', async () => {
    const bench = openBench({ title: 'Fake AI', policy: 'polling: { usage_minutes: 10 }' });
    bench.provider.put(fakeKey('key_1'), fakeKey('key_2'));
    await bench.sync();
    bench.provider.keys.delete('key_2');
    await bench.sync();
    await miss(bench, 3);

    expect(await describeNotice(bench.deps, 'notice_00000001')).toMatchObject({
      kind: 'blind',
      connection: { connectionId: 'fake', title: 'Fake AI' },
      keys: 1,
      everyMs: 10 * MINUTE_MS,
      closedAt: null,
      detail: { lastReadAt: null },
    });
    expect(await describeNotice(bench.deps, 'notice_00000002')).toBeUndefined();
  });

  test('ends at the next start where the connection is no longer configured', async () => {
    const bench = await benchInTheDark(3);
    await closeOrphanedBlindness(bench.deps);
    expect(present((await notices(bench))[0]).closedAt).toBeNull();

    bench.disconnect('fake');
    await closeOrphanedBlindness(bench.deps);

    expect(await notices(bench)).toMatchObject([{ closedAt: bench.clock.now(), detail: { readable: false } }]);
    expect(await describeNotice(bench.deps, 'notice_00000001')).toMatchObject({ connection: { title: 'fake' } });
  });
});
