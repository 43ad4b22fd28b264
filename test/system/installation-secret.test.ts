import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { Secret } from '../../src/domain/secret.ts';
import { fingerprint, hmacHex, loadInstallationSecret } from '../../src/system/installation-secret.ts';

const VALUE = '0123456789abcdef'.repeat(4);

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keysteward-'));
  path = join(folder, 'data', 'installation.secret');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(content: string, mode = 0o600): void {
  mkdirSync(join(folder, 'data'), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, mode);
}

function faultOf(create: boolean): string {
  try {
    loadInstallationSecret({ path, create });
  } catch (error) {
    return error instanceof AppError && error.code === 'invalid_config' ? error.publicMessage : `other: ${error}`;
  }
  return 'no fault';
}

describe('the installation secret', () => {
  test('is made of 32 random bytes, for this user only, in a folder for this user only', () => {
    const secret = loadInstallationSecret({ path, create: true });

    expect(secret.reveal()).toMatch(/^[0-9a-f]{64}$/);
    expect(readFileSync(path, 'utf8')).toBe(`${secret.reveal()}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(folder, 'data'))).toEqual(['installation.secret']);
  });

  test('differs between installations and stays the same within one', () => {
    const first = loadInstallationSecret({ path, create: true }).reveal();

    expect(loadInstallationSecret({ path, create: true }).reveal()).toBe(first);
    expect(loadInstallationSecret({ path, create: false }).reveal()).toBe(first);
    expect(loadInstallationSecret({ path: join(folder, 'other'), create: true }).reveal()).not.toBe(first);
  });

  test('is not made anew where a database exists without it', () => {
    expect(faultOf(false)).toMatch(/does not exist.*must not be made anew.*KEYSTEWARD_SECRET_FILE/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([0o640, 0o604, 0o666])('is refused when others may touch it (mode %o)', (mode) => {
    write(VALUE, mode);

    expect(faultOf(false)).toContain(`Run: chmod 600 ${path}`);
  });

  test('may be read-only, and end with or without a line break', () => {
    write(`${VALUE}\r\n`, 0o400);

    expect(loadInstallationSecret({ path, create: false }).reveal()).toBe(VALUE);
  });

  test.each([
    ['empty', '', /is empty/],
    ['short', VALUE.slice(0, 40), /is damaged/],
    ['long', `${VALUE}0`, /is damaged/],
    ['not hexadecimal', VALUE.replace('a', 'g'), /is damaged/],
    ['two lines', `${VALUE}\n${VALUE}\n`, /is damaged/],
  ])('is refused and left alone when it is %s', (_, content, expected) => {
    write(content);

    expect(faultOf(true)).toMatch(expected);
    expect(faultOf(true)).not.toContain(VALUE.slice(0, 20));
    expect(readFileSync(path, 'utf8')).toBe(content);
  });

  test('is not a folder', () => {
    mkdirSync(path, { recursive: true });

    expect(faultOf(true)).toMatch(/is not a file/);
  });

  test('is not written through a link that leads nowhere', () => {
    mkdirSync(join(folder, 'data'));
    symlinkSync(join(folder, 'nowhere'), path);

    expect(faultOf(true)).toMatch(/does not exist/);
    expect(readdirSync(folder)).toEqual(['data']);
  });

  test('says so when its folder cannot be made', () => {
    writeFileSync(join(folder, 'data'), '');

    expect(faultOf(true)).toMatch(/cannot be read or made \((EEXIST|ENOTDIR)\)/);
  });
});

describe('keyed hashes', () => {
  const secret = new Secret(VALUE);

  test('are HMAC-SHA-256 under the bytes of the secret', () => {
    // Checked with: printf text | openssl dgst -sha256 -mac HMAC -macopt hexkey:0123…
    expect(hmacHex(secret, 'text')).toBe('1df643aa37c5b65c1006be5b9dc0d2aa64fccc213959ac8a15a3727a443773ad');
  });

  test('a fingerprint tells equal keys, is the same for a Secret and its text, and is not the plain hash', () => {
    expect(fingerprint(secret, new Secret('sk-1'))).toBe(fingerprint(secret, 'sk-1'));
    expect(fingerprint(secret, 'sk-1')).not.toBe(fingerprint(secret, 'sk-2'));
    expect(fingerprint(secret, 'sk-1')).not.toBe(fingerprint(new Secret('f'.repeat(64)), 'sk-1'));
    expect(fingerprint(secret, 'sk-1')).not.toBe(hmacHex(secret, 'sk-1'));
  });
});
