import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config/env.ts';
import { formatFaults } from '../../src/config/faults.ts';
import { openai } from '../../src/providers/openai/provider.ts';
import { ANTHROPIC_KEY, CANARY, DETECTORS, ENV, faultsOf, OPENAI_KEY, POLICY, readOk } from './given.ts';

const { OPENAI_ADMIN_KEY: _, ...BARE } = ENV;

function connectionsOf(env: Record<string, string>) {
  return readOk({ ...BARE, ...env }).config.connections.map(({ connectionId, writable }) => [connectionId, writable]);
}

describe('connections', () => {
  test('each name makes one, in lower case with dashes', () => {
    const env = {
      OPENAI_ADMIN_KEY: OPENAI_KEY,
      OPENAI_ADMIN_KEY__ACME_EU: `${OPENAI_KEY}2`,
      ANTHROPIC_ADMIN_KEY__a1: ANTHROPIC_KEY,
    };

    expect(connectionsOf(env)).toEqual([
      ['openai', true],
      ['openai:acme-eu', true],
      ['anthropic:a1', true],
    ]);
  });

  test('a read key alone cannot act', () => {
    expect(connectionsOf({ ANTHROPIC_ADMIN_KEY_READ__ACME: ANTHROPIC_KEY })).toEqual([['anthropic:acme', false]]);
  });

  test('a read key and a write key are kept apart', () => {
    const { secrets } = readOk({
      ...BARE,
      OPENAI_ADMIN_KEY_READ: OPENAI_KEY,
      OPENAI_ADMIN_KEY_WRITE: `${OPENAI_KEY}w`,
    });

    expect(secrets.connections.get('openai')?.readKey.reveal()).toBe(OPENAI_KEY);
    expect(secrets.connections.get('openai')?.writeKey?.reveal()).toBe(`${OPENAI_KEY}w`);
  });

  test('a plain key under one name and a read key under another do not disturb each other', () => {
    expect(connectionsOf({ OPENAI_ADMIN_KEY: OPENAI_KEY, OPENAI_ADMIN_KEY_READ__B: `${OPENAI_KEY}2` })).toEqual([
      ['openai', true],
      ['openai:b', false],
    ]);
  });

  test.each<[string, Record<string, string>, string, RegExp]>([
    [
      'write without read',
      { OPENAI_ADMIN_KEY_WRITE__A: OPENAI_KEY },
      'OPENAI_ADMIN_KEY_WRITE__A',
      /Add OPENAI_ADMIN_KEY_READ__A, or rename it to OPENAI_ADMIN_KEY__A/,
    ],
    [
      'plain and read',
      { OPENAI_ADMIN_KEY: OPENAI_KEY, OPENAI_ADMIN_KEY_READ: OPENAI_KEY },
      'OPENAI_ADMIN_KEY',
      /Keep OPENAI_ADMIN_KEY for both/,
    ],
    [
      'plain and write',
      { OPENAI_ADMIN_KEY: OPENAI_KEY, OPENAI_ADMIN_KEY_WRITE: OPENAI_KEY },
      'OPENAI_ADMIN_KEY',
      /Keep OPENAI_ADMIN_KEY for both/,
    ],
    ['one underscore', { OPENAI_ADMIN_KEY_ACME: OPENAI_KEY }, 'OPENAI_ADMIN_KEY_ACME', /Write OPENAI_ADMIN_KEY__ACME;/],
    [
      'a right after two',
      { OPENAI_ADMIN_KEY__READ: OPENAI_KEY },
      'OPENAI_ADMIN_KEY__READ',
      /Write OPENAI_ADMIN_KEY_READ;/,
    ],
    [
      'right and name',
      { OPENAI_ADMIN_KEY_READ_X: OPENAI_KEY },
      'OPENAI_ADMIN_KEY_READ_X',
      /Write OPENAI_ADMIN_KEY_READ__X;/,
    ],
    ['plural', { OPENAI_ADMIN_KEYS: OPENAI_KEY }, 'OPENAI_ADMIN_KEYS', /Write OPENAI_ADMIN_KEY\./],
    [
      'same name twice',
      { OPENAI_ADMIN_KEY__A: OPENAI_KEY, OPENAI_ADMIN_KEY__a: `${OPENAI_KEY}2` },
      'OPENAI_ADMIN_KEY__a',
      /only in case/,
    ],
    ['same key twice', { OPENAI_ADMIN_KEY: OPENAI_KEY, OPENAI_ADMIN_KEY__A: OPENAI_KEY }, 'openai:a', /counted twice/],
    [
      'inference key',
      { ANTHROPIC_ADMIN_KEY: `sk-ant-api03-${CANARY}` },
      'ANTHROPIC_ADMIN_KEY',
      /is an Anthropic inference key.*starts with sk-ant-admin01-/s,
    ],
    [
      'project key',
      { OPENAI_ADMIN_KEY: `sk-proj-${CANARY}` },
      'OPENAI_ADMIN_KEY',
      /is an OpenAI project key.*starts with sk-admin-/s,
    ],
    ['other provider', { OPENAI_ADMIN_KEY: ANTHROPIC_KEY }, 'OPENAI_ADMIN_KEY', /is an Anthropic admin key/],
    ['placeholder', { OPENAI_ADMIN_KEY_READ: 'changeme' }, 'OPENAI_ADMIN_KEY_READ', /not in the form of an admin key/],
  ])('fault: %s', (_name, env, where, expected) => {
    const faults = faultsOf({ ...BARE, ...env });

    expect(faults.map((fault) => fault.where)).toEqual([where]);
    expect(formatFaults(faults)).toMatch(expected);
    expect(formatFaults(faults)).not.toContain(CANARY);
  });

  test('the form of a key is not checked where a stand-in is addressed', () => {
    const env = { ...BARE, ANTHROPIC_ADMIN_KEY: 'anything', ANTHROPIC_BASE_URL: 'http://localhost:4020' };

    expect(readOk(env).config.connections[0]?.address).toEqual({ url: 'http://localhost:4020', isDefault: false });
  });

  test('the form of a key is not checked for a provider that tells none', () => {
    const { adminKeyForm, ...formless } = openai;
    const readFile = (path: string) => (path === './policy.yml' ? POLICY : undefined);
    const env = { ...BARE, OPENAI_ADMIN_KEY: 'anything' };

    expect(adminKeyForm?.prefix).toBe('sk-admin-');
    expect(readConfig({ env, readFile, providers: [formless], detectors: DETECTORS }).ok).toBe(true);
  });

  test('the public address written out is still the public address', () => {
    const env = { ...BARE, OPENAI_ADMIN_KEY: 'anything', OPENAI_BASE_URL: 'https://api.openai.com/v1/' };

    expect(faultsOf(env).map((fault) => fault.where)).toEqual(['OPENAI_ADMIN_KEY']);
  });

  test.each([
    'http://127.0.0.2:1',
    'http://127.1',
    'http://localhost',
    'http://[::1]:9',
    'https://proxy.example/anthropic',
  ])('address %s is allowed', (url) => {
    expect(faultsOf({ ...BARE, ANTHROPIC_ADMIN_KEY: 'x', ANTHROPIC_BASE_URL: url })).toEqual([]);
  });

  test.each([
    'http://127.0.0.1.example.com',
    'http://localhost.example',
    'http://10.0.0.1',
    'http://0.0.0.0',
    'ftp://127.0.0.1',
    'http://[::2]',
  ])('address %s is refused', (url) => {
    expect(faultsOf({ ...BARE, ANTHROPIC_ADMIN_KEY: 'x', ANTHROPIC_BASE_URL: url })).toHaveLength(1);
  });
});

describe('secrets from files', () => {
  test('the trailing line break is dropped, and the name may carry a connection', () => {
    const { secrets } = readOk({ ...BARE, OPENAI_ADMIN_KEY__A_FILE: '/k' }, { '/k': `${OPENAI_KEY}\r\n` });

    expect(secrets.connections.get('openai:a')?.readKey.reveal()).toBe(OPENAI_KEY);
  });

  test.each<[string, Record<string, string>, Record<string, string>, RegExp]>([
    ['both given', { OPENAI_ADMIN_KEY: OPENAI_KEY, OPENAI_ADMIN_KEY_FILE: '/k' }, {}, /together with OPENAI_ADMIN_KEY/],
    ['no such file', { OPENAI_ADMIN_KEY_FILE: '/none' }, {}, /a file that does not exist/],
    ['an empty file', { OPENAI_ADMIN_KEY_FILE: '/k' }, { '/k': '\n' }, /a file that is empty/],
    ['two lines', { OPENAI_ADMIN_KEY_FILE: '/k' }, { '/k': `${OPENAI_KEY}\nmore\n` }, /line break inside/],
    ['the key itself', { OPENAI_ADMIN_KEY_FILE: OPENAI_KEY }, {}, /holds a key instead of a path/],
    [
      'a wrong key in it',
      { OPENAI_ADMIN_KEY_FILE: '/k' },
      { '/k': `sk-proj-${CANARY}` },
      /OPENAI_ADMIN_KEY_FILE is an OpenAI project key/,
    ],
  ])('fault: %s', (_name, env, files, expected) => {
    const faults = faultsOf({ ...BARE, ...env }, files);

    expect(faults.map((fault) => fault.where)).toEqual(['OPENAI_ADMIN_KEY_FILE']);
    expect(formatFaults(faults)).toMatch(expected);
    expect(formatFaults(faults)).not.toContain(CANARY);
  });
});
