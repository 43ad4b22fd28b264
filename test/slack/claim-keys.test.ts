import { describe, expect, test } from 'vitest';
import { readCompany } from '../../src/services/home/read-company.ts';
import { changeLineage } from '../../src/services/inventory/change-lineage.ts';
import { listAllKeys } from '../../src/services/inventory/list-keys.ts';
import { claimLineage } from '../../src/services/owners/claims.ts';
import { present } from '../support/bench-deps.ts';
import { fakeKey } from '../support/fake-provider.ts';
import { ADMIN, type CommandBench, openCommandBench, PERSON, RESPONDER } from './support/command-bench.ts';

const KEYS = ['apikey_1', 'apikey_2'] as const;

/** A responder has the dialog open, with two keys that nobody owns. */
async function dialogOpen(): Promise<CommandBench> {
  const bench = openCommandBench();
  bench.provider.put(fakeKey('apikey_1', { label: 'staging-ci' }), fakeKey('apikey_2', { label: 'prod-api' }));
  await bench.sync();
  await bench.click('keys_claim', 'claim');
  return bench;
}

async function give(bench: CommandBench, ownerSlackId: string, providerKeyId = 'apikey_2'): Promise<void> {
  const { id: lineageId } = await bench.lineageOf(providerKeyId);
  const actor = { kind: 'slack', userId: ADMIN, teamId: 'T1' } as const;
  await changeLineage(bench.deps, { actor, lineageId, revision: null, change: { ownerSlackId } });
}

async function claimBoth(bench: CommandBench): Promise<string> {
  const keys = await Promise.all(KEYS.map(async (id) => (await bench.lineageOf(id)).id));
  return JSON.stringify(await bench.submit({}, RESPONDER, { keys }));
}

async function owners(bench: CommandBench): Promise<readonly (string | null)[]> {
  return Promise.all(KEYS.map(async (id) => (await bench.lineageOf(id)).ownerSlackId));
}

test('a key that somebody claims is unowned nowhere: not to the dialog, the numbers or the list', async () => {
  const bench = await dialogOpen();
  expect(optionsOf(bench)).toHaveLength(2);
  const actor = { kind: 'slack', userId: PERSON, teamId: 'T1' } as const;
  await claimLineage(bench.deps, { actor, lineageId: (await bench.lineageOf('apikey_2')).id });

  await bench.click('keys_claim', 'claim');

  expect(optionsOf(bench)).toHaveLength(1);
  expect((await readCompany(bench.deps, await listAllKeys(bench.deps))).unowned).toBe(1);
  const listed = JSON.stringify(await bench.run('list unowned'));
  expect(listed).toContain('staging-ci');
  expect(listed).not.toContain('prod-api');
});

function optionsOf({ views }: CommandBench): readonly unknown[] {
  return present(views.at(-1)).blocks.flatMap((block) =>
    'element' in block && block.element.type === 'multi_static_select' ? (block.element.options ?? []) : [],
  );
}

describe('a dialog that was opened before somebody else became the owner', () => {
  test('takes what is still free and names what is not, with the reason', async () => {
    const bench = await dialogOpen();
    await give(bench, PERSON);

    const page = await claimBoth(bench);

    expect(await owners(bench)).toEqual([RESPONDER, PERSON]);
    expect(page).toContain('*staging-ci* is yours now');
    expect(page).toContain('prod-api was not claimed: it has an owner by now');
  });

  test('takes nothing from who becomes it in the same moment', async () => {
    const bench = await dialogOpen();
    const { directory } = bench.deps;
    const { person } = directory;
    let looks = 0;
    // Rights are looked up before the keys are read, and again before anything is written.
    Object.assign(directory, {
      person: async (userId: string) => {
        looks += 1;
        if (looks === 2) await give(bench, PERSON);
        return person(userId);
      },
    });

    // The list is read once, before the first key.
    const page = await claimBoth(bench);

    expect(await owners(bench)).toEqual([RESPONDER, PERSON]);
    expect(page).toContain('somebody else has just changed prod-api');
  });
});
