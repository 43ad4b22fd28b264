import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { hmacHex } from '../../src/system/installation-secret.ts';
import { leaseHolder } from '../../src/system/lease-holder.ts';
import { note } from '../support/backups.ts';
import { keysteward } from '../support/command-line.ts';
import { openTestStore, temporaryFolder } from '../support/store.ts';

const SECRET = 'ab'.repeat(32);

test('backup, loss, restore and proof: the four verbs fit together', { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  const store = installation(folder);
  await note(store, 3);
  const { hash } = await store.read.audit.head();

  const backup = keysteward(folder, 'backup', 'monday.db');
  const again = keysteward(folder, 'backup', 'monday.db');
  await note(store, 2);
  await store.takeLease({ holder: leaseHolder, now: Date.now(), lengthMs: 60_000, mayRun: () => true });
  const whileRunning = keysteward(folder, 'restore', 'monday.db');
  await store.dropLease(leaseHolder);
  await store.close();
  const restore = keysteward(folder, 'restore', 'monday.db');
  const verify = keysteward(folder, 'audit', 'verify', '--head', hash);

  expect(backup).toMatchObject({ status: 0, stderr: '' });
  expect(backup.stdout).toMatch(/^Backed up to monday\.db: \d+ bytes, 0 keys, 3 audit entries, the newest of 2026-/);
  expect(backup.stdout).toContain(`head ${hash}.`);
  expect(backup.stdout).toContain('does not hold the installation secret: keep a copy of that file too');
  expect(readFileSync(join(folder, 'monday.db')).includes(SECRET)).toBe(false);
  expect(again).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('exists already') });
  expect(whileRunning).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining(leaseHolder) });
  expect(restore).toMatchObject({ status: 0, stderr: '' });
  expect(restore.stdout).toContain('Restored ./data.db from monday.db');
  expect(restore.stdout).toContain('0 actions, 0 messages');
  expect(restore.stdout).toMatch(/is kept as .*data\.db\.before-restore-\d{8}T\d{6}Z\./);
  expect(verify).toMatchObject({ status: 0, stdout: expect.stringContaining('is whole: 4 entries') });
});

test('a restore without the installation secret does not make a new one', { timeout: 60_000 }, () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'monday.db'), '');

  const restore = keysteward(folder, 'restore', 'monday.db');

  expect(restore).toMatchObject({ status: 1, stderr: expect.stringContaining('Restore it from where you keep it') });
});

function installation(folder: string) {
  writeFileSync(join(folder, 'installation.secret'), `${SECRET}\n`, { mode: 0o600 });
  const secret = new Secret(SECRET);
  return openTestStore({ path: join(folder, 'data.db'), sign: (text) => hmacHex(secret, text) }).store;
}
