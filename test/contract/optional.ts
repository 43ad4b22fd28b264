import { describe, expect, it } from 'vitest';
import type { Provider } from '../../src/ports/provider.ts';
import type { Transport } from '../../src/providers/lib/call.ts';
import type { Loopback, Received, Reply } from '../providers/support/loopback.ts';
import { type Connect, expectNoSecret, failure, textOf } from './expectations.ts';
import { FAULTS } from './faults.ts';
import type { OptionalCase, ProviderCase } from './provider-case.ts';

const SHORT: Transport = { timeoutMs: 60 };
const SETTERS = ['setSpendLimit', 'setRateLimit', 'setModelPermissions', 'deleteKeyOwner'] as const;

interface Read {
  readonly name: string;
  readonly run: (provider: Provider) => Promise<unknown> | undefined;
}

/** Costs, limits, events and the setters: optional, but where they exist they keep the same promises. */
export function describeOptional(testCase: ProviderCase, connect: Connect, server: () => Loopback): void {
  describe('what it need not have', () => {
    describeReads(testCase, connect, server);
    describeClosed(testCase, connect, server);
    describeSetters(testCase, connect, server);
  });
}

function describeReads(testCase: ProviderCase, connect: Connect, server: () => Loopback): void {
  const { optional } = testCase;

  it('reads its own costs over all pages, in dollars of ours', async () => {
    expect(await connect().readCosts?.(optional.days)).toEqual(optional.costs);
  });

  it('reads events over all pages, ascending from an instant on, one per id', async () => {
    expect(await connect().readEvents?.({ from: optional.eventsSince, to: null })).toEqual(optional.events);
  });

  it('reads the events of a window that has an end, the instant of the end left out', async () => {
    const last = optional.events.events.at(-1);

    expect(await connect().readEvents?.({ from: optional.eventsSince, to: last?.at ?? 0 })).toEqual({
      ...optional.events,
      events: optional.events.events.slice(0, -1),
    });
    const asked = server().requests.map(({ query }) => [...query.keys()].some((name) => /[.[]lt\b/.test(name)));
    expect(asked).not.toContain(false);
  });

  it('says how its event log is switched on', () => {
    expect(connect().eventsSetup).toMatch(/^An organization .*\.$/);
  });

  it('reads the limits of a scope', async () => {
    expect(await connect().readLimits?.(optional.scopeId)).toEqual(optional.limits);
  });

  it('refuses a cost window that its buckets do not cover exactly, without asking', async () => {
    const { from, to, widthMs } = optional.days;

    for (const window of [
      { from: from + 1, to, widthMs },
      { from, to: from, widthMs },
    ]) {
      expect((await failure(connect().readCosts?.(window))).code).toBe('invalid_input');
    }
    expect(server().requests).toEqual([]);
  });

  it('takes a repeated or a missing page token for a broken answer', async () => {
    for (const cursor of [{ last_id: 'same', next_page: 'same' }, {}]) {
      server().respond = beyondInventory(testCase, () => ({
        status: 200,
        json: { data: [], has_more: true, ...cursor },
      }));
      for (const { name, run } of readsOf(optional)) {
        expect((await failure(run(connect()))).code, name).toBe('provider_unavailable');
      }
    }
    expect(server().requests.length).toBeLessThan(60);
  });

  it.each(FAULTS.filter(({ name }) => name !== 'HTTP 403' && name !== 'HTTP 404'))(
    'turns $name into $read and never into "nothing there"',
    async (fault) => {
      server().respond = beyondInventory(testCase, (request) => fault.reply(testCase, request));
      const transport = fault.name.startsWith('silence') ? SHORT : undefined;

      for (const { name, run } of readsOf(optional)) {
        const error = await failure(run(connect({}, transport)));
        expect(error.code, name).toBe(fault.read);
        expectNoSecret(testCase, textOf(error));
      }
    },
  );
}

function describeClosed(testCase: ProviderCase, connect: Connect, server: () => Loopback): void {
  const { optional } = testCase;

  it.each([403, 404])('says of costs and events that HTTP %i means not enabled', async (status) => {
    server().respond = beyondInventory(testCase, () => ({ status, json: testCase.errorBody('not for you') }));

    expect(await connect().readCosts?.(optional.days)).toMatchObject({ availability: 'not_enabled', costs: [] });
    expect(await connect().readEvents?.({ from: optional.eventsSince, to: null })).toEqual({
      availability: 'not_enabled',
      events: [],
    });
  });

  it('says of refused limits that they are not enabled, never that there are none', async () => {
    server().respond = beyondInventory(testCase, () => ({ status: 403, json: testCase.errorBody('not for you') }));

    expect(await connect().readLimits?.(optional.scopeId)).toEqual({
      rateLimits: [],
      spendLimit: { availability: 'not_enabled', monthlyMicroUsd: null, enforcing: null },
      models: { availability: 'not_enabled', mode: 'all', models: [] },
    });
  });

  it('does not know the limits of a scope that is not there', async () => {
    server().respond = beyondInventory(testCase, () => ({ status: 404, json: testCase.errorBody('no such scope') }));

    expect((await failure(connect().readLimits?.('nowhere'))).code).toBe('provider_not_found');
  });
}

function describeSetters(testCase: ProviderCase, connect: Connect, server: () => Loopback): void {
  const { sets } = testCase.optional;
  const writesOf = (): Received[] => server().requests.filter(({ method }) => method !== 'GET');

  it('has setters with a write key only, and no others than the case knows', () => {
    const [reader, writer] = [connect({ writeKey: undefined }), connect()];

    expect(SETTERS.filter((name) => reader[name] !== undefined)).toEqual([]);
    expect(new Set(SETTERS.filter((name) => writer[name] !== undefined))).toEqual(
      new Set(sets.map(({ name }) => name)),
    );
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

  it.each(sets.map((set, index) => ({ ...set, index })))(
    '$name ($index) tries once and says what is not known',
    async (set) => {
      for (const fault of FAULTS.filter(({ name }) => name !== 'HTTP 404')) {
        server().requests.length = 0;
        server().respond = (request) =>
          request.method === 'GET' ? testCase.organization(request) : fault.reply(testCase, request);
        const transport = fault.name.startsWith('silence') ? SHORT : undefined;

        const error = await failure(set.run(connect({}, transport)));

        expect(error.code, fault.name).toBe(fault.write);
        expect(writesOf(), fault.name).toHaveLength(1);
        expectNoSecret(testCase, textOf(error));
      }
    },
  );

  it('refuses amounts and limits that cannot be, without asking', async () => {
    const provider = connect();
    const { scopeId, limits } = testCase.optional;
    const limitId = limits.rateLimits[0]?.id ?? '';

    for (const amount of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect((await failure(provider.setSpendLimit?.(scopeId, amount))).code).toBe('invalid_input');
    }
    for (const [id, value] of [
      [limitId, 1.5],
      [limitId, -1],
      ['no-such-limit', 1],
      [`${limitId}_unknown`, 1],
    ] as const) {
      expect((await failure(provider.setRateLimit?.(scopeId, id, value))).code).toBe('invalid_input');
    }
    expect(server().requests).toEqual([]);
  });
}

function readsOf(optional: OptionalCase): readonly Read[] {
  return [
    { name: 'readCosts', run: (provider) => provider.readCosts?.(optional.days) },
    { name: 'readEvents', run: (provider) => provider.readEvents?.({ from: optional.eventsSince, to: null }) },
    { name: 'readLimits', run: (provider) => provider.readLimits?.(optional.scopeId) },
  ];
}

// The inventory answers as ever, so that the fault meets the call that is looked at.
function beyondInventory(testCase: ProviderCase, reply: (request: Received) => Reply): (request: Received) => Reply {
  return (request) => (/\/workspaces$/.test(request.path) ? testCase.organization(request) : reply(request));
}
