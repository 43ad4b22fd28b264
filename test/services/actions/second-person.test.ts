import { describe, expect, test } from 'vitest';
import { DAY_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { changeLineage } from '../../../src/services/inventory/change-lineage.ts';
import { type Bench, later } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { ADA, askOnly, BOB, benchWithKeys } from '../../support/requests.ts';
import { begin, step } from '../rotation/support.ts';

/** Its keys can only be revoked, for good; of one nobody knows what it is for. */
async function benchWithUnknown(): Promise<Bench> {
  const bench = await benchWithKeys({ acts: ['revoke'], disable: 'irreversible' });
  bench.provider.put(fakeKey('key_x', { label: 'x7' }));
  await bench.sync();
  expect((await bench.lineageOf('key_x')).environment).toBe('unknown');
  return bench;
}

async function say(bench: Bench, environment: 'production' | 'development' | 'staging', actor = ADA): Promise<void> {
  const { id: lineageId } = await bench.lineageOf('key_x');
  await changeLineage(bench.deps, { actor, lineageId, revision: null, change: { environment } });
}

async function revoke(bench: Bench): Promise<string> {
  return (await askOnly(bench, 'key_x', { kind: 'revoke' })).kind;
}

describe('an act that is for good on a key that was said to be no production key', () => {
  test.each(['unknown', 'production'] as const)('takes two people for another day, from %s', async (before) => {
    const bench = await benchWithUnknown();
    if (before === 'production') await say(bench, 'production');
    await say(bench, 'development', BOB);
    later(bench, MINUTE_MS);
    expect(await revoke(bench)).toBe('waits');

    later(bench, DAY_MS);

    expect(await revoke(bench)).toBe('recorded');
  });

  test('is not made one person’s by saying something else again, however often', async () => {
    const bench = await benchWithUnknown();
    for (let round = 0; round < 120; round += 1) await say(bench, round % 2 === 0 ? 'development' : 'staging');

    expect(await revoke(bench)).toBe('waits');
  });

  test('hides nothing behind a flood of changes: too many in a day count as one', async () => {
    const bench = await benchWithUnknown();
    for (let round = 0; round < 201; round += 1) await say(bench, round % 2 === 0 ? 'development' : 'staging');

    expect(await revoke(bench)).toBe('waits');
  });

  test('takes one person where it never was one', async () => {
    const bench = await benchWithUnknown();
    await say(bench, 'development');
    later(bench, DAY_MS + MINUTE_MS);
    await say(bench, 'staging');

    expect(await revoke(bench)).toBe('recorded');
  });

  test('takes two when the key was moved there by a rotation', async () => {
    const bench = await benchWithUnknown();
    const rotation = await begin(bench);
    expect((await bench.lineageOf('key_1')).environment).toBe('staging');
    await step(bench, rotation, 'generate', { newKeyId: (await bench.keyOf('key_x')).id });
    await step(bench, rotation, 'inventory');
    expect((await bench.lineageOf('key_x')).environment).toBe('staging');
    expect(await revoke(bench)).toBe('waits');

    later(bench, DAY_MS + MINUTE_MS);

    expect(await revoke(bench)).toBe('recorded');
  });
});
