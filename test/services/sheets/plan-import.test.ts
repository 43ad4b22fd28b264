import { describe, expect, test } from 'vitest';
import { publicMessageOf } from '../../../src/domain/errors.ts';
import { changeLineage } from '../../../src/services/inventory/change-lineage.ts';
import { listAllKeys } from '../../../src/services/inventory/list-keys.ts';
import { syncMembers } from '../../../src/services/inventory/sync-members.ts';
import { applyImport } from '../../../src/services/sheets/apply-import.ts';
import { faultText } from '../../../src/services/sheets/import-plan.ts';
import { readImport } from '../../../src/services/sheets/import-sheet.ts';
import { sheets } from '../../../src/sheets/sheets.ts';
import { type Bench, member, openBench, present } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';

const CLI = { kind: 'cli', user: 'test' } as const;
const WHOLE_KEY = 'sk-abcdefghijklmnopqrstuvwxyz0123456789';

async function openInventory(options: Parameters<typeof openBench>[0] = {}): Promise<Bench> {
  const bench = openBench({ title: 'Fake AI', ...options });
  bench.people.push(member('U0ANA'), member('U0GUEST', { isActiveFullMember: false }));
  bench.people.push(member('U0TWIN', { name: 'twin' }), member('U0TWIN2', { name: 'twin' }));
  await syncMembers(bench.deps);
  bench.provider.put(fakeKey('key_1', { label: 'web', hint: 'sk-…1111' }), fakeKey('key_2', { label: 'batch' }));
  await bench.sync();
  return bench;
}

async function faultsIn(text: string): Promise<readonly string[]> {
  const reading = await readImport((await openInventory()).deps, Buffer.from(text));
  return reading.ok ? [] : reading.faults.map(faultText);
}

async function importInto(bench: Bench, text: string): Promise<void> {
  const reading = await readImport(bench.deps, Buffer.from(text));
  if (!reading.ok) throw new Error(reading.faults.map(faultText).join('\n'));
  await applyImport(bench.deps, CLI, reading.plan);
}

describe('what is wrong in a sheet is named with its line and column', () => {
  test('in a workbook as well: two heads for the same', async () => {
    const file = await sheets.write('xlsx', [
      ['Name', 'Owner', 'Owner'],
      ['web', 'ana', 'ben'],
    ]);
    const reading = await readImport((await openInventory()).deps, file);

    expect(reading.ok ? [] : reading.faults.map(faultText)).toEqual([
      expect.stringContaining('Line 1, column Owner: there are two columns for this'),
    ]);
  });

  test.each([
    ['Name,Environment\nweb,mars', 'Line 2, column Environment: say production'],
    ['Name,Owner\nbatch,\nweb,zoe@acme.test', 'Line 3, column Owner: nobody in this Slack workspace'],
    ['Name,Owner\nweb,U0GUEST', 'Line 2, column Owner: an owner has to be an active full member'],
    ['Name,Owner\nweb,twin', 'Line 2, column Owner: several people are called so'],
    ['Name,Cap (USD a month)\nweb,lots', 'Line 2, column Cap (USD a month): '],
    ['Name,Cap\nweb,99999999', 'Line 2, column Cap: that is more than $10,000,000'],
    ['Name,Retention promise\nweb,zero', 'Line 2, column Retention promise: policy.yml'],
    ['Name,Consumers\nweb,"a;b;c;d;e;f;g;h;i;j;k;l;m;n;o;p;q;r;s;t;u"', 'Line 2, column Consumers: at most 20'],
    ['Name\nwbe', 'Line 2, column Name: there is no key of this name. Did you mean web?'],
    ['Name,Provider\nwbe,Fake AI', 'Line 2, column Name: there is no such key at this provider'],
    ['Name,Owner,Owner\nweb,,', 'Line 1, column Owner: there are two columns for this'],
    ['Name,Env,Environment\nweb,,', 'Line 1, column Environment: there are two columns for this'],
    ['Owner\nana', 'Line 1: the first line has to name the columns'],
    ['Name,Owner', 'Line 2: there is no line below the head'],
    [`Name,Notes\nweb,${WHOLE_KEY}`, 'Line 2, column number 2: This is a whole key.'],
    [`Name,Workload\nweb,${WHOLE_KEY}`, 'Line 2, column Workload: This is a whole key.'],
    ['Name,Provider,Prefix\nnew,Else,a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6', 'Line 2, column Prefix: This is a whole key.'],
    ['Name,Provider,Label\na,Else,x\na,Else,x', 'Line 3: line 2 is the same key'],
    ['Name,Provider,Label\na b,Else,x\na-b,Else,y', 'Line 3: another key has this name'],
    ['Name,Provider,Created\nnew,Else,2999-01-01', 'Line 2, column Created: give a day that is past'],
    ['Name,Provider,Status\nnew,Else,odd', 'Line 2, column Status: say active'],
    ['Name,Workload\nweb,a\nWEB,b', 'Line 3, column Workload: line 2 says something else of web'],
  ])('%j', async (text, sentence) => {
    const faults = await faultsIn(text);

    expect(faults[0]).toContain(sentence);
    expect(faults.join()).not.toContain(WHOLE_KEY);
  });

  test('the first twenty are told of as many as there are', async () => {
    const reading = await readImport(
      (await openInventory()).deps,
      Buffer.from(`Name,Environment\n${'web,mars\n'.repeat(500)}`),
    );

    expect(reading).toMatchObject({ ok: false, count: 500, faults: { length: 20 } });
  });
});

test('one bad line keeps every other from being imported', async () => {
  expect(await faultsIn('Name,Workload,Environment\nweb,shop,prod\nbatch,night,mars')).toHaveLength(1);
});

test('an audit sheet without names finds its keys by provider, label and prefix; columns that are left out stay', async () => {
  const bench = await openInventory();

  await importInto(bench, 'Provider;Prefix;Label;Owner\nFake AI;sk-…1111;web;u0ana@acme.test');

  expect(await bench.lineageOf('key_1')).toMatchObject({ ownerSlackId: 'U0ANA', ownerStanding: 'confirmed' });
  expect(bench.outbox()).toHaveLength(1);
});

test('one owner of many keys gets one message, and each change has its audit entry beside a summary', async () => {
  const bench = await openInventory();

  await importInto(bench, 'Name,Owner,Workload\nweb,U0ANA,shop\nbatch,U0ANA,night');

  expect(bench.outbox()).toEqual([expect.stringMatching(/^owner lin_.*:U0ANA:.*:1 /)]);
  const verbs = bench.audit().map(({ verb }) => verb);
  expect(verbs.filter((verb) => verb === 'lineage.owner.changed')).toHaveLength(2);
  expect(verbs.filter((verb) => verb === 'inventory.imported')).toHaveLength(1);
  expect((await bench.store.read.audit.verify(undefined)).ok).toBe(true);
});

test('a claim is not confirmed by a sheet that only repeats it', async () => {
  const bench = await openInventory();
  const lineage = await bench.lineageOf('key_1');
  await bench.store.write((tx) => tx.lineages.update({ ...lineage, ownerSlackId: 'U0ANA', ownerStanding: 'claimed' }));

  await importInto(bench, 'Name,Owner,Workload\nweb,u0ana@acme.test,shop');

  expect(await bench.lineageOf('key_1')).toMatchObject({ ownerStanding: 'claimed', workload: 'shop' });
});

test('what somebody changed since the sheet was looked at refuses all of it', async () => {
  const bench = await openInventory();
  const reading = await readImport(bench.deps, Buffer.from('Name,Workload\nbatch,night\nweb,shop'));
  if (!reading.ok) throw new Error('it is a good sheet');
  const { id } = await bench.lineageOf('key_1');
  await changeLineage(bench.deps, { actor: CLI, lineageId: id, revision: null, change: { workload: 'other' } });

  const refusal = await applyImport(bench.deps, CLI, reading.plan).catch(publicMessageOf);

  expect(refusal).toContain('Nothing was imported: somebody has just changed web');
  expect((await bench.lineageOf('key_2')).workload).toBeNull();
});

test('keys of a provider that is not connected are registered, found again, and corrected', async () => {
  const bench = await openInventory();
  const head = 'Provider,Prefix,Label,Environment,Status,Created';

  await importInto(bench, `${head}\nElse,el-…1,search,prod,,2026-01-02\nElse,el-…2,search,,,`);
  await bench.sync();
  await importInto(bench, 'Name,Status\nsearch,gone');

  const found = (await listAllKeys(bench.deps)).filter(({ key }) => key.providerId === 'Else');
  expect(found.map(({ key, lineage }) => [lineage.slug, lineage.environment, key.status, key.createdAt])).toEqual([
    ['search', 'production', 'gone', Date.UTC(2026, 0, 2)],
    ['search-2', 'unknown', 'active', null],
  ]);
  expect(present(found[0]).key.goneAt).not.toBeNull();
});

test('a cap that a sheet changes is an imported one; what it repeats stays whose it was', async () => {
  const bench = await openInventory({ policy: "caps: { monthly: [{ match: 'batch', monthly_usd: 500 }] }" });
  const capOf = async (id: string) => {
    const { capMicroUsd, capSource } = await bench.lineageOf(id);
    return [capMicroUsd, capSource];
  };

  await importInto(bench, 'Name,Cap\nweb,120\nbatch,500.00');
  expect([await capOf('key_1'), await capOf('key_2')]).toEqual([
    [120_000_000, 'import'],
    [null, null],
  ]);

  await importInto(bench, 'Name,Cap\nweb,\nbatch,none');
  expect([await capOf('key_1'), await capOf('key_2')]).toEqual([
    [null, null],
    [null, 'import'],
  ]);

  await importInto(bench, 'Name,Provider,Label,Cap\nfar,Else,far,80');
  const far = (await listAllKeys(bench.deps)).find(({ lineage }) => lineage.slug === 'far');
  expect(present(far).lineage).toMatchObject({ capMicroUsd: 80_000_000, capSource: 'import' });
});
