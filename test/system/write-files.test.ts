import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeFilesWhole } from '../../src/system/write-files.ts';
import { temporaryFolder } from '../support/store.ts';

test('files get their text and exactly the mode asked for, and nothing else is left', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, '.env'), 'old', { mode: 0o644 });

  writeFilesWhole([
    { path: join(folder, '.env'), text: 'new', mode: 0o600 },
    { path: join(folder, 'below/policy.yml'), text: 'p', mode: 0o644 },
  ]);

  expect(readFileSync(join(folder, '.env'), 'utf8')).toBe('new');
  expect(statSync(join(folder, '.env')).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'below/policy.yml')).mode & 0o777).toBe(0o644);
  expect(readdirSync(folder).sort()).toEqual(['.env', 'below']);
});

test('when one file cannot be prepared, none changes', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, '.env'), 'old');
  writeFileSync(join(folder, 'blocked'), '');

  const write = () =>
    writeFilesWhole([
      { path: join(folder, '.env'), text: 'new', mode: 0o600 },
      { path: join(folder, 'blocked/policy.yml'), text: 'p', mode: 0o644 },
    ]);

  expect(write).toThrow();
  expect(readFileSync(join(folder, '.env'), 'utf8')).toBe('old');
  expect(readdirSync(folder).sort()).toEqual(['.env', 'blocked']);
});

test('a link stays a link, and the file that it leads to changes', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'elsewhere'));
  writeFileSync(join(folder, 'elsewhere/env'), 'old');
  symlinkSync('elsewhere/env', join(folder, '.env'));

  writeFilesWhole([{ path: join(folder, '.env'), text: 'new', mode: 0o600 }]);

  expect(lstatSync(join(folder, '.env')).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(folder, 'elsewhere/env'), 'utf8')).toBe('new');
});
