import { describe, expect, test } from 'vitest';
import type { MessageRecord, OutboxRow, Store } from '../../src/ports/store.ts';
import { NOON } from '../support/records.ts';
import { openTestStore } from '../support/store.ts';

const LATER = NOON + 60_000;

describe('what is enqueued', () => {
  test('a new row is pending and due from its making on', async () => {
    const { store } = openTestStore();

    await enqueue(store, { id: 'out_1', subject: 'evt_1', thread: 'alert_1', kind: 'alert_event' });

    expect(await store.read.outbox.due(NOON - 1, 9)).toEqual([]);
    expect(await store.read.outbox.due(NOON, 9)).toEqual([
      {
        id: 'out_1',
        kind: 'alert_event',
        subjectId: 'evt_1',
        threadKey: 'alert_1',
        state: 'pending',
        attempts: 0,
        notBeforeAt: NOON,
        createdAt: NOON,
        settledAt: null,
        problem: null,
        refusedBy: null,
      },
    ]);
  });

  test('while one of a subject waits, another of it is left out; another kind of the same subject is not', async () => {
    const { store } = openTestStore();

    await enqueue(store, { id: 'out_1', subject: 'a' }, { id: 'out_2', subject: 'a', createdAt: LATER });
    await enqueue(store, { id: 'out_3', subject: 'a', thread: 'b', kind: 'alert_event' });

    expect(await dueIds(store)).toEqual(['out_1', 'out_3']);
    expect(await store.read.outbox.counts()).toEqual({ waiting: 2, dead: 0 });
  });

  test.each(['sending', 'sent', 'dead'] as const)('one that is %s does not stand for a later change', async (state) => {
    const { store } = openTestStore();
    await enqueue(store, { id: 'out_1', subject: 'a' });
    await settle(store, await claim(store, 'out_1'), { state });

    await enqueue(store, { id: 'out_2', subject: 'a' });
    const first = state === 'sending' ? 1 : 0;

    expect((await store.read.outbox.counts()).waiting).toBe(first + 1);
  });
});

describe('what is due', () => {
  test('the oldest come first, as many as are asked for', async () => {
    const { store } = openTestStore();
    await enqueue(store, { id: 'out_3', subject: 'c' }, { id: 'out_1', subject: 'a' }, { id: 'out_2', subject: 'b' });

    expect(await dueIds(store)).toEqual(['out_1', 'out_2', 'out_3']);
    expect((await store.read.outbox.due(NOON, 2)).map(({ id }) => id)).toEqual(['out_1', 'out_2']);
  });

  test('in a thread a row is due only when all before it are settled', async () => {
    const { store } = openTestStore();
    await enqueue(store, { id: 'out_1', subject: 'a', thread: 't' }, { id: 'out_2', subject: 'b', thread: 't' });
    await enqueue(store, { id: 'out_3', subject: 'c', thread: 't' }, { id: 'out_4', subject: 'd' });

    expect(await dueIds(store)).toEqual(['out_1', 'out_4']);
    const first = await claim(store, 'out_1');
    expect(await dueIds(store)).toEqual(['out_4']);
    await settle(store, first, { state: 'sent' });
    expect(await dueIds(store)).toEqual(['out_2', 'out_4']);
    await settle(store, await claim(store, 'out_2'), { state: 'dead' });
    expect(await dueIds(store)).toEqual(['out_3', 'out_4']);
  });

  test('a row that has to wait holds up its own thread and no other', async () => {
    const { store } = openTestStore();
    await enqueue(store, { id: 'out_1', subject: 'a', thread: 't' }, { id: 'out_2', subject: 'b', thread: 't' });
    await enqueue(store, { id: 'out_3', subject: 'c' });
    await settle(store, await claim(store, 'out_1'), { state: 'pending', notBeforeAt: LATER });

    expect(await dueIds(store)).toEqual(['out_3']);
    expect(await dueIds(store, LATER)).toEqual(['out_1', 'out_3']);
  });

  test('the next due instant leaves out rows that wait behind another one', async () => {
    const { store } = openTestStore();
    expect(await store.read.outbox.nextDueAt()).toBeNull();
    await enqueue(store, { id: 'out_1', subject: 'a', thread: 't' }, { id: 'out_2', subject: 'b', thread: 't' });

    const first = await claim(store, 'out_1');
    expect(await store.read.outbox.nextDueAt()).toBeNull();
    await settle(store, first, { state: 'pending', notBeforeAt: LATER });
    expect(await store.read.outbox.nextDueAt()).toBe(LATER);
    await enqueue(store, { id: 'out_3', subject: 'c', createdAt: LATER - 5 });
    expect(await store.read.outbox.nextDueAt()).toBe(LATER - 5);
  });
});

describe('what was tried', () => {
  test('attempts, time and problem of a try are kept', async () => {
    const { store } = openTestStore();
    await enqueue(store, { id: 'out_1', subject: 'a' });
    const claimed = await claim(store, 'out_1');

    await settle(store, claimed, { state: 'pending', notBeforeAt: LATER, problem: 'Slack is busy.' });

    const [row] = await store.read.outbox.due(LATER, 9);
    expect(row).toEqual({
      ...claimed,
      state: 'pending',
      attempts: 1,
      notBeforeAt: LATER,
      problem: 'Slack is busy.',
    });
  });

  test('a row that goes back takes the place of the one that waits for the same subject', async () => {
    const { store } = openTestStore();
    await enqueue(store, { id: 'out_1', subject: 'a', thread: 't' });
    const first = await claim(store, 'out_1');
    await enqueue(store, { id: 'out_4', subject: 'a', thread: 'u', kind: 'alert_event' });
    await enqueue(store, { id: 'out_2', subject: 'b', thread: 't' }, { id: 'out_3', subject: 'a', thread: 't' });

    await settle(store, first, { state: 'pending', notBeforeAt: LATER });

    expect(await store.read.outbox.counts()).toEqual({ waiting: 3, dead: 0 });
    const [again, otherKind] = await store.read.outbox.due(LATER, 9);
    expect(again).toEqual({ ...first, state: 'pending', notBeforeAt: LATER });
    expect(otherKind?.id).toBe('out_4');
  });

  test('a row that is settled leaves the one that waits for the same subject alone', async () => {
    const { store } = openTestStore();
    await enqueue(store, { id: 'out_1', subject: 'a' });
    const first = await claim(store, 'out_1');
    await enqueue(store, { id: 'out_2', subject: 'a' });

    await settle(store, first, { state: 'sent', settledAt: NOON });

    expect(await dueIds(store)).toEqual(['out_2']);
  });

  test('a crash leaves rows in sending; released, they are due again with their attempts, and none is doubled', async () => {
    const { store } = openTestStore();
    await enqueue(store, { id: 'out_1', subject: 'a' }, { id: 'out_2', subject: 'b' }, { id: 'out_3', subject: 'c' });
    const first = await claim(store, 'out_1');
    const second = await claim(store, 'out_2');
    await enqueue(store, { id: 'out_4', subject: 'a' });

    expect(await store.write((tx) => tx.outbox.releaseSending())).toBe(2);
    expect(await store.write((tx) => tx.outbox.releaseSending())).toBe(0);

    expect(await dueIds(store)).toEqual(['out_1', 'out_2', 'out_3']);
    expect((await store.read.outbox.due(NOON, 2)).map(({ attempts }) => attempts)).toEqual([
      first.attempts,
      second.attempts,
    ]);
    expect((await store.read.outbox.counts()).waiting).toBe(3);
  });

  test('what was given up is listed with its problem, oldest first, and counted apart from what waits', async () => {
    const { store } = openTestStore();
    await enqueue(store, { id: 'out_1', subject: 'a' }, { id: 'out_2', subject: 'b' }, { id: 'out_3', subject: 'c' });
    await enqueue(store, { id: 'out_4', subject: 'd' });
    const dead = { state: 'dead', settledAt: LATER, problem: 'No such channel.' } as const;
    const [second, first] = [await claim(store, 'out_2'), await claim(store, 'out_1')];
    await settle(store, second, dead);
    await settle(store, first, { ...dead, notBeforeAt: LATER });
    await settle(store, await claim(store, 'out_3'), { state: 'sent', settledAt: LATER });
    await claim(store, 'out_4');

    expect(await store.read.outbox.dead()).toEqual([
      { ...first, ...dead, notBeforeAt: LATER },
      { ...second, ...dead },
    ]);
    expect(await store.read.outbox.counts()).toEqual({ waiting: 1, dead: 2 });
    expect(await dueIds(store)).toEqual([]);
  });
});

describe('outbox rows that nobody asks for any more', () => {
  test('what was sent or dismissed is pruned, oldest first and so many at a time; all else stays', async () => {
    const { store, raw } = openTestStore();
    const ids = ['out_1', 'out_2', 'out_3', 'out_4', 'out_5', 'out_6'];
    await enqueue(store, ...ids.map((id) => ({ id, subject: id })));
    const states = [
      ['out_1', 'sent', LATER - 1],
      ['out_2', 'dismissed', LATER - 3],
      ['out_3', 'sent', LATER - 2],
      ['out_4', 'sent', LATER],
      ['out_5', 'dead', LATER - 9],
    ] as const;
    for (const [id, state, settledAt] of states) await settle(store, await claim(store, id), { state, settledAt });
    const prune = () => store.write((tx) => tx.outbox.prune(LATER, 2));
    const left = () => raw().prepare<[], string>('SELECT id FROM outbox ORDER BY id').pluck().all();

    expect([await prune(), left()]).toEqual([2, ['out_1', 'out_4', 'out_5', 'out_6']]);
    expect([await prune(), await prune(), left()]).toEqual([1, 0, ['out_4', 'out_5', 'out_6']]);
  });

  test('a dismissed message is neither due nor counted, and does not hold up its thread', async () => {
    const { store } = openTestStore();
    await enqueue(store, { id: 'out_1', subject: 'a' }, { id: 'out_2', subject: 'a2' });
    await settle(store, await claim(store, 'out_1'), { state: 'dismissed', settledAt: LATER });

    expect(await store.read.outbox.counts()).toEqual({ waiting: 1, dead: 0 });
    expect(await store.read.outbox.dead()).toEqual([]);
    expect(await dueIds(store)).toEqual(['out_2']);
  });
});

describe('messages', () => {
  const message: MessageRecord = {
    kind: 'alert',
    subjectId: 'alert_1',
    channel: 'C1',
    ts: '1700000000.000100',
    renderedHash: 'h1',
    postedAt: NOON,
    updatedAt: NOON,
  };

  test('a message is found by its subject and by its place, and is changed, not doubled', async () => {
    const { store } = openTestStore();
    const moved: MessageRecord = {
      ...message,
      channel: 'C2',
      ts: '1700000000.000200',
      renderedHash: 'h2',
      postedAt: NOON + 1,
      updatedAt: NOON + 2,
    };

    await store.write((tx) => tx.messages.put(message));
    expect(await store.read.messages.get('alert', 'alert_1')).toEqual(message);
    expect(await store.read.messages.at('C1', '1700000000.000100')).toEqual(message);
    await store.write((tx) => tx.messages.put(moved));

    expect(await store.read.messages.get('alert', 'alert_1')).toEqual(moved);
    expect(await store.read.messages.at('C2', '1700000000.000200')).toEqual(moved);
    expect(await store.read.messages.at('C1', '1700000000.000100')).toBeUndefined();
  });

  test('kind and subject, channel and time each count', async () => {
    const { store } = openTestStore();
    const others = [
      { ...message, kind: 'alert_event', ts: '2.0' },
      { ...message, subjectId: 'alert_2', channel: 'C2' },
    ];
    await store.write(async (tx) => {
      for (const each of [...others, message]) await tx.messages.put(each);
    });

    expect(await store.read.messages.get('alert', 'alert_1')).toEqual(message);
    expect(await store.read.messages.at('C1', message.ts)).toEqual(message);
    expect(await store.read.messages.get('alert_event', 'alert_2')).toBeUndefined();
    expect(await store.read.messages.at('C2', '2.0')).toBeUndefined();
  });
});

interface Wanted {
  readonly id: string;
  readonly subject: string;
  readonly thread?: string;
  readonly kind?: string;
  readonly createdAt?: number;
}

async function enqueue(store: Store, ...rows: readonly Wanted[]): Promise<void> {
  await store.write(async (tx) => {
    for (const { id, subject, thread = subject, kind = 'alert', createdAt = NOON } of rows) {
      await tx.outbox.enqueue({ id, kind, subjectId: subject, threadKey: thread, createdAt });
    }
  });
}

async function dueIds(store: Store, now = NOON): Promise<string[]> {
  return (await store.read.outbox.due(now, 99)).map(({ id }) => id);
}

/** What the sender does before it calls Slack. */
async function claim(store: Store, id: string): Promise<OutboxRow> {
  const row = (await store.read.outbox.due(LATER, 99)).find((each) => each.id === id);
  if (row === undefined) throw new Error(`${id} is not due`);
  const claimed: OutboxRow = { ...row, state: 'sending', attempts: row.attempts + 1 };
  await store.write((tx) => tx.outbox.update(claimed));
  return claimed;
}

async function settle(store: Store, claimed: OutboxRow, fields: Partial<OutboxRow>): Promise<void> {
  await store.write((tx) => tx.outbox.update({ ...claimed, ...fields }));
}
