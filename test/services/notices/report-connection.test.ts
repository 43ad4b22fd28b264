import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { readEvents } from '../../../src/services/events/read-events.ts';
import { reportLogins } from '../../../src/services/notices/report-connection.ts';
import { type Bench, later, NOON, openBench } from '../../support/bench-deps.ts';
import { fakeEvent } from '../../support/fake-provider.ts';
import { benchWithCosts, day, readAll, spend, TODAY } from '../money/support.ts';
import { notices } from './support.ts';

async function told(bench: Bench) {
  const all = await notices(bench);
  return all.flatMap((notice) => (notice.kind === 'finding' ? [[notice.subject, notice.detail.calls]] : []));
}

function sent(bench: Bench, kind: string) {
  return bench.outbox().filter((row) => row.startsWith(`${kind} `));
}

describe('spend that no known key explains', () => {
  test('is told for the day, once, and calls nobody', async () => {
    const bench = benchWithCosts();
    spend(bench.provider, 'key_1', { daysAgo: 2, theirs: 100, ours: 100 });
    spend(bench.provider, 'key_hidden', { daysAgo: 2, theirs: 12 });

    await readAll(bench);
    expect(await told(bench)).toEqual([[`shadow-spend:fake:${day(2)}`, false]]);

    later(bench, DAY_MS);
    await readAll(bench);
    expect(await told(bench)).toHaveLength(1);
    expect(sent(bench, 'notice_call')).toEqual([]);
  });

  test.each([
    ['a share within 5 %', 400, 19],
    ['less than $5', 20, 4],
  ])('is nothing below both bounds: %s', async (_rule, known, hidden) => {
    const bench = benchWithCosts();
    spend(bench.provider, 'key_1', { daysAgo: 2, theirs: known, ours: known });
    spend(bench.provider, 'key_hidden', { daysAgo: 2, theirs: hidden });

    await readAll(bench);

    expect(await told(bench)).toEqual([]);
  });

  test('is not told of long ago when a history is read for the first time', async () => {
    const bench = benchWithCosts();
    spend(bench.provider, 'key_hidden', { daysAgo: 20, theirs: 50 });

    await readAll(bench);

    expect(await told(bench)).toEqual([]);
  });
});

describe('failed log-ins', () => {
  const failed = (minutesAgo: number, address = '192.0.2.7') =>
    fakeEvent(NOON - minutesAgo * MINUTE_MS, { kind: 'login.failed', detail: { ip_address: address } });
  const burst = Array.from({ length: 10 }, (_, index) => failed(30 - index / 2));
  const entered = (minutesAgo: number, address: string) =>
    fakeEvent(NOON - minutesAgo * MINUTE_MS, { kind: 'login.succeeded', detail: { ip_address: address } });

  async function openLogged(events: Bench['provider']['events']): Promise<Bench> {
    const bench = openBench({ hasEventLog: true });
    await bench.sync();
    await read(bench, events);
    return bench;
  }

  async function read(bench: Bench, events: Bench['provider']['events']): Promise<void> {
    bench.provider.events = events;
    await readEvents(bench.deps, bench.provider.port);
    await reportLogins(bench.deps, bench.provider.port);
  }

  test('nine of them are nothing', async () => {
    expect(await told(await openLogged(burst.slice(1)))).toEqual([]);
  });

  test('a burst is told once; when a stranger gets in, the same message calls people, once', async () => {
    const before = [entered(12 * 60, '198.51.100.1'), ...burst];
    const bench = await openLogged(before);
    const subject = `auth-failures:fake:${Math.floor(TODAY / DAY_MS)}`;
    expect(await told(bench)).toEqual([[subject, false]]);
    expect(sent(bench, 'notice_call')).toEqual([]);

    for (let turn = 0; turn < 2; turn += 1) {
      later(bench, MINUTE_MS);
      await read(bench, [...before, entered(5, '203.0.113.9')]);
    }

    expect(await told(bench)).toEqual([[subject, true]]);
    expect(sent(bench, 'notice_call')).toHaveLength(1);
  });

  test('somebody who gets in from an address that is known calls nobody, and yesterday’s burst is over', async () => {
    const bench = await openLogged([entered(12 * 60, '198.51.100.1'), ...burst, entered(5, '198.51.100.1')]);
    expect(sent(bench, 'notice_call')).toEqual([]);

    later(bench, DAY_MS + HOUR_MS);
    await read(bench, bench.provider.events);

    expect(await told(bench)).toHaveLength(1);
  });
});
