import { describe, expect, test } from 'vitest';
import type { EventWatermark, StoredEvent } from '../../src/ports/events.ts';
import { NOON } from '../support/records.ts';
import { openTestStore } from '../support/store.ts';

function eventOf(at: number, fields: Partial<StoredEvent> = {}): StoredEvent {
  return {
    identity: `fake:event_${at}`,
    providerId: 'fake',
    connectionId: 'fake',
    id: `event_${at}`,
    at,
    kind: 'key.made',
    keyId: null,
    scopeId: null,
    keyChange: null,
    actor: 'ada@acme.test',
    detail: { ip: '192.0.2.7', count: 2, sure: true, none: null },
    seenAt: NOON,
    ...fields,
  };
}

function storeWith(...events: readonly StoredEvent[]) {
  const opened = openTestStore();
  return { ...opened, filled: opened.store.write((tx) => tx.providerEvents.add(events)) };
}

describe('provider events', () => {
  test('an event comes back as it was read', async () => {
    const event = eventOf(NOON, { keyId: 'key_1', scopeId: 'ws_1', keyChange: 'created' });
    const { store, filled } = storeWith(event);

    expect(await filled).toBe(1);
    expect(await store.read.providerEvents.ofKey({ providerId: 'fake', providerKeyId: 'key_1' }, 5)).toEqual([event]);
  });

  test('what was read before is left out, in one batch and over many, and stays what it was', async () => {
    const many = Array.from({ length: 1_201 }, (_, index) => eventOf(NOON + index, { keyId: 'key_1' }));
    const { store, filled } = storeWith(...many, eventOf(NOON, { keyId: 'key_1' }));
    expect(await filled).toBe(1_201);

    const again = [eventOf(NOON, { keyId: 'key_1', kind: 'other', seenAt: NOON + 9 }), eventOf(NOON - 1)];
    expect(await store.write((tx) => tx.providerEvents.add(again))).toBe(1);
    expect(await store.write((tx) => tx.providerEvents.add([]))).toBe(0);

    const key = { providerId: 'fake', providerKeyId: 'key_1' };
    const kept = await store.read.providerEvents.ofKey(key, 2_000);
    expect(kept.at(-1)).toEqual(eventOf(NOON, { keyId: 'key_1' }));
  });

  test('a key’s events come newest first, as many as asked for, and no other provider’s', async () => {
    const { store, filled } = storeWith(
      eventOf(NOON, { keyId: 'key_1' }),
      eventOf(NOON + 2, { keyId: 'key_1' }),
      eventOf(NOON + 1, { keyId: 'key_1' }),
      eventOf(NOON + 3, { keyId: 'key_2' }),
      eventOf(NOON + 4, { keyId: 'key_1', providerId: 'rival', identity: 'rival:1' }),
    );
    await filled;

    const found = await store.read.providerEvents.ofKey({ providerId: 'fake', providerKeyId: 'key_1' }, 2);

    expect(found.map(({ at }) => at)).toEqual([NOON + 2, NOON + 1]);
  });

  test('events about any of the keys or scopes come ascending and once, within the range', async () => {
    const { store, filled } = storeWith(
      eventOf(NOON + 3, { keyId: 'key_1', scopeId: 'ws_1' }),
      eventOf(NOON + 1, { scopeId: 'ws_1' }),
      eventOf(NOON + 2, { keyId: 'key_2', scopeId: 'ws_2' }),
      eventOf(NOON, { keyId: 'key_1' }),
      eventOf(NOON + 4, { keyId: 'key_1' }),
      eventOf(NOON + 2, { keyId: 'key_1', providerId: 'rival', identity: 'rival:1' }),
    );
    await filled;
    const keyIds = [...Array.from({ length: 1_000 }, (_, index) => `other_${index}`), 'key_1'];
    const range = { providerId: 'fake', from: NOON + 1, to: NOON + 4 };

    const about = await store.read.providerEvents.about({ ...range, keyIds, scopeIds: ['ws_1'] });

    expect(about.map(({ at }) => at)).toEqual([NOON + 1, NOON + 3]);
    expect(await store.read.providerEvents.about({ ...range, keyIds: [], scopeIds: [] })).toEqual([]);
  });

  test('the newest change of a key is told per connection, up to an instant', async () => {
    const { store, filled } = storeWith(
      eventOf(NOON + 1, { keyChange: 'created' }),
      eventOf(NOON + 2, { keyChange: 'deleted' }),
      eventOf(NOON + 3),
      eventOf(NOON + 4, { keyChange: 'created', connectionId: 'other' }),
    );
    await filled;
    const { newestKeyChangeAt } = store.read.providerEvents;

    expect(await newestKeyChangeAt('fake', NOON + 9)).toBe(NOON + 2);
    expect(await newestKeyChangeAt('fake', NOON + 1)).toBe(NOON + 1);
    expect(await newestKeyChangeAt('fake', NOON)).toBeNull();
  });

  test('pruning takes the oldest first, so many at a time, and nothing that is young enough', async () => {
    const { store, filled } = storeWith(...[5, 1, 4, 2, 3].map((ms) => eventOf(NOON + ms, { keyId: 'key_1' })));
    await filled;
    const prune = () => store.write((tx) => tx.providerEvents.prune(NOON + 4, 2));
    const left = async () =>
      (await store.read.providerEvents.ofKey({ providerId: 'fake', providerKeyId: 'key_1' }, 9)).map(({ at }) => at);

    expect([await prune(), await left()]).toEqual([2, [NOON + 5, NOON + 4, NOON + 3]]);
    expect([await prune(), await prune(), await left()]).toEqual([1, 0, [NOON + 5, NOON + 4]]);
  });
});

test('how far an event log was read comes back as it was last put', async () => {
  const { store } = openTestStore();
  const failing: EventWatermark = {
    connectionId: 'fake',
    availability: null,
    changedAt: NOON,
    readUntil: null,
    newestEventAt: null,
    notBeforeAt: NOON + 5,
    failingSince: NOON + 1,
    misses: 2,
    problem: 'no',
  };
  const read: EventWatermark = {
    connectionId: 'fake',
    availability: 'available',
    changedAt: NOON + 2,
    readUntil: NOON + 3,
    newestEventAt: NOON + 4,
    notBeforeAt: null,
    failingSince: null,
    misses: 0,
    problem: null,
  };

  await store.write((tx) => tx.eventWatermarks.put(failing));
  expect(await store.read.eventWatermarks.get('fake')).toEqual(failing);
  await store.write((tx) => tx.eventWatermarks.put(read));
  await store.write((tx) => tx.eventWatermarks.put({ ...failing, connectionId: 'other' }));

  expect(await store.read.eventWatermarks.all()).toEqual([read, { ...failing, connectionId: 'other' }]);
  expect(await store.read.eventWatermarks.get('third')).toBeUndefined();
});
