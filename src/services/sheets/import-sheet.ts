import { createHash } from 'node:crypto';
import type { Deps } from '../deps.ts';
import { describeEntries } from '../inventory/describe-entries.ts';
import { listAllKeys } from '../inventory/list-keys.ts';
import type { ImportPlan, ImportReading } from './import-plan.ts';
import { planImport } from './plan-import.ts';
import { People } from './read-cells.ts';

export type ReadDeps = Pick<Deps, 'store' | 'clock' | 'providers' | 'policy' | 'sheets' | 'breathe'>;

/** What a sheet would change as things stand now, or what is wrong with it. Throws a sentence for what is no sheet. */
export async function readImport(deps: ReadDeps, bytes: Uint8Array): Promise<ImportReading> {
  const lines = await deps.sheets.read(bytes);
  const all = await listAllKeys(deps);
  const entries = await describeEntries(deps, all);
  const known = all.flatMap((summary, index) => {
    const entry = entries[index];
    return entry === undefined ? [] : [{ summary, entry }];
  });
  const { policy, breathe } = deps;
  const people = new People(await deps.store.read.members.all());
  return planImport({ lines, known, people, policy, breathe, now: deps.clock.now() });
}

/** Tells whether a plan that was shown is the one that is applied. */
export function printOfPlan({ edits, keyEdits, added }: ImportPlan): string {
  const said = [
    edits.map(({ before, words }) => [before.id, before.revision, words]),
    keyEdits.map(({ before, words }) => [before.id, before.generation, words]),
    added,
  ];
  return createHash('sha256').update(JSON.stringify(said)).digest('base64url').slice(0, 22);
}
