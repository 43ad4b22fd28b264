import { expect, test } from 'vitest';
import { isStale } from '../../src/domain/staleness.ts';
import { DAY_MS } from '../../src/domain/time.ts';
import { changeLineage } from '../../src/services/inventory/change-lineage.ts';
import { listKeys } from '../../src/services/inventory/list-keys.ts';
import { present } from '../support/bench-deps.ts';
import { fakeKey } from '../support/fake-provider.ts';
import { ADMIN, openCommandBench, PERSON, RESPONDER } from './support/command-bench.ts';

const WHOLE_KEY = 'sk-abcdefghijklmnopqrstuvwxyz0123456789';

async function openCompany() {
  const bench = openCommandBench();
  bench.provider.put(fakeKey('key_1', { label: '=web' }), fakeKey('key_2', { label: 'batch' }));
  await bench.sync();
  const { id } = await bench.lineageOf('key_2');
  const actor = { kind: 'cli', user: 'test' } as const;
  await changeLineage(bench.deps, { actor, lineageId: id, revision: null, change: { ownerSlackId: PERSON } });
  return bench;
}

test('an admin gets the audit sheet of every key in the direct messages, and the audit log has it', async () => {
  const bench = await openCompany();

  const answer = await bench.run('export', ADMIN);

  const file = present(bench.sent[0]);
  const [head, ...rows] = file.file.toString().trimEnd().split('\r\n');
  expect(file).toMatchObject({ channel_id: 'DU0ADMIN', filename: expect.stringMatching(/^keys-audit-.*\.csv$/) });
  expect(head).toBe('\u{feff}Provider,Prefix,Label,Created,Last used');
  expect(rows.map((row) => row.split(',')[2])).toEqual(['batch', "'=web"]);
  expect(answer?.text).toContain('2 keys');
  expect(bench.audit().at(-1)).toMatchObject({ verb: 'inventory.exported', detail: { keys: 2, view: 'audit' } });
});

test('everybody else gets their own keys alone, and whoever owns none a sentence', async () => {
  const bench = await openCompany();

  await bench.run('export all', PERSON);

  expect(bench.sent[0]?.file.toString()).not.toContain('=web');
  expect(bench.sent[0]?.file.toString()).toContain('batch');
  await expect(bench.run('export', RESPONDER)).rejects.toThrow(
    expect.objectContaining({ publicMessage: expect.stringContaining('only an admin may export the keys of others') }),
  );
  expect(bench.sent).toHaveLength(1);
});

test('a registered key is in the lists, is not watched, and survives every sync', async () => {
  const bench = await openCompany();

  await bench.run('register');
  await bench.submit({ provider: 'Elsewhere AI', label: 'Search', hint: 'el-…9f2a', owner: PERSON });
  await bench.sync();
  bench.clock.jumpTo(bench.clock.now() + 90 * DAY_MS);

  const key = present((await listKeys(bench.deps)).find(({ lineage }) => lineage.slug === 'search'));
  expect(key.key).toMatchObject({ status: 'active', providerId: 'Elsewhere AI', hint: 'el-…9f2a' });
  expect(isStale(key.key, 90 * DAY_MS, 30 * DAY_MS)).toBe(false);
  expect((await bench.run('list provider:elsewhere'))?.text).toContain('not watched');
  expect((await bench.run('show search'))?.text).toContain('Not watched');
  expect((await bench.run('register search gone'))?.text).toContain('is gone now');
  expect((await bench.run('list provider:elsewhere'))?.text).not.toContain('search');
  await expect(bench.run('register batch gone')).rejects.toThrow();
});

test.each(['provider', 'label', 'hint', 'workload', 'consumers'])(
  'a whole key in the field %s is refused and kept nowhere',
  async (field) => {
    const bench = await openCompany();
    await bench.run('register');

    const errors = await bench.submit({ provider: 'Elsewhere', label: 'Search', [field]: WHOLE_KEY });

    expect(errors).toMatchObject({ [field]: expect.stringContaining('rotate it') });
    expect(JSON.stringify(await bench.store.read.keys.all())).not.toContain('Elsewhere');
  },
);

test.each(['a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6', 'abcdefghijklmnopqrstu'])('%s is no hint but a key', async (hint) => {
  const bench = await openCompany();
  await bench.run('register');

  expect(await bench.submit({ provider: 'Elsewhere', label: 'Search', hint })).toMatchObject({
    hint: expect.stringContaining('rotate it'),
  });
});

test('only responders register keys, only admins import', async () => {
  const bench = await openCompany();

  await expect(bench.run('register', PERSON)).rejects.toThrow(expect.objectContaining({ code: 'forbidden' }));
  await expect(bench.run('import', RESPONDER)).rejects.toThrow(expect.objectContaining({ code: 'forbidden' }));
});

test('what is typed into the field of Home is answered as /keys list answers it', async () => {
  const bench = await openCompany();

  expect((await bench.click('home_find', 'owner:me', PERSON))?.text).toContain('batch');
  expect((await bench.click('home_find', 'owner:me', PERSON))?.text).not.toContain('web');
  expect((await bench.click('home_find', WHOLE_KEY, PERSON))?.text).toContain('rotate');
  await expect(bench.click('home_find', 'ownr:me')).rejects.toThrow(
    expect.objectContaining({ publicMessage: expect.stringContaining('Did you mean `owner`') }),
  );
});
