import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { hmacHex } from '../../src/system/installation-secret.ts';
import { keysteward } from '../support/command-line.ts';
import { insertKey, keyOf, lineageOf } from '../support/records.ts';
import { openTestStore, temporaryFolder } from '../support/store.ts';

// Each command is a process of its own, on a machine that does other things as well.
vi.setConfig({ testTimeout: 120_000 });

const SECRET = 'ab'.repeat(32);
const CREATED = Date.UTC(2026, 0, 2);

test('the inventory of any database is listed, exported, changed in a sheet and imported, beside a running bot', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'installation.secret'), `${SECRET}\n`, { mode: 0o600 });
  writeFileSync(join(folder, 'policy.yml'), `channels: { alerts: '#ai-keys' }\nroles: { admins: [U0ADMIN] }\n`);
  const secret = new Secret(SECRET);
  const { store } = openTestStore({ path: join(folder, 'data.db'), sign: (text) => hmacHex(secret, text) });
  const key = keyOf({
    connectionId: 'openai',
    providerId: 'openai',
    label: '=web',
    createdAt: CREATED,
    lastUsedAt: null,
  });
  await insertKey(store, key);
  await store.write((tx) =>
    tx.lineages.update(lineageOf({ id: key.lineageId, slug: 'prod-api', environment: 'production' })),
  );
  const sheet = join(folder, 'keys.csv');

  const json = keysteward(folder, 'keys', 'list', 'env:prod', '--json');
  const exported = keysteward(folder, 'keys', 'export', 'keys.csv', '--view', 'all');
  writeFileSync(sheet, readFileSync(sheet, 'utf8').replace(',production,', ',staging,'));
  const dry = keysteward(folder, 'keys', 'import', 'keys.csv');
  const before = (await store.read.lineages.all())[0]?.environment;
  const applied = keysteward(folder, 'keys', 'import', 'keys.csv', '--apply', '--json');

  expect(json).toMatchObject({ status: 0, stderr: '' });
  expect(JSON.parse(json.stdout)).toEqual([
    {
      slug: 'prod-api',
      provider: 'openai',
      hint: key.hint,
      label: '=web',
      createdAt: '2026-01-02T00:00:00.000Z',
      lastUsedAt: null,
      owner: null,
      environment: 'production',
      workload: null,
      scope: key.scopeId,
      status: 'active',
      models: [],
      capMicroUsd: null,
      monthToDateMicroUsd: 0,
      rotationDueAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      blastRadiusMicroUsd: null,
    },
  ]);
  expect(exported).toMatchObject({ status: 0, stderr: expect.stringContaining('1 key written') });
  expect(dry.stdout).toContain('prod-api: Environment production → staging');
  expect([dry.status, before]).toEqual([0, 'production']);
  expect(JSON.parse(applied.stdout)).toMatchObject({ ok: true, isApplied: true, changes: [{ slug: 'prod-api' }] });
  expect((await store.read.lineages.all())[0]?.environment).toBe('staging');
  expect((await store.read.audit.verify(undefined)).ok).toBe(true);
});
