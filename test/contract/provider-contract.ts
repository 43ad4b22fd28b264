import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError, type ErrorCode } from '../../src/domain/errors.ts';
import type { ProviderKey, ProviderScope } from '../../src/domain/key.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { ProviderUsage } from '../../src/domain/usage.ts';
import type { ConnectOptions, KeyRef, Provider, UsageWindow } from '../../src/ports/provider.ts';
import type { ClientOptions, Transport } from '../../src/providers/lib/call.ts';
import {
  type Loopback,
  type Received,
  type Reply,
  type Respond,
  startLoopback,
} from '../providers/support/loopback.ts';
import { type RecordingLogger, recordingLogger } from '../providers/support/recording-logger.ts';

/** What a provider's own test brings along: how to connect, what its server answers, and what must come of it. */
export interface ProviderCase {
  readonly title: string;
  /** Path of the base URL: `/v1` or nothing. */
  readonly basePath: string;
  readonly adminKey: string;
  readonly writeKey: string;
  connect(options: ConnectOptions, transport?: Transport): Provider;
  createClient(options: ClientOptions): object;
  /** A small organization, its lists split over several pages, with fields that no schema knows. */
  readonly organization: Respond;
  readonly scopes: readonly ProviderScope[];
  readonly keys: readonly ProviderKey[];
  readonly window: UsageWindow;
  readonly usage: readonly ProviderUsage[];
  readonly key: KeyRef;
  /** The mildest write that the provider offers. */
  act(provider: Provider, ref: KeyRef): Promise<void>;
  /** Variables that the SDK reads from the environment, with values that must never show on the wire. */
  readonly ambient: Readonly<Record<string, string>>;
  /** An error body in the provider's own form. */
  errorBody(message: string, code?: string): unknown;
  readonly terminalCode: string;
}

const SHORT: Transport = { timeoutMs: 60 };
// Longer than a test may take.
const PATIENT: Transport = { timeoutMs: 600_000 };

interface Fault {
  readonly name: string;
  reply(testCase: ProviderCase, request: Received): Reply;
  readonly read: ErrorCode;
  readonly write: ErrorCode;
}

// Each answer repeats the key that it was asked with, as a careless proxy would.
const FAULTS: readonly Fault[] = [
  status(401, 'provider_auth', 'provider_auth'),
  status(403, 'provider_denied', 'provider_denied'),
  status(404, 'provider_not_found', 'provider_not_found'),
  status(400, 'provider_rejected', 'provider_rejected'),
  status(408, 'provider_unavailable', 'provider_outcome_unknown'),
  status(409, 'provider_rejected', 'provider_rejected'),
  status(422, 'provider_rejected', 'provider_rejected'),
  status(429, 'provider_rate_limited', 'provider_rate_limited'),
  status(500, 'provider_unavailable', 'provider_outcome_unknown'),
  status(529, 'provider_unavailable', 'provider_outcome_unknown'),
  {
    name: 'a 429 that waiting does not cure',
    reply: (testCase, { headers }) => ({
      status: 429,
      json: testCase.errorBody(`no credit ${keyOf(headers)}`, testCase.terminalCode),
    }),
    read: 'provider_quota',
    write: 'provider_quota',
  },
  {
    name: "a proxy's 404 page",
    reply: () => ({ status: 404, text: '<html>not here</html>', headers: { 'content-type': 'text/html' } }),
    read: 'provider_unavailable',
    write: 'provider_outcome_unknown',
  },
  {
    name: 'a web page instead of an answer',
    reply: (_, { headers }) => ({
      status: 200,
      text: `<html>${keyOf(headers)}</html>`,
      headers: { 'content-type': 'text/html' },
    }),
    read: 'provider_unavailable',
    write: 'provider_outcome_unknown',
  },
  {
    name: 'malformed JSON',
    reply: (_, { headers }) => ({ status: 200, text: `{"data":[{"id":"${keyOf(headers)}"` }),
    read: 'provider_unavailable',
    write: 'provider_outcome_unknown',
  },
  {
    name: 'an answer of another shape',
    reply: (_, { headers }) => ({ status: 200, json: { value: keyOf(headers) } }),
    read: 'provider_unavailable',
    write: 'provider_outcome_unknown',
  },
  {
    name: 'half a page and a cut connection',
    reply: (_, { headers }) => ({ cutAfter: `{"data":[{"id":"${keyOf(headers)}"}` }),
    read: 'provider_unavailable',
    write: 'provider_outcome_unknown',
  },
  {
    name: 'a redirect to another address',
    reply: (_, { path }) => ({ status: 307, text: '', headers: { location: `/elsewhere${path}` } }),
    read: 'provider_unavailable',
    write: 'provider_outcome_unknown',
  },
  {
    name: 'silence',
    reply: () => ({ hang: true }),
    read: 'provider_unavailable',
    write: 'provider_outcome_unknown',
  },
  {
    name: 'silence in the middle of the body',
    reply: () => ({ hang: true, headersFirst: true }),
    read: 'provider_unavailable',
    write: 'provider_outcome_unknown',
  },
];

function keyOf(headers: Received['headers']): string {
  return headers.authorization?.replace('Bearer ', '') ?? '';
}

function status(code: number, read: ErrorCode, write: ErrorCode): Fault {
  return {
    name: `HTTP ${code}`,
    reply: (testCase, { headers }) => ({ status: code, json: testCase.errorBody(`bad key ${keyOf(headers)}`) }),
    read,
    write,
  };
}

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

    describeReading(testCase, connect, () => server);
    describeFaults(testCase, connect, () => server);
    describeIdentity(testCase, connect, () => server);
  });
}

type Connect = (options?: Partial<ConnectOptions>, transport?: Transport) => Provider;

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
      await testCase.act(provider, testCase.key);
    } finally {
      for (const name of Object.keys(testCase.ambient)) delete process.env[name];
      Object.assign(process.env, before);
    }

    const allowed = [
      'accept',
      'accept-encoding',
      'accept-language',
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

async function failure(promise: Promise<unknown>): Promise<AppError> {
  try {
    await promise;
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(AppError);
    return thrown as AppError;
  }
  throw new Error('expected a failure, but the call succeeded');
}

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (thrown) {
    return thrown;
  }
  throw new Error('expected a failure, but the call succeeded');
}

function textOf(thrown: unknown): string {
  const message = thrown instanceof AppError ? `${thrown.publicMessage} ${thrown.stack}` : '';
  return `${message} ${inspect(thrown, { depth: 20, showHidden: true })}`;
}

function expectNoSecret(testCase: ProviderCase, text: string): void {
  expect(text).not.toContain(testCase.adminKey);
  expect(text).not.toContain(testCase.writeKey);
}
