import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import type { ConnectOptions, Provider } from '../../src/ports/provider.ts';
import type { Transport } from '../../src/providers/lib/call.ts';
import { type Loopback, startLoopback } from '../providers/support/loopback.ts';
import { type RecordingLogger, recordingLogger } from '../providers/support/recording-logger.ts';
import { type Connect, caught, expectNoSecret, failure, textOf } from './expectations.ts';
import { FAULTS } from './faults.ts';
import { describeOptional } from './optional.ts';
import type { ProviderCase } from './provider-case.ts';

const SHORT: Transport = { timeoutMs: 60 };
// Longer than a test may take.
const PATIENT: Transport = { timeoutMs: 600_000 };

/** What every provider adapter must do, through its real SDK, against a server on loopback. */
export function describeProviderContract(testCase: ProviderCase): void {
  describe(`${testCase.title} keeps the provider contract`, () => {
    let server: Loopback;
    let logger: RecordingLogger;

    beforeEach(async () => {
      server = await startLoopback(testCase.organization);
      logger = recordingLogger();
    });

    afterEach(async () => {
      await server.close();
      expectNoSecret(testCase, logger.lines.join('\n'));
    });

    const connect = (options: Partial<ConnectOptions> = {}, transport?: Transport) =>
      testCase.connect(
        {
          connectionId: 'test',
          readKey: new Secret(testCase.adminKey),
          writeKey: new Secret(testCase.writeKey),
          baseUrl: `${server.origin}${testCase.basePath}`,
          logger,
          ...options,
        },
        transport,
      );

    describeOptional(testCase, connect, () => server);
    describeReading(testCase, connect, () => server);
    describeFaults(testCase, connect, () => server);
    describeIdentity(testCase, connect, () => server);
  });
}

function describeReading(testCase: ProviderCase, connect: Connect, server: () => Loopback): void {
  it('lists all scopes over all pages', async () => {
    expect(await connect().listScopes()).toEqual(testCase.scopes);
  });

  it('lists all keys over all pages, one row per key', async () => {
    expect(await connect().listKeys(testCase.scopes)).toEqual(testCase.keys);
  });

  it('reads usage of a window over all pages', async () => {
    expect(await connect().readUsage(testCase.window)).toEqual(testCase.usage);
  });

  it('calls a key active that is there and gone that is not', async () => {
    expect(await connect().readKeyStatus(testCase.key)).toBe('active');

    server().respond = () => ({ status: 404, json: testCase.errorBody('no such key') });

    expect(await connect().readKeyStatus(testCase.key)).toBe('gone');
  });

  it('refuses a window that its buckets do not cover exactly, without asking', async () => {
    const provider = connect();
    const { from, to, widthMs } = testCase.window;

    for (const window of [
      { from: from + 1, to, widthMs },
      { from, to: from, widthMs },
      { from, to, widthMs: 90_000 },
    ]) {
      const error = await failure(provider.readUsage(window));
      expect(error.code).toBe('invalid_input');
    }
    expect(server().requests.filter(({ path }) => path.includes('usage'))).toEqual([]);
  });

  it('takes a repeated or a missing page token for a broken answer', async () => {
    for (const cursor of [{ last_id: 'same', next_page: 'same' }, {}]) {
      server().respond = () => ({ status: 200, json: { data: [], has_more: true, ...cursor } });

      for (const { run } of reads(testCase)) expect((await failure(run(connect()))).code).toBe('provider_unavailable');
    }
    expect(server().requests.length).toBeLessThan(60);
  });

  it('stops asking when the caller gives up', async () => {
    server().respond = () => ({ hang: true });
    const stop = new AbortController();

    const reading = failure(connect({}, PATIENT).listScopes(stop.signal));
    stop.abort();

    expect(await reading).toMatchObject({
      code: 'provider_unavailable',
      message: expect.stringContaining('cancelled'),
    });
  });
}

function describeFaults(testCase: ProviderCase, connect: Connect, server: () => Loopback): void {
  for (const fault of FAULTS) {
    it(`turns ${fault.name} into ${fault.read} when reading and tells nothing secret`, async () => {
      server().respond = (request) => fault.reply(testCase, request);
      const transport = fault.name.startsWith('silence') ? SHORT : undefined;

      for (const { name, run } of reads(testCase)) {
        const error = await failure(run(connect({}, transport)));
        expect(error.code, name).toBe(fault.read);
        expectNoSecret(testCase, textOf(error));
      }
      expect(server().requests.filter(({ path }) => path.startsWith('/elsewhere'))).toEqual([]);
    });

    it(`turns ${fault.name} into ${fault.write} when writing, after exactly one attempt`, async () => {
      server().respond = (request) =>
        request.method === 'GET' ? testCase.organization(request) : fault.reply(testCase, request);
      const transport = fault.name.startsWith('silence') ? SHORT : undefined;

      const error = await failure(testCase.act(connect({}, transport), testCase.key));

      expect(error.code).toBe(fault.write);
      expect(server().requests.filter(({ method }) => method !== 'GET')).toHaveLength(1);
      expectNoSecret(testCase, textOf(error));
    });
  }

  const waits: readonly (readonly [headers: Record<string, string>, expected: number])[] = [
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after-ms': '250' }, 250],
    [{ 'retry-after': 'Sat, 21 Nov 2026 10:01:30 GMT', date: 'Sat, 21 Nov 2026 10:00:00 GMT' }, 90_000],
    [{ 'retry-after': '999999999' }, 15 * 60_000],
    [{ 'retry-after': '-5' }, 60_000],
    [{ 'retry-after': 'soon' }, 60_000],
    [{}, 60_000],
  ];
  it.each(waits)('waits a bounded time after a 429 with %j', async (headers, expected) => {
    server().respond = () => ({ status: 429, json: testCase.errorBody('slow down'), headers });

    const error = await failure(connect().listScopes());

    expect(error.retryAfterMs).toBe(expected);
    expect(server().requests).toHaveLength(1);
  });
}

function describeIdentity(testCase: ProviderCase, connect: Connect, server: () => Loopback): void {
  it('sends its own key, address and headers whatever the environment says', async () => {
    const before = { ...process.env };
    Object.assign(process.env, testCase.ambient);
    try {
      const provider = connect();
      await provider.listScopes();
      await provider.listKeys(testCase.scopes);
      await provider.readUsage(testCase.window);
      await provider.readCosts?.(testCase.optional.days);
      await provider.readEvents?.({ from: testCase.optional.eventsSince, to: null });
      await provider.readLimits?.(testCase.optional.scopeId);
      await testCase.act(provider, testCase.key);
    } finally {
      for (const name of Object.keys(testCase.ambient)) delete process.env[name];
      Object.assign(process.env, before);
    }

    const allowed = [
      'accept',
      'accept-encoding',
      'accept-language',
      'anthropic-beta',
      'anthropic-version',
      'authorization',
      'connection',
    ];
    const alsoAllowed = ['content-length', 'content-type', 'host', 'sec-fetch-mode', 'user-agent'];
    expect(server().requests.length).toBeGreaterThan(5);
    for (const { method, headers } of server().requests) {
      const key = method === 'GET' ? testCase.adminKey : testCase.writeKey;
      expect(headers.authorization).toBe(`Bearer ${key}`);
      expect(Object.keys(headers).filter((name) => ![...allowed, ...alsoAllowed].includes(name))).toEqual([]);
      expect(JSON.stringify(headers)).not.toContain('ambient');
    }
  });

  it('has no acts without a write key, and console steps for each act', () => {
    const provider = connect({ writeKey: undefined });

    expect(provider.writable).toBe(false);
    expect([provider.suspendKey, provider.restoreKey, provider.revokeKey]).toEqual([undefined, undefined, undefined]);
    for (const act of ['suspend', 'restore', 'revoke'] as const) {
      const { url, steps } = provider.consoleSteps(act, testCase.key);
      expect(url).toMatch(/^https:\/\//);
      expect(steps.length).toBeGreaterThan(1);
    }
  });

  it('offers a way back exactly where it says that a stop is reversible', () => {
    const provider = connect();

    expect(provider.writable).toBe(true);
    expect(provider.suspendKey !== undefined).toBe(provider.capabilities.disable === 'reversible');
    expect(provider.restoreKey !== undefined).toBe(provider.capabilities.disable === 'reversible');
    expect(provider.revokeKey).toBeDefined();
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

  it('gives the SDK no key to hold', () => {
    const logger = recordingLogger();
    const client = testCase.createClient({
      baseUrl: server().origin,
      key: new Secret(testCase.adminKey),
      link: { title: testCase.title, connectionId: 'test', logger, scrub: (text) => text },
      transport: SHORT,
    });

    expectNoSecret(testCase, inspect(client, { depth: 20, showHidden: true }));
  });
}

function reads(testCase: ProviderCase): readonly { name: string; run: (provider: Provider) => Promise<unknown> }[] {
  return [
    { name: 'listScopes', run: (provider) => provider.listScopes() },
    { name: 'listKeys', run: (provider) => provider.listKeys(testCase.scopes) },
    { name: 'readUsage', run: (provider) => provider.readUsage(testCase.window) },
  ];
}
