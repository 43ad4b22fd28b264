import { expect, it } from 'vitest';
import type { Provider } from '../../src/ports/provider.ts';
import type { Loopback, Received } from '../providers/support/loopback.ts';
import { type Connect, expectNoSecret, failure, SHORT, textOf } from './expectations.ts';
import { FAULTS } from './faults.ts';
import type { ProviderCase } from './provider-case.ts';
import { WAITS } from './reading.ts';

const ACTS = ['suspendKey', 'restoreKey', 'revokeKey'] as const;
const SETTERS = ['setSpendLimit', 'setRateLimit', 'setModelPermissions', 'deleteKeyOwner', 'createKey'] as const;

interface Write {
  readonly name: string;
  readonly run: (provider: Provider) => Promise<unknown> | undefined;
}

/** Every act and setter that the provider has: one attempt, with the write key, and never a guess at the outcome. */
export function describeWriting(testCase: ProviderCase, connect: Connect, server: () => Loopback): void {
  const { sets } = testCase.optional;
  const writesOf = (): Received[] => server().requests.filter(({ method }) => method !== 'GET');
  const acts = (): Write[] =>
    ACTS.filter((name) => connect()[name] !== undefined).map((name) => ({
      name,
      run: (provider) => provider[name]?.(testCase.key),
    }));

  it('offers a way back exactly where it says that a stop is reversible', () => {
    const { capabilities, writable, ...provider } = connect();

    expect(writable).toBe(true);
    expect(provider.suspendKey !== undefined).toBe(capabilities.disable === 'reversible');
    expect(provider.restoreKey !== undefined).toBe(capabilities.disable === 'reversible');
    expect(provider.revokeKey !== undefined).toBe(capabilities.disable !== 'none');
    expect(provider.createKey !== undefined).toBe(capabilities.create !== 'none');
  });

  it('has acts and setters with a write key only, and no other setters than the case knows', () => {
    const [reader, writer] = [connect({ writeKey: undefined }), connect()];

    expect(reader.writable).toBe(false);
    expect([...ACTS, ...SETTERS].filter((name) => reader[name] !== undefined)).toEqual([]);
    expect(new Set(SETTERS.filter((name) => writer[name] !== undefined))).toEqual(
      new Set(sets.map(({ name }) => name)),
    );
  });

  it('each act sends one request with the write key', async () => {
    for (const { name, run } of acts()) {
      server().requests.length = 0;

      await run(connect());

      expect(writesOf(), name).toHaveLength(1);
      expect(writesOf()[0]?.headers.authorization).toBe(`Bearer ${testCase.writeKey}`);
    }
  });

  it.each(sets.map((set, index) => ({ ...set, index })))(
    '$name ($index) sends one request with the write key',
    async (set) => {
      await set.run(connect());

      const sent = writesOf().map(({ method, path, body }) => ({
        method,
        path,
        body: body === '' ? null : JSON.parse(body),
      }));
      expect(sent).toEqual([set.request]);
      expect(writesOf()[0]?.headers.authorization).toBe(`Bearer ${testCase.writeKey}`);
    },
  );

  it.each(FAULTS)('turns $name into $write, after exactly one attempt', async (fault) => {
    const transport = fault.name.startsWith('silence') ? SHORT : undefined;
    // Removing what is not there is done: a setter may take a 404 for that.
    const writes: readonly Write[] = fault.status === 404 ? acts() : [...acts(), ...sets];
    for (const { name, run } of writes) {
      server().requests.length = 0;
      server().respond = (request) =>
        request.method === 'GET' ? testCase.organization(request) : fault.reply(testCase, request);

      const error = await failure(run(connect({}, transport)));

      expect(error.code, name).toBe(fault.write);
      expect(writesOf(), name).toHaveLength(1);
      expectNoSecret(testCase, textOf(error));
    }
  });

  it.each(WAITS)('waits a bounded time after a 429 with Retry-After %j', async (headers, expected) => {
    server().respond = (request) =>
      request.method === 'GET'
        ? testCase.organization(request)
        : { status: 429, json: testCase.errorBody('slow down'), headers };

    for (const { name, run } of [...acts(), ...sets]) {
      expect((await failure(run(connect()))).retryAfterMs, name).toBe(expected);
    }
  });

  it('refuses amounts and limits that cannot be, without asking', async () => {
    const provider = connect();
    const { scopeId, limits } = testCase.optional;
    const limitId = limits?.rateLimits[0]?.id ?? '';

    if (provider.setSpendLimit !== undefined) {
      for (const amount of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
        expect((await failure(provider.setSpendLimit(scopeId, amount))).code).toBe('invalid_input');
      }
    }
    for (const [id, value] of [
      [limitId, 1.5],
      [limitId, -1],
      ['no-such-limit', 1],
      [`${limitId}_unknown`, 1],
    ] as const) {
      if (provider.setRateLimit === undefined) break;
      expect((await failure(provider.setRateLimit(scopeId, id, value))).code).toBe('invalid_input');
    }
    expect(server().requests).toEqual([]);
  });
}
