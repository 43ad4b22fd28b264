import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { reconcileJob } from '../../../src/scheduler/jobs/reconcile.ts';
import { reconcileAll } from '../../../src/services/money/reconcile.ts';
import { describeNotice } from '../../../src/services/notices/describe-notice.ts';
import { readStatus } from '../../../src/services/status/read-status.ts';
import { type Bench, later, present } from '../../support/bench-deps.ts';
import { failing, fakeKey, fakeScope } from '../../support/fake-provider.ts';
import { verbs } from '../../support/requests.ts';
import { notices, sentNotices, settleOutbox } from '../notices/support.ts';
import { benchWithCosts, day, readAll, spend, USD } from './support.ts';

/** A day later, with everything read again. */
async function nextDay(bench: Bench): Promise<void> {
  await settleOutbox(bench);
  later(bench, DAY_MS);
  await readAll(bench);
}

async function drifting(ours = 412): Promise<Bench> {
  const bench = benchWithCosts();
  spend(bench.provider, 'key_1', { daysAgo: 2, theirs: 443, ours });
  await readAll(bench);
  return bench;
}

async function costsOf(bench: Bench) {
  return present((await readStatus(bench.deps)).connections[0]).costs;
}

describe('figures that differ by more than 5 %', () => {
  test('are told once in the channel, with the worst keys and both figures', async () => {
    const bench = await drifting();
    await settleOutbox(bench);
    await reconcileAll(bench.deps);

    expect(await notices(bench)).toMatchObject([
      {
        kind: 'drift',
        subject: 'fake',
        closedAt: null,
        detail: {
          dayAt: day(2),
          providerMicroUsd: 443 * USD,
          ownMicroUsd: 412 * USD,
          state: 'drifts',
          worst: [{ scopeId: 'ws_1', providerMicroUsd: 443 * USD, ownMicroUsd: 412 * USD }],
          others: 0,
        },
      },
    ]);
    expect(sentNotices(bench)).toEqual(['notice notice_00000001 sent']);
    expect(verbs(bench)).toContain('notice.opened');
  });

  test('are the same message as long as they last, with the newest day, until a day agrees', async () => {
    const bench = benchWithCosts();
    spend(bench.provider, 'key_1', { daysAgo: 2, theirs: 443, ours: 412 });
    spend(bench.provider, 'key_1', { daysAgo: 1, theirs: 500, ours: 460 });
    spend(bench.provider, 'key_1', { daysAgo: 0, theirs: 300, ours: 299 });
    await readAll(bench);

    await nextDay(bench);
    expect(await notices(bench)).toMatchObject([{ closedAt: null, detail: { dayAt: day(1), ownMicroUsd: 460 * USD } }]);
    expect(sentNotices(bench)).toEqual(['notice notice_00000001 sent', 'notice notice_00000001 pending']);
    await nextDay(bench);

    expect(await notices(bench)).toMatchObject([
      { closedAt: bench.clock.now(), detail: { dayAt: day(0), state: 'agrees', worst: [] } },
    ]);
    expect(sentNotices(bench)).toHaveLength(3);
    expect(verbs(bench)).toContain('notice.closed');
  });

  test('are over as well when the provider revises the day', async () => {
    const bench = await drifting();

    bench.provider.costs = [{ keyId: 'key_1', at: day(2), microUsd: 415 * USD }];
    later(bench, HOUR_MS);
    await reconcileAll(bench.deps);

    expect(await notices(bench)).toMatchObject([{ closedAt: bench.clock.now(), detail: { state: 'agrees' } }]);
  });

  test('are not over because of a day on which nobody spent anything', async () => {
    const bench = await drifting();
    spend(bench.provider, 'key_1', { daysAgo: 1, theirs: 0.2, ours: 0.2 });

    await nextDay(bench);

    expect(await notices(bench)).toMatchObject([{ closedAt: null, detail: { dayAt: day(2) } }]);
    expect(sentNotices(bench)).toHaveLength(1);
  });

  test('are not told of a day that the provider may still change', async () => {
    const bench = benchWithCosts();
    spend(bench.provider, 'key_1', { daysAgo: 1, theirs: 10, ours: 1 });

    await readAll(bench);
    expect(await notices(bench)).toEqual([]);
    bench.provider.costReport = { ...bench.provider.costReport, refreshedAt: day(0) + HOUR_MS - 1 };
    await reconcileAll(bench.deps);
    expect(await notices(bench)).toEqual([]);
    bench.provider.costReport = { ...bench.provider.costReport, refreshedAt: day(0) + HOUR_MS };
    await reconcileAll(bench.deps);

    expect(await notices(bench)).toHaveLength(1);
  });

  test('are not told of days before our own usage, nor while it is blind', async () => {
    const bench = benchWithCosts();
    spend(bench.provider, 'key_1', { daysAgo: 40, theirs: 100 });
    spend(bench.provider, 'key_1', { daysAgo: 2, theirs: 100 });
    bench.provider.script('readUsage', failing('provider_unavailable'));

    await readAll(bench);

    expect(await notices(bench)).toEqual([]);
    expect(await costsOf(bench)).toMatchObject({ kind: 'not_compared' });
  });

  test('of a connection that sees nothing of what the provider charges are told', async () => {
    const bench = benchWithCosts();
    spend(bench.provider, 'key_1', { daysAgo: 2, theirs: 100 });

    await readAll(bench);

    expect(await notices(bench)).toMatchObject([{ detail: { ownMicroUsd: 0 } }]);
  });

  test('name the models that have no listed price', async () => {
    const bench = benchWithCosts();
    spend(bench.provider, 'key_1', { daysAgo: 2, theirs: 100, ours: 50, model: 'mystery-9' });

    await readAll(bench);

    expect(await notices(bench)).toMatchObject([{ detail: { hasUnpriced: true, models: ['mystery-9'] } }]);
  });

  test('end with the connection, in words, and with its costs', async () => {
    const bench = await drifting();
    bench.provider.costReport = { availability: 'not_enabled', perKey: false, refreshedAt: null };
    await reconcileAll(bench.deps);
    expect(await notices(bench)).toMatchObject([{ closedAt: bench.clock.now(), detail: { state: 'unreadable' } }]);

    const other = await drifting();
    other.disconnect('fake');
    await reconcileAll(other.deps);

    expect(await notices(other)).toMatchObject([{ closedAt: other.clock.now(), detail: { state: 'removed' } }]);
  });
});

test('a notice calls keys by their slugs and scopes by their names', async () => {
  const bench = benchWithCosts();
  bench.provider.scopes = [fakeScope('ws_1', 'Production')];
  spend(bench.provider, 'key_1', { daysAgo: 2, theirs: 100, ours: 50 });
  spend(bench.provider, null, { daysAgo: 2, theirs: 20 });
  spend(bench.provider, 'key_x', { daysAgo: 2, theirs: 10 });
  spend(bench.provider, 'key_2', { daysAgo: 2, theirs: 4, ours: 1 });

  await readAll(bench);

  const card = present(await describeNotice(bench.deps, 'notice_00000001'));
  expect(card).toMatchObject({
    connection: { title: 'Fake AI' },
    detail: { others: 1 },
    worst: [
      { name: { kind: 'key', key: 'prod-api', scope: 'Production' } },
      { name: { kind: 'no_key', key: null, scope: 'Production' } },
      { name: { kind: 'unknown_key', key: 'key_x', scope: 'Production' } },
    ],
  });
});

describe('the status', () => {
  test('says how near our figures are, and of which day', async () => {
    const bench = await drifting(440);

    expect(await costsOf(bench)).toMatchObject({
      kind: 'compared',
      dayAt: day(2),
      verdict: 'agrees',
      shadowMicroUsd: 0,
    });
  });

  test('counts what drifts behind a whole that agrees, and what no key explains', async () => {
    const bench = benchWithCosts();
    spend(bench.provider, 'key_1', { daysAgo: 2, theirs: 100, ours: 90 });
    spend(bench.provider, 'key_2', { daysAgo: 2, theirs: 100, ours: 110 });
    spend(bench.provider, null, { daysAgo: 2, theirs: 12, ours: 12 });

    await readAll(bench);

    expect(await costsOf(bench)).toMatchObject({ verdict: 'drifts', hiddenParts: 2, shadowMicroUsd: 12 * USD });
  });

  test('tells "not open to us" from "not read yet" and from "cannot be read"', async () => {
    const bench = benchWithCosts();
    expect(await costsOf(bench)).toEqual({ kind: 'not_compared', failingSince: null, problem: null });

    bench.provider.script('readCosts', failing('provider_auth'));
    await readAll(bench);
    const problem = 'The provider says provider_auth.';
    expect(await costsOf(bench)).toEqual({ kind: 'not_compared', failingSince: bench.clock.now(), problem });

    bench.provider.costReport = { availability: 'not_enabled', perKey: false, refreshedAt: null };
    await reconcileAll(bench.deps);
    expect(await costsOf(bench)).toEqual({ kind: 'not_enabled' });
  });
});

describe('the job', () => {
  test('fails with the connection’s sentence, after it has read the others', async () => {
    const bench = benchWithCosts();
    const other = bench.connect({ id: 'rival', title: 'Rival AI', costHistoryMs: 10 * DAY_MS });
    other.put(fakeKey('key_7'));
    await readAll(bench);
    other.costWindows.length = 0;
    bench.provider.script('readCosts', failing('provider_auth'));

    await expect(reconcileJob.run(bench.deps)).rejects.toMatchObject({
      publicMessage: 'The provider says provider_auth.',
    });

    expect(other.costWindows).not.toEqual([]);
  });

  test('comes back in minutes until everything was read once, in an hour after a failure, else four times a day', async () => {
    const bench = benchWithCosts();
    const paceMs = () => reconcileJob.paceMs?.(bench.deps);
    expect(await paceMs()).toBe(10 * MINUTE_MS);

    bench.provider.script('readCosts', failing('provider_unavailable'));
    await readAll(bench);
    expect(await paceMs()).toBe(HOUR_MS);

    await reconcileAll(bench.deps);
    expect(await paceMs()).toBe(6 * HOUR_MS);
  });
});
