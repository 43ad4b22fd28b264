import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SheetFormat } from '../../../src/ports/sheet.ts';
import { changeLineage } from '../../../src/services/inventory/change-lineage.ts';
import { describeEntries } from '../../../src/services/inventory/describe-entries.ts';
import { keyInsights } from '../../../src/services/inventory/key-insights.ts';
import { listAllKeys } from '../../../src/services/inventory/list-keys.ts';
import { syncMembers } from '../../../src/services/inventory/sync-members.ts';
import { applyImport } from '../../../src/services/sheets/apply-import.ts';
import { exportKeys } from '../../../src/services/sheets/export-keys.ts';
import { readImport } from '../../../src/services/sheets/import-sheet.ts';
import { type Bench, member, openBench } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';

const CLI = { kind: 'cli', user: 'test' } as const;
const nasty = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom(
    '=1+1',
    "'=1+1",
    "''=x",
    '+1',
    '-1',
    '@x',
    "'",
    "'quoted'",
    '\t=1',
    '\r=1',
    'a"b',
    'a;b',
    '🔑',
    '<!channel>',
  ),
);
const facts = fc.record({
  workload: fc.option(nasty),
  consumers: fc.array(
    nasty.filter((text) => !/[\n,;]/.test(text)),
    { maxLength: 4 },
  ),
  allowedModels: fc.option(fc.array(fc.constantFrom('gpt-5*', 'claude-*', '*', 'o3'), { minLength: 1, maxLength: 3 })),
  environment: fc.constantFrom('production', 'staging', 'development', 'unknown'),
  ownerSlackId: fc.constantFrom(null, 'U0ANA', 'U0BEN'),
  retention: fc.constantFrom(null, 'zero-retention'),
});

/** An amount, a word that there is none, or nothing said: then policy's holds, where it has one. */
const cap = fc.oneof(
  fc.integer({ min: 0, max: 9_999_999_000_000 }).map((capMicroUsd) => ({ capMicroUsd })),
  fc.constant({ capMicroUsd: null, capSource: 'slack' } as const),
  fc.constant({}),
);
const POLICY = `
retention: [{ promise: zero-retention, models: ['gpt-5*'] }]
caps: { monthly: [{ match: 'key-2', monthly_usd: 500 }] }
`;

async function openInventory(): Promise<Bench> {
  const bench = openBench({ policy: POLICY });
  bench.people.push(member('U0ANA'), member('U0BEN', { email: null }));
  await syncMembers(bench.deps);
  bench.provider.put(fakeKey('key_1', { label: '=cmd|x' }), fakeKey('key_2'));
  await bench.sync();
  return bench;
}

async function sheetOf(bench: Bench, format: SheetFormat): Promise<Uint8Array> {
  const keys = await listAllKeys(bench.deps);
  const insights = await keyInsights(bench.deps);
  return (await exportKeys(bench.deps, { actor: CLI, format, view: 'all', keys, filter: '', insights })).bytes;
}

async function imported(bench: Bench, bytes: Uint8Array) {
  const reading = await readImport(bench.deps, bytes);
  if (!reading.ok) throw new Error(JSON.stringify(reading.faults));
  await applyImport(bench.deps, CLI, reading.plan);
  return reading.plan;
}

/** What people said in Slack there, they said in a sheet here. */
async function factsOf(bench: Bench) {
  const entries = await describeEntries(bench.deps, await listAllKeys(bench.deps));
  return entries.map(({ keyId: _, ...entry }) => ({
    ...entry,
    capOrigin: entry.capOrigin === 'slack' ? 'import' : entry.capOrigin,
  }));
}

test.each(['csv', 'xlsx'] as const)(
  'what is exported as %s is the same when it is imported, into the same inventory and into an empty one',
  async (format) => {
    await fc.assert(
      fc.asyncProperty(facts, cap, fc.constantFrom('key_1', 'key_2'), async (others, said, keyId) => {
        const bench = await openInventory();
        const { id } = await bench.lineageOf(keyId);
        const change = { ...others, ...said };
        await changeLineage(bench.deps, { actor: CLI, lineageId: id, revision: null, change });
        const bytes = await sheetOf(bench, format);
        const before = await factsOf(bench);

        const same = await imported(bench, bytes);
        const other = await openInventory();
        await imported(other, bytes);

        expect(same.edits).toEqual([]);
        expect(same.unchanged).toBe(2);
        expect(await factsOf(other)).toEqual(before);
      }),
      { numRuns: format === 'csv' ? 40 : 12 },
    );
  },
);
