import { describe, expect, test } from 'vitest';
import type { Notice, NoticeOf } from '../../src/domain/notice.ts';
import type { InventoryRead } from '../../src/ports/watch.ts';
import { NOON } from '../support/records.ts';
import { openTestStore } from '../support/store.ts';

function blind(fields: Partial<NoticeOf<'blind'>> = {}): NoticeOf<'blind'> {
  return {
    id: 'notice_1',
    kind: 'blind',
    subject: 'usage:fake',
    detail: {
      reading: 'usage',
      connectionId: 'fake',
      failingSince: NOON,
      lastReadAt: null,
      problem: 'It’s "down" <now>',
      readable: false,
    },
    openedAt: NOON + 1,
    updatedAt: NOON + 2,
    closedAt: null,
    ...fields,
  };
}

const DOWN: Notice = {
  id: 'notice_9',
  kind: 'downtime',
  subject: 'usage:fake',
  detail: { from: NOON, to: NOON + 1, waitingFor: [], alertIds: ['a'], unreadable: [] },
  openedAt: NOON,
  updatedAt: NOON,
  closedAt: null,
};

describe('notices', () => {
  test('a notice comes back as it was written and as it was changed', async () => {
    const { store } = openTestStore();
    await store.write((tx) => tx.notices.insert(blind()));
    expect(await store.read.notices.get('notice_1')).toEqual(blind());
    const closed = blind({ closedAt: NOON + 5, updatedAt: NOON + 5, detail: { ...blind().detail, readable: true } });

    await store.write((tx) => tx.notices.update(closed));

    expect(await store.read.notices.get('notice_1')).toEqual(closed);
    expect(await store.read.notices.get('notice_2')).toBeUndefined();
  });

  test('of one kind and subject one is open; another may follow when it is closed', async () => {
    const { store } = openTestStore();
    await store.write((tx) => tx.notices.insert(blind()));

    await expect(store.write((tx) => tx.notices.insert(blind({ id: 'notice_2' })))).rejects.toThrow();
    await store.write((tx) => tx.notices.update(blind({ closedAt: NOON })));
    await store.write((tx) => tx.notices.insert(blind({ id: 'notice_2' })));

    expect((await store.read.notices.open('blind', 'usage:fake'))?.id).toBe('notice_2');
  });

  test('open ones are found by kind, and by kind and subject', async () => {
    const { store } = openTestStore();
    await store.write(async (tx) => {
      await tx.notices.insert(blind({ id: 'notice_3', subject: 'usage:other' }));
      await tx.notices.insert(blind());
      await tx.notices.insert(DOWN);
      await tx.notices.insert(blind({ id: 'notice_4', subject: 'inventory:fake', closedAt: NOON }));
    });

    expect((await store.read.notices.allOpen('blind')).map(({ id }) => id)).toEqual(['notice_1', 'notice_3']);
    expect(await store.read.notices.open('downtime', 'usage:fake')).toEqual(DOWN);
    expect(await store.read.notices.open('blind', 'inventory:fake')).toBeUndefined();
  });
});

test('how the inventory was read comes back as it was last put', async () => {
  const { store } = openTestStore();
  const failed: InventoryRead = {
    connectionId: 'fake',
    readAt: null,
    failingSince: NOON,
    missedReads: 2,
    problem: 'no',
  };
  const read: InventoryRead = {
    connectionId: 'fake',
    readAt: NOON,
    failingSince: null,
    missedReads: 0,
    problem: null,
  };

  await store.write((tx) => tx.inventoryReads.put(failed));
  expect(await store.read.inventoryReads.get('fake')).toEqual(failed);
  await store.write((tx) => tx.inventoryReads.put(read));

  expect(await store.read.inventoryReads.get('fake')).toEqual(read);
  expect(await store.read.inventoryReads.get('other')).toBeUndefined();
});

test('each connection has one pace, the last that was put', async () => {
  const { store } = openTestStore();
  const pace = { connectionId: 'fake', attemptedAt: NOON, hotUntil: NOON + 2, notBeforeAt: NOON + 3 };
  const cool = { connectionId: 'fake', attemptedAt: NOON + 1, hotUntil: null, notBeforeAt: null };
  const other = { ...pace, connectionId: 'other' };
  await store.write(async (tx) => {
    await tx.pollPaces.put(pace);
    await tx.pollPaces.put(other);
  });
  expect((await store.read.pollPaces.all()).get('fake')).toEqual(pace);

  await store.write((tx) => tx.pollPaces.put(cool));

  expect([...(await store.read.pollPaces.all()).values()]).toEqual([cool, other]);
});
