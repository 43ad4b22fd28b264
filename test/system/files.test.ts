import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileExists, readTextFile } from '../../src/system/files.ts';

test('a file that is not there is undefined, one that cannot be read is an error', () => {
  expect(readTextFile('package.json')).toContain('keysteward');
  expect(readTextFile(join(tmpdir(), 'keysteward-no-such-file'))).toBeUndefined();
  expect(() => readTextFile(tmpdir())).toThrow('EISDIR');
  expect(fileExists('package.json')).toBe(true);
  expect(fileExists('no-such-file')).toBe(false);
});
