import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../src/domain/time.ts';
import type { UsageRange, UsageRow } from '../../src/ports/store.ts';
import { NOON, usageOf } from '../support/records.ts';
import { openTestStore } from '../support/store.ts';

// A poll reads the same minutes again and again; what reads as it did is not looked up in the database. Whatever happens
// in between, the database must end up with what was asked for last.

const CONNECTION = 'openai-main';
const MINUTES = 12;
const WHOLE: UsageRange = { from: NOON, to: NOON + MINUTES * MINUTE_MS };

describe('a window that reads as it did', () => {
  test('changes nothing, and still heals what another process did to it', async () => {
    const { store, raw } = openTestStore();
    const rows = [usageOf(), usageOf({ startAt: NOON + MINUTE_MS })];
    const replace = () => store.write((tx) => tx.usage.replaceWindow(CONNECTION, WHOLE, rows));
    expect(await replace()).toEqual({ inserted: 2, changed: 0, removed: 0 });

    expect(await replace()).toEqual({ inserted: 0, changed: 0, removed: 0 });
    raw().exec(`DELETE FROM usage WHERE start_at = ${NOON}`);
    raw().exec('UPDATE usage SET cost_micro_usd = 5');

    expect(await replace()).toEqual({ inserted: 1, changed: 1, removed: 0 });
  });

  test('is written again after a transaction that rolled back', async () => {
    const { store } = openTestStore();
    const write = async (cost: number, fails: boolean) =>
      store.write(async (tx) => {
        const outcome = await tx.usage.replaceWindow(CONNECTION, WHOLE, [usageOf({ costMicroUsd: cost })]);
        if (fails) throw new Error('rolled back');
        return outcome;
      });
    await write(1, false);

    await expect(write(2, true)).rejects.toThrow('rolled back');

    expect(await write(2, false)).toEqual({ inserted: 0, changed: 1, removed: 0 });
  });

  test('within one transaction counts as what the transaction has made of it', async () => {
    const { store } = openTestStore();
    const cost = (costMicroUsd: number) => [usageOf({ costMicroUsd })];
    await store.write((tx) => tx.usage.replaceWindow(CONNECTION, WHOLE, cost(1)));

    const back = await store.write(async (tx) => {
      await tx.usage.replaceWindow(CONNECTION, WHOLE, cost(2));
      return tx.usage.replaceWindow(CONNECTION, WHOLE, cost(1));
    });

    expect(back).toEqual({ inserted: 0, changed: 1, removed: 0 });
    expect((await store.read.usage.ofKeys(['key_1'], WHOLE)).map(({ costMicroUsd }) => costMicroUsd)).toEqual([1]);
  });
});

const anyRow = fc
  .record({
    keyId: fc.constantFrom('key_1', 'key_2'),
    model: fc.constantFrom('gpt-5', 'o3'),
    minute: fc.nat(MINUTES - 1),
    costMicroUsd: fc.nat(2),
  })
  .map(({ minute, ...fields }) => usageOf({ ...fields, startAt: NOON + minute * MINUTE_MS }));
const anyRows = fc.uniqueArray(anyRow, { selector: identityOf, maxLength: 14 });
const anyWindow = fc
  .tuple(fc.nat(MINUTES), fc.nat(MINUTES))
  .map(([a, b]) => ({ from: NOON + Math.min(a, b) * MINUTE_MS, to: NOON + Math.max(a, b) * MINUTE_MS }));
const anyStep = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant('replace' as const), anyWindow, fc.nat(3)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('roll back' as const), anyWindow, fc.nat(3)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('foreign hand' as const), anyWindow, fc.nat(3)) },
);

test('any mixture of windows, roll-backs and foreign hands ends with what a plain map of rows would hold', async () => {
  const { store, raw } = openTestStore();
  const other = raw();
  const erase = other.prepare('DELETE FROM usage WHERE start_at >= ? AND start_at < ?');

  await fc.assert(
    // Few answers that come again and again: that is what is remembered.
    fc.asyncProperty(fc.array(anyRows, { minLength: 4, maxLength: 4 }), fc.array(anyStep), async (answers, steps) => {
      await store.write((tx) => tx.usage.replaceWindow(CONNECTION, WHOLE, []));
      const model = new Map<string, UsageRow>();
      for (const [kind, window, answer] of steps) {
        const rows = (answers[answer] ?? []).filter((row) => isIn(window, row));
        if (kind === 'foreign hand') erase.run(window.from, window.to);
        else await replace(window, rows, kind === 'roll back');
        if (kind === 'roll back') continue;
        for (const [identity, row] of model) if (isIn(window, row)) model.delete(identity);
        if (kind === 'replace') for (const row of rows) model.set(identityOf(row), row);
      }
      const stored = await store.read.usage.ofKeys(['key_1', 'key_2'], WHOLE);
      expect(new Map(stored.map((row) => [identityOf(row), row.costMicroUsd]))).toEqual(
        new Map([...model].map(([identity, row]) => [identity, row.costMicroUsd])),
      );
    }),
    { numRuns: 150 },
  );

  async function replace(window: UsageRange, rows: readonly UsageRow[], fails: boolean): Promise<void> {
    const written = store.write(async (tx) => {
      await tx.usage.replaceWindow(CONNECTION, window, rows);
      if (fails) throw new Error('rolled back');
    });
    await (fails ? expect(written).rejects.toThrow('rolled back') : written);
  }
});

function isIn({ from, to }: UsageRange, { startAt }: UsageRow): boolean {
  return startAt >= from && startAt < to;
}

function identityOf({ startAt, keyId, model }: Pick<UsageRow, 'startAt' | 'keyId' | 'model'>): string {
  return `${startAt} ${keyId} ${model}`;
}
