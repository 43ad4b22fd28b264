import { describe, expect, test } from 'vitest';
import type { CostRead } from '../../src/domain/cost-plan.ts';
import type { CostLine } from '../../src/domain/reconciliation.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import type { UsageRow } from '../../src/ports/store.ts';
import { NOON, usageOf } from '../support/records.ts';
import { openTestStore } from '../support/store.ts';
import { watchWrites } from '../support/watch-writes.ts';

const DAY = NOON - 12 * HOUR_MS;
const ALL = { from: 0, to: DAY + 10 * DAY_MS };

function line(fields: Partial<CostLine> = {}): CostLine {
  return {
    dayAt: DAY,
    scopeId: 'proj_1',
    keyId: 'key_1',
    providerMicroUsd: 5,
    ownMicroUsd: 4,
    estimatedMicroUsd: 3,
    hasUnpriced: true,
    ...fields,
  };
}

async function storeWith(lines: readonly CostLine[], usage: readonly UsageRow[] = []) {
  const { store, raw } = openTestStore();
  const replace = (days: readonly CostLine[], range = ALL) =>
    store.write((tx) => tx.dayCosts.replaceDays('openai-main', range, { lines: days, at: NOON }));
  await replace(lines);
  await store.write((tx) => tx.usage.replaceWindow('openai-main', { from: 0, to: NOON + DAY_MS }, usage));
  return { store, raw, replace };
}

describe('the costs of days', () => {
  test('come back as they were written, nothing known apart from nothing spent', async () => {
    const lines = [
      line(),
      line({ keyId: 'key_2', providerMicroUsd: null }),
      line({ scopeId: '', keyId: '', ownMicroUsd: null }),
    ];

    const { store } = await storeWith(lines);

    expect(await store.read.dayCosts.lines('openai-main', ALL)).toEqual([lines[2], lines[0], lines[1]]);
    expect(await store.read.dayCosts.lines('openai-other', ALL)).toEqual([]);
    expect(await store.read.dayCosts.lines('openai-main', { from: DAY + DAY_MS, to: ALL.to })).toEqual([]);
  });

  test('are replaced for the days of the range alone; what is the same is not written', async () => {
    const later = line({ dayAt: DAY + DAY_MS });
    const { store, raw, replace } = await storeWith([line(), line({ keyId: 'key_2' }), later]);
    const writes = watchWrites(raw(), ['day_costs']);

    const written = await replace([line(), line({ keyId: 'key_3' })], { from: DAY, to: DAY + DAY_MS });

    expect([written, writes()]).toEqual([2, ['delete day_costs', 'insert day_costs']]);
    const kept = await store.read.dayCosts.lines('openai-main', ALL);
    expect(kept.map(({ dayAt, keyId }) => [dayAt - DAY, keyId])).toEqual([
      [0, 'key_1'],
      [0, 'key_3'],
      [DAY_MS, 'key_1'],
    ]);
  });

  test.each([
    ['the provider’s figure', { providerMicroUsd: 6 }],
    ['that the provider says nothing', { providerMicroUsd: null }],
    ['our figure', { ownMicroUsd: 5 }],
    ['what is estimated', { estimatedMicroUsd: 2 }],
    ['what has no price', { hasUnpriced: false }],
  ])('are written when %s changes', async (_, fields) => {
    const { store, replace } = await storeWith([line()]);

    expect(await replace([line(fields)])).toBe(1);
    expect(await store.read.dayCosts.lines('openai-main', ALL)).toEqual([line(fields)]);
  });

  test('are added up by day; a day of which a part is not compared is not compared', async () => {
    const next = DAY + DAY_MS;
    const { store } = await storeWith([
      line(),
      line({ keyId: 'key_2', providerMicroUsd: null, ownMicroUsd: 7 }),
      line({ dayAt: next }),
      line({ dayAt: next, keyId: 'key_2', ownMicroUsd: null }),
    ]);

    expect(await store.read.dayCosts.totals('openai-main', ALL)).toEqual([
      { dayAt: DAY, providerMicroUsd: 5, ownMicroUsd: 11 },
      { dayAt: next, providerMicroUsd: 10, ownMicroUsd: null },
    ]);
  });
});

describe('our own usage by day', () => {
  test('is one sum per key, of minutes, quarters, hours and days alike, and keeps what is not from the list', async () => {
    const at = (startAt: number, widthMs: number, fields: Partial<UsageRow> = {}) =>
      usageOf({ startAt, widthMs, costMicroUsd: 10, ...fields });
    const { store } = await storeWith(
      [],
      [
        at(DAY, MINUTE_MS),
        at(DAY + DAY_MS - MINUTE_MS, MINUTE_MS, { priceSource: 'sibling', model: 'gpt-6' }),
        at(DAY + HOUR_MS, 15 * MINUTE_MS),
        at(DAY + 2 * HOUR_MS, HOUR_MS, { keyId: 'key_2', priceSource: 'unpriced', costMicroUsd: 0, model: 'gpt-7' }),
        at(DAY - DAY_MS, DAY_MS),
      ],
    );

    const day = { from: DAY, to: DAY + DAY_MS };
    expect(await store.read.dayCosts.ownSums(['openai-main', 'openai-two'], day)).toEqual([
      {
        connectionId: 'openai-main',
        dayAt: DAY,
        keyId: 'key_1',
        microUsd: 30,
        estimatedMicroUsd: 10,
        hasUnpriced: false,
      },
      { connectionId: 'openai-main', dayAt: DAY, keyId: 'key_2', microUsd: 0, estimatedMicroUsd: 0, hasUnpriced: true },
    ]);
    expect(await store.read.dayCosts.unlistedModels('openai-main', day)).toEqual([
      { model: 'gpt-6', microUsd: 10, hasUnpriced: false },
      { model: 'gpt-7', microUsd: 0, hasUnpriced: true },
    ]);
    expect(await store.read.usage.oldestStartOf('openai-main')).toBe(DAY - DAY_MS);
    expect(await store.read.usage.oldestStartOf('openai-two')).toBeNull();
  });
});

test('how far costs were read comes back as it was written last', async () => {
  const { store } = openTestStore();
  const read: CostRead = {
    connectionId: 'fake',
    availability: 'not_enabled',
    perKey: true,
    readAt: null,
    fromAt: 1,
    untilAt: 2,
    isHistoryDone: true,
    settledUntil: 3,
    failingSince: 4,
    problem: 'It’s "down"',
  };
  await store.write((tx) => tx.costReads.put({ ...read, perKey: false, isHistoryDone: false }));

  await store.write((tx) => tx.costReads.put(read));

  expect(await store.read.costReads.get('fake')).toEqual(read);
  expect(await store.read.costReads.all()).toEqual([read]);
  expect(await store.read.costReads.get('other')).toBeUndefined();
});
