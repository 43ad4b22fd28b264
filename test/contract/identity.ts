import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import type { ConnectOptions } from '../../src/ports/provider.ts';
import type { Loopback } from '../providers/support/loopback.ts';
import { recordingLogger } from '../providers/support/recording-logger.ts';
import { type Connect, caught, expectNoSecret, SHORT, textOf } from './expectations.ts';
import type { ProviderCase } from './provider-case.ts';
import { readsOf } from './reads.ts';

// What fetch adds by itself, and what every request of ours carries.
const USUAL_HEADERS = [
  'accept',
  'accept-encoding',
  'accept-language',
  'authorization',
  'connection',
  'content-length',
  'content-type',
  'host',
  'sec-fetch-mode',
  'user-agent',
];

/** Who a connection is and where it goes: decided by its options alone. */
export function describeIdentity(testCase: ProviderCase, connect: Connect, server: () => Loopback): void {
  it('sends its own key, address and headers whatever the ambient variables say', async () => {
    const before = { ...process.env };
    Object.assign(process.env, testCase.ambient);
    try {
      const provider = connect();
      for (const { run } of readsOf(testCase)) await run(provider);
      for (const act of [provider.suspendKey, provider.restoreKey, provider.revokeKey]) await act?.(testCase.key);
      for (const { run } of testCase.optional.sets) await run(provider);
    } finally {
      for (const name of Object.keys(testCase.ambient)) delete process.env[name];
      Object.assign(process.env, before);
    }

    const allowed = [...USUAL_HEADERS, ...testCase.ownHeaders];
    expect(server().requests.length).toBeGreaterThan(5);
    for (const { method, headers } of server().requests) {
      // A setter may look first what is there, with either key.
      const keys = method === 'GET' ? [testCase.adminKey, testCase.writeKey] : [testCase.writeKey];
      expect(keys.map((key) => `Bearer ${key}`)).toContain(headers.authorization);
      expect(Object.keys(headers).filter((name) => !allowed.includes(name))).toEqual([]);
      expect(JSON.stringify(headers)).not.toContain('ambient');
    }
  });

  it('reads with the read key only', async () => {
    const provider = connect();
    for (const { run } of readsOf(testCase)) await run(provider);

    const used = new Set(server().requests.map(({ headers }) => headers.authorization));
    expect([...used]).toEqual([`Bearer ${testCase.adminKey}`]);
  });

  it('keeps two connections apart that are made in one process', async () => {
    const other = 'canary.other.organization.0123456789';
    const [one, two] = [connect(), connect({ connectionId: 'other', readKey: new Secret(other) })];

    await Promise.all([one.listScopes(), two.listScopes(), one.listScopes()]);

    const sent = server().requests.map(({ headers }) => headers.authorization);
    const ofOther = sent.filter((header) => header === `Bearer ${other}`);
    expect(sent.filter((header) => header === `Bearer ${testCase.adminKey}`)).toHaveLength(2 * ofOther.length);
    expect(sent).toHaveLength(3 * ofOther.length);
  });

  it('has console steps for each act, with or without a write key', () => {
    for (const provider of [connect({ writeKey: undefined }), connect()]) {
      for (const act of ['suspend', 'restore', 'revoke', 'change_cap'] as const) {
        const { url, steps } = provider.consoleSteps(act, testCase.key);
        expect(url).toMatch(/^https:\/\//);
        expect(steps.length).toBeGreaterThan(1);
      }
    }
  });

  it('refuses a key or an address that cannot be right, without repeating it', () => {
    const wrong: Partial<ConnectOptions>[] = [
      { readKey: new Secret(`${testCase.adminKey}\n`) },
      { writeKey: new Secret('') },
      { baseUrl: `https://user:${testCase.adminKey}@example.com` },
      { baseUrl: 'ftp://example.com' },
      { baseUrl: '' },
    ];
    for (const options of wrong) {
      const thrown = caught(() => connect(options));
      expect(thrown).toMatchObject({ code: 'invalid_config' });
      expectNoSecret(testCase, textOf(thrown));
    }
  });

  it.runIf(testCase.createClient !== undefined)('gives the SDK no key to hold, and no retries', () => {
    const client = testCase.createClient?.({
      baseUrl: server().origin,
      key: new Secret(testCase.adminKey),
      link: { title: testCase.title, connectionId: 'test', logger: recordingLogger(), scrub: (text) => text },
      transport: SHORT,
    });

    expectNoSecret(testCase, inspect(client, { depth: 20, showHidden: true }));
    expect(client).toMatchObject({ maxRetries: 0, logLevel: 'warn' });
  });
}
