import { expect, test } from 'vitest';
import type { OutboxRow } from '../../src/ports/outbox.ts';
import type { Store } from '../../src/ports/store.ts';
import { NOON, present } from '../support/bench-deps.ts';
import { openTestStore } from '../support/store.ts';

const DEAD = { state: 'dead', settledAt: NOON, problem: 'It is archived.', refusedBy: '#ai-keys' } as const;

test('of one subject at most one given-up row stands, and none once it was sent', async () => {
  const { store } = openTestStore();
  for (const id of ['out_1', 'out_2']) {
    await enqueue(store, { id });
    await settle(store, DEAD);
    expect((await store.read.outbox.dead()).map((row) => row.id)).toEqual([id]);
  }
  expect((await store.read.outbox.dead())[0]).toMatchObject({ refusedBy: '#ai-keys' });
  await enqueue(store, { id: 'out_3', subjectId: 'other' });
  await settle(store, DEAD);
  await enqueue(store, { id: 'out_4' });
  await settle(store, { state: 'sent', settledAt: NOON, refusedBy: null });

  expect((await store.read.outbox.dead()).map((row) => row.id)).toEqual(['out_3']);
  expect(await store.read.outbox.counts()).toEqual({ waiting: 0, dead: 1 });
});

test('messages and pages are due, released and counted as waiting apart from each other', async () => {
  const { store } = openTestStore();
  await enqueue(store, { id: 'out_1', createdAt: NOON });
  await enqueue(store, { id: 'out_2', kind: 'page_trigger', threadKey: 'page', createdAt: NOON - 5 });

  expect((await store.read.outbox.due(NOON, 9)).map(({ id }) => id)).toEqual(['out_1']);
  const pages = await store.read.outbox.due(NOON, 9, 'pages');
  expect(pages.map(({ id }) => id)).toEqual(['out_2']);
  expect([await store.read.outbox.nextDueAt(), await store.read.outbox.nextDueAt('pages')]).toEqual([NOON, NOON - 5]);
  expect(await store.read.outbox.oldestWaitingAt()).toBe(NOON);

  await store.write((tx) => tx.outbox.update({ ...present(pages[0]), state: 'sending' }));
  expect(await store.write((tx) => tx.outbox.releaseSending('messages'))).toBe(0);
  expect(await store.write((tx) => tx.outbox.releaseSending())).toBe(1);
});

test('rows and messages are found by how their subject begins, to the letter', async () => {
  const { store } = openTestStore();
  for (const [id, subjectId] of [
    ['out_1', 'trouble_1/U1/alert:a'],
    ['out_2', 'trouble_10/U1/alert:a'],
    ['out_3', 'troubleX1/U1/alert:a'],
  ] as const) {
    await enqueue(store, { id, kind: 'direct', subjectId, threadKey: id });
    const place = { channel: 'D1', ts: id, renderedHash: '', postedAt: NOON, updatedAt: NOON };
    await store.write((tx) => tx.messages.put({ kind: 'direct', subjectId, ...place }));
  }
  expect((await store.read.outbox.about('direct', 'trouble_1/')).map(({ id }) => id)).toEqual(['out_1']);
  expect((await store.read.messages.about('direct', 'trouble_1/')).map(({ ts }) => ts)).toEqual(['out_1']);
  expect(await store.read.outbox.about('alert', 'trouble_1/')).toEqual([]);
});

test('a channel has one trouble at a time; what is over stays known', async () => {
  const { store } = openTestStore();
  const trouble = { id: 'trouble_1', channel: '#ai-keys', problem: 'x', sinceAt: NOON, endedAt: null };
  await store.write((tx) => tx.channelTroubles.put(trouble));
  await expect(store.write((tx) => tx.channelTroubles.put({ ...trouble, id: 'trouble_2' }))).rejects.toThrow();
  await store.write((tx) => tx.channelTroubles.put({ ...trouble, endedAt: NOON + 1 }));
  expect(await store.read.channelTroubles.open()).toEqual([]);
  expect(await store.read.channelTroubles.get('trouble_1')).toEqual({ ...trouble, endedAt: NOON + 1 });
});

test('what a webhook was told last, and how it fares, is kept', async () => {
  const { store } = openTestStore();
  expect(await store.read.pages.get('webhook', 'alert_1')).toBeNull();
  for (const kind of ['trigger', 'resolve'] as const) {
    await store.write((tx) => tx.pages.put({ target: 'webhook', alertId: 'alert_1', kind, sentAt: NOON }));
    expect(await store.read.pages.get('webhook', 'alert_1')).toBe(kind);
  }
  const state = { id: 'webhook', sentAt: NOON, failingSince: null, problem: null };
  await store.write((tx) => tx.outlets.put(state));
  expect(await store.read.outlets.get('webhook')).toEqual(state);
  expect(await store.read.outlets.get('heartbeat')).toBeUndefined();
});

async function enqueue(store: Store, row: Partial<OutboxRow> & { readonly id: string }): Promise<void> {
  const whole = { kind: 'alert', subjectId: 'alert_1', threadKey: row.id, createdAt: NOON, ...row };
  await store.write((tx) => tx.outbox.enqueue(whole));
}

/** The row that is due first. */
async function settle(store: Store, fields: Partial<OutboxRow>): Promise<void> {
  const row = present((await store.read.outbox.due(NOON, 1))[0]);
  await store.write((tx) => tx.outbox.update({ ...row, ...fields }));
}
