import { describe, expect, it } from 'vitest';
import type { Transport } from '../../src/providers/lib/call.ts';
import type { Loopback, Respond } from '../providers/support/loopback.ts';
import { type Connect, expectNoSecret, failure, SHORT, textOf } from './expectations.ts';
import { FAULTS } from './faults.ts';
import type { ProviderCase } from './provider-case.ts';
import { readsOf, scopeOf } from './reads.ts';
import { REWRITINGS, rewritten } from './rewritten.ts';

// Longer than a test may take.
const PATIENT: Transport = { timeoutMs: 600_000 };

/** Every read of the port: the same promises for all of them. */
export function describeReading(testCase: ProviderCase, connect: Connect, server: () => Loopback): void {
  const reads = readsOf(testCase);

  it('has the optional reads that the case knows, and no others', () => {
    const provider = connect();
    const { costs, events, limits, spendAlerts, members } = testCase.optional;

    expect(provider.readCosts !== undefined).toBe(costs !== null);
    expect(provider.readEvents !== undefined).toBe(events !== null);
    expect(provider.readLimits !== undefined).toBe(limits !== null);
    expect(provider.listMembers !== undefined).toBe(members !== null);
    expect(provider.readSpendAlerts !== undefined).toBe(spendAlerts !== null);
    expect(provider.capabilities.spendAlerts).toBe(spendAlerts === null ? 'console' : 'listed');
    expect(provider.spendAlertsUrl).toMatch(/^https:\/\//);
    expect(provider.streamUsage !== undefined).toBe(testCase.streams);
  });

  it.each(reads)('$name gives everything, over all pages', async ({ run, expected }) => {
    expect(await run(connect())).toEqual(expected);
  });

  it('is shown what goes wrong elsewhere: keys without owner, hint or dates, usage without a key id, nameless people', () => {
    const { keys, usage, optional } = testCase;

    expect(keys).toContainEqual(expect.objectContaining({ owner: null }));
    expect(keys).toContainEqual(expect.objectContaining({ hint: null }));
    expect(keys).toContainEqual(expect.objectContaining({ createdAt: null, lastUsedAt: null, expiresAt: null }));
    expect(usage).toContainEqual(expect.objectContaining({ providerKeyId: null }));
    if (optional.members !== null) {
      expect(optional.members).toContainEqual(expect.objectContaining({ email: expect.stringContaining('@') }));
      expect(optional.members).toContainEqual(expect.objectContaining({ name: null, email: null }));
    }
    if (optional.costs?.perKey)
      expect(optional.costs.costs).toContainEqual(expect.objectContaining({ providerKeyId: null }));
  });

  it.each(REWRITINGS)('reads the same with $name', async ({ rewrite }) => {
    server().respond = rewritten(testCase.organization, rewrite);

    for (const { name, run, expected } of reads) expect(await run(connect()), name).toEqual(expected);
  });

  it('lists 10,000 keys over 200 pages, each page once', async () => {
    server().respond = testCase.manyKeys(10_000, 50);

    const keys = await connect().listKeys(testCase.scopes.slice(0, 2));

    const inference = new Set(keys.filter(({ kind }) => kind === 'inference').map(({ id }) => id));
    expect(inference.size).toBeGreaterThanOrEqual(10_000);
    expect(inference.size).toBe(keys.filter(({ kind }) => kind === 'inference').length);
    const urls = urlsOf(server());
    expect(urls.length).toBeGreaterThanOrEqual(200);
    expect(new Set(urls).size).toBe(urls.length);
  });

  it('says of a key that is not there that it is gone', async () => {
    server().respond = () => ({ status: 404, json: testCase.errorBody('no such key') });

    expect(await connect().readKeyStatus(testCase.key)).toBe('gone');
  });

  it.runIf(testCase.optional.events !== null)(
    'reads events up to an end, that instant left out, and says how its log is switched on',
    async () => {
      const { events, eventsSince } = testCase.optional;
      if (events === null) return;
      const last = events.events.at(-1);

      expect(await connect().readEvents?.({ from: eventsSince, to: last?.at ?? 0 })).toEqual({
        ...events,
        events: events.events.slice(0, -1),
      });
      const asked = server().requests.map(({ query }) => [...query.keys()].some((name) => /[.[]lt\b/.test(name)));
      expect(asked).not.toContain(false);
      expect(connect().eventsSetup).toMatch(/^An organization .*\.$/);
    },
  );

  it('refuses windows that its buckets do not cover exactly, without asking', async () => {
    const provider = connect();
    for (const [{ from, to, widthMs }, read] of [
      [testCase.window, provider.readUsage],
      [testCase.optional.days, provider.readCosts],
    ] as const) {
      for (const window of [
        { from: from + 1, to, widthMs },
        { from, to: from, widthMs },
        { from, to, widthMs: 90_000 },
      ]) {
        if (read !== undefined) expect((await failure(read(window))).code).toBe('invalid_input');
      }
    }
    expect(server().requests.filter(({ path }) => testCase.lookUps?.test(path) !== true)).toEqual([]);
  });

  describeBrokenReading(testCase, connect, server);
  describeClosed(testCase, connect, server);
}

function describeBrokenReading(testCase: ProviderCase, connect: Connect, server: () => Loopback): void {
  const reads = readsOf(testCase);

  it('takes a repeated or a missing page token for a broken answer', async () => {
    for (const json of testCase.endlessPages) {
      server().respond = beyondLookUps(testCase, () => ({ status: 200, json }));
      for (const { name, run } of reads) {
        if (name === 'listScopes') continue;
        expect((await failure(run(connect()))).code, name).toBe('provider_unavailable');
      }
      server().respond = () => ({ status: 200, json });
      expect((await failure(connect().listScopes())).code).toBe('provider_unavailable');
    }
    expect(server().requests.length).toBeLessThan(120);
  });

  it.each(reads.filter(({ paged }) => paged))(
    '$name never gives half of it when a later page breaks off',
    async (read) => {
      const seen = new Set<string>();
      server().respond = (request) => {
        const isLater = seen.has(request.path);
        seen.add(request.path);
        return isLater ? { cutAfter: '{"data":[{"id":"half' } : testCase.organization(request);
      };

      expect((await failure(read.run(connect()))).code).toBe('provider_unavailable');
    },
  );

  it.each(FAULTS)('turns $name into $read, asks once and tells nothing secret', async (fault) => {
    const transport = fault.name.startsWith('silence') ? SHORT : undefined;
    const faulty: Respond = (request) => fault.reply(testCase, request);
    for (const respond of [faulty, beyondLookUps(testCase, faulty)]) {
      for (const { name, run, answers } of reads) {
        if (fault.status !== undefined && answers.includes(fault.status)) continue;
        if (respond !== faulty && name === 'listScopes') continue;
        server().respond = respond;
        server().requests.length = 0;

        const error = await failure(run(connect({}, transport)));

        expect(error.code, name).toBe(fault.read);
        expectNoSecret(testCase, textOf(error));
        const urls = urlsOf(server());
        expect(new Set(urls).size, name).toBe(urls.length);
        expect(urls.filter((url) => url.includes('/elsewhere'))).toEqual([]);
      }
    }
  });

  it.each(WAITS)('waits a bounded time after a 429 with Retry-After %j', async (headers, expected) => {
    server().respond = () => ({ status: 429, json: testCase.errorBody('slow down'), headers });

    for (const { name, run } of reads) expect((await failure(run(connect()))).retryAfterMs, name).toBe(expected);
  });

  it.each(reads)('$name stops when the caller gives up', async ({ run }) => {
    server().respond = () => ({ hang: true });
    const stop = new AbortController();

    const reading = failure(run(connect({}, PATIENT), stop.signal));
    stop.abort();

    expect(await reading).toMatchObject({
      code: 'provider_unavailable',
      message: expect.stringContaining('cancelled'),
    });
  });
}

/** Headers of a 429 and the wait that comes of them. */
export const WAITS: readonly (readonly [headers: Record<string, string>, expected: number])[] = [
  [{ 'retry-after': '7' }, 7000],
  [{ 'retry-after-ms': '250' }, 250],
  [{ 'retry-after': 'Sat, 21 Nov 2026 10:01:30 GMT', date: 'Sat, 21 Nov 2026 10:00:00 GMT' }, 90_000],
  [{ 'retry-after': '999999999' }, 15 * 60_000],
  [{ 'retry-after': '-5' }, 60_000],
  [{ 'retry-after': 'soon' }, 60_000],
  [{}, 60_000],
];

function describeClosed(testCase: ProviderCase, connect: Connect, server: () => Loopback): void {
  const { optional } = testCase;
  const refuse = (status: number) => {
    server().respond = beyondLookUps(testCase, () => ({ status, json: testCase.errorBody('not for you') }));
  };

  describe('what is closed to this organization', () => {
    it.runIf(optional.costs !== null).each([403, 404])('are costs with HTTP %i: not enabled', async (status) => {
      refuse(status);

      expect(await connect().readCosts?.(optional.days)).toMatchObject({ availability: 'not_enabled', costs: [] });
    });

    it.runIf(optional.events !== null).each([403, 404])(
      'are events with HTTP %i: not enabled, never none',
      async (status) => {
        refuse(status);

        const report = await connect().readEvents?.({ from: optional.eventsSince, to: null });
        expect(report).toEqual({ availability: 'not_enabled', events: [] });
      },
    );

    it.runIf(optional.members !== null).each([403, 404])(
      'are members with HTTP %i: not told, never nobody',
      async (status) => {
        refuse(status);

        expect(await connect().listMembers?.(scopeOf(testCase.scopes, optional.scopeId))).toBeNull();
      },
    );

    // Only one of them has these: what does not apply is not a test that was skipped.
    if (optional.spendAlerts !== null) {
      it.each([403, 404])('are spend alerts with HTTP %i: not enabled, never none', async (status) => {
        refuse(status);

        for (const id of [optional.scopeId, null]) {
          expect(await connect().readSpendAlerts?.(id)).toEqual({ availability: 'not_enabled', alerts: [] });
        }
      });
    }

    it.runIf(optional.limits !== null)('are limits with HTTP 403: not enabled, never none', async () => {
      refuse(403);

      expect(await connect().readLimits?.(optional.scopeId)).toEqual({
        rateLimits: [],
        spendLimit: { availability: 'not_enabled', monthlyMicroUsd: null, enforcing: null },
        models: { availability: 'not_enabled', mode: 'all', models: [] },
      });
    });

    it.runIf(optional.limits !== null)('are not the limits of a scope that is not there', async () => {
      refuse(404);

      expect((await failure(connect().readLimits?.('nowhere'))).code).toBe('provider_not_found');
    });
  });
}

// The look-ups answer as ever, so that the fault meets the call that is looked at.
function beyondLookUps({ lookUps, organization }: ProviderCase, reply: Respond): Respond {
  return (request) => (lookUps?.test(request.path) === true ? organization(request) : reply(request));
}

function urlsOf({ requests }: Loopback): readonly string[] {
  return requests.map(({ method, path, query }) => `${method} ${path}?${query}`);
}
