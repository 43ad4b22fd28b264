import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import type { UsageRow } from '../../src/ports/store.ts';
import { NOON, usageOf } from '../support/records.ts';
import { openTestStore, type TestStore } from '../support/store.ts';

const HERE = 'openai-main';
const THERE = 'openai:acme';

function put({ store }: TestStore, connectionId: string, rows: readonly UsageRow[]) {
  return store.write((tx) => tx.usage.replaceWindow(connectionId, { from: NOON - DAY_MS, to: NOON + DAY_MS }, rows));
}

function held({ raw }: TestStore): readonly string[] {
  return raw()
    .prepare<[], string>("SELECT connection_id || ' ' || key_id || ' ' || cost_micro_usd FROM usage ORDER BY 1")
    .pluck()
    .all();
}

describe('usage that moves', () => {
  test('has the new holder, figures as they were; what others hold stays', async () => {
    const opened = openTestStore();
    await put(opened, HERE, [
      usageOf({ keyId: 'nokey:openai-main:p', costMicroUsd: 1 }),
      usageOf({ keyId: 'key_2', costMicroUsd: 2 }),
    ]);

    const from = { connectionId: HERE, keyId: 'nokey:openai-main:p' };
    await opened.store.write((tx) => tx.usage.move(from, { connectionId: THERE, keyId: 'nokey:openai:acme:p' }));

    expect(held(opened)).toEqual(['openai-main key_2 2', 'openai:acme nokey:openai:acme:p 1']);
  });

  test('to one that has the same bucket already is not doubled: what is there is newer', async () => {
    const opened = openTestStore();
    await put(opened, HERE, [
      usageOf({ costMicroUsd: 1 }),
      usageOf({ costMicroUsd: 2, startAt: NOON + MINUTE_MS }),
      usageOf({ costMicroUsd: 4, model: 'other' }),
    ]);
    await put(opened, THERE, [usageOf({ connectionId: THERE, costMicroUsd: 8 })]);

    await opened.store.write((tx) =>
      tx.usage.move({ connectionId: HERE, keyId: 'key_1' }, { connectionId: THERE, keyId: 'key_1' }),
    );

    expect(held(opened)).toEqual(['openai:acme key_1 2', 'openai:acme key_1 4', 'openai:acme key_1 8']);
  });

  test('is seen by the next window, also where its buckets read as this process wrote them', async () => {
    const opened = openTestStore();
    const known = usageOf({ connectionId: THERE, keyId: 'key_2', costMicroUsd: 8 });
    await put(opened, HERE, [usageOf({ costMicroUsd: 1 })]);
    await put(opened, THERE, [known]);
    await opened.store.write((tx) =>
      tx.usage.move({ connectionId: HERE, keyId: 'key_1' }, { connectionId: THERE, keyId: 'key_1' }),
    );

    await put(opened, THERE, [known]);

    expect(held(opened)).toEqual(['openai:acme key_2 8']);
  });
});

test('a bucket that reaches over an instant is found by its start, the widest first; an edge cuts none', async () => {
  const { store } = openTestStore();
  const midnight = NOON - 12 * HOUR_MS;
  const rows = [
    usageOf({ startAt: midnight - DAY_MS, widthMs: DAY_MS }),
    usageOf({ startAt: NOON, widthMs: HOUR_MS }),
    usageOf({ startAt: NOON + 2 * HOUR_MS, widthMs: 15 * MINUTE_MS }),
  ];
  await store.write((tx) => tx.usage.replaceWindow(HERE, { from: midnight - DAY_MS, to: NOON + DAY_MS }, rows));
  const startOf = (at: number, connectionId = HERE) => store.read.usage.bucketStart(connectionId, at);

  expect(await startOf(midnight - HOUR_MS)).toBe(midnight - DAY_MS);
  expect(await startOf(NOON + 59 * MINUTE_MS)).toBe(NOON);
  expect(await startOf(NOON + 2 * HOUR_MS + 14 * MINUTE_MS)).toBe(NOON + 2 * HOUR_MS);
  for (const edge of [midnight, NOON, NOON + HOUR_MS, NOON + 2 * HOUR_MS + 15 * MINUTE_MS]) {
    expect(await startOf(edge)).toBe(edge);
  }
  expect(await startOf(NOON + MINUTE_MS, THERE)).toBe(NOON + MINUTE_MS);
});

test('the oldest start is that of the connection, or nothing', async () => {
  const opened = openTestStore();
  await put(opened, HERE, [usageOf({ startAt: NOON }), usageOf({ startAt: NOON - HOUR_MS })]);

  expect(await opened.store.read.usage.oldestStartOf(HERE)).toBe(NOON - HOUR_MS);
  expect(await opened.store.read.usage.oldestStartOf(THERE)).toBeNull();
});
