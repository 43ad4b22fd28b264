import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS, nextMonthStart } from '../../../src/domain/time.ts';
import { runDueActions } from '../../../src/services/actions/execute-action.ts';
import { requestLimitChange } from '../../../src/services/actions/request-limit-change.ts';
import { prolong } from '../../../src/services/grants/raise-cap.ts';
import { grantsOfKey, holdingGrants } from '../../../src/services/grants/read-grants.ts';
import { nextGrantAt, settleGrants } from '../../../src/services/grants/settle-grants.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { type Bench, later, NOON, present } from '../../support/bench-deps.ts';
import { appliedBut, failing } from '../../support/fake-provider.ts';
import { alertOn } from '../../support/findings.ts';
import { askCap, benchWithLimits, common } from '../../support/limits.ts';
import { ADA, BOB, events, verbs } from '../../support/requests.ts';
import { ask, capAt, capOf, DOLLAR, directMessages, outcomes, playUntil, raised, toldInChannel } from './support.ts';

const MONTH_END = nextMonthStart(NOON);

describe('a raise for a time', () => {
  test('stands until its instant, and then the former cap stands again', async () => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800 });
    await playUntil(bench, MONTH_END - 1);
    expect([capOf(bench), ...outcomes(bench)]).toEqual([800, null]);

    await playUntil(bench, MONTH_END + MINUTE_MS);

    expect([capOf(bench), ...outcomes(bench)]).toEqual([500, 'restored']);
    expect(toldInChannel(bench)).toMatchObject([{ outcome: 'restored', from: '$500 a month', to: '$800 a month' }]);
    expect(directMessages(bench)).toBe(1);
    expect(bench.audit()).toContainEqual(
      expect.objectContaining({ verb: 'grant.ended', detail: expect.objectContaining({ outcome: 'restored' }) }),
    );
    expect(await nextGrantAt(bench.deps)).toBeNull();
  });

  test('is left alone when somebody has changed the cap at the provider meanwhile, and says what it found', async () => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800 });
    bench.clock.jumpTo(MONTH_END - 1);
    bench.provider.limits.set('ws_1', capAt(300 * DOLLAR));

    await playUntil(bench, MONTH_END + MINUTE_MS);

    expect([capOf(bench), ...outcomes(bench)]).toEqual([300, 'left']);
    expect(toldInChannel(bench)).toMatchObject([{ outcome: 'left', found: '$300 a month' }]);
    expect(bench.provider.effects).toEqual([`setSpendLimit ws_1 ${800 * DOLLAR}`]);
  });

  test('is found restored already where somebody has done it', async () => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800 });
    bench.clock.jumpTo(MONTH_END - 1);
    bench.provider.limits.set('ws_1', capAt(500 * DOLLAR));

    await playUntil(bench, MONTH_END + MINUTE_MS);

    expect(outcomes(bench)).toEqual(['restored']);
    expect(bench.provider.effects).toHaveLength(1);
  });

  test('until somebody changes it is no grant', async () => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800, until: null });

    await playUntil(bench, MONTH_END + DAY_MS);

    expect([capOf(bench), outcomes(bench)]).toEqual([800, []]);
  });

  test('goes on where a process died between asking for the former cap and writing that down', async () => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800 });
    bench.clock.jumpTo(MONTH_END);
    await settleGrants(bench.deps);
    bench.raw().exec('UPDATE grants SET restore_action_id = NULL');

    await settleGrants(bench.deps);
    await playUntil(bench, MONTH_END + MINUTE_MS);

    expect([capOf(bench), ...outcomes(bench)]).toEqual([500, 'restored']);
    expect(bench.provider.callsOf('setSpendLimit')).toHaveLength(2);
  });

  test('ends once, however often it is looked at', async () => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800 });
    await playUntil(bench, MONTH_END + MINUTE_MS);
    for (let round = 0; round < 5; round += 1) await playUntil(bench, MONTH_END + HOUR_MS);

    expect(toldInChannel(bench)).toHaveLength(1);
    expect(bench.provider.callsOf('setSpendLimit')).toHaveLength(2);
  });
});

describe('at a provider with faults', () => {
  test('a restore that is lost on the way is read back, not repeated', async () => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800 });
    bench.provider.script('setSpendLimit', appliedBut('provider_outcome_unknown'));

    await playUntil(bench, MONTH_END + HOUR_MS);

    expect([capOf(bench), ...outcomes(bench)]).toEqual([500, 'restored']);
    expect(bench.provider.callsOf('setSpendLimit')).toHaveLength(2);
  });

  test('one that is down at the end gets the former cap when it is back', async () => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800 });
    bench.clock.jumpTo(MONTH_END);
    bench.provider.script('readLimits', ...Array.from({ length: 6 }, () => failing('provider_unavailable')));

    await playUntil(bench, MONTH_END + HOUR_MS);

    expect([capOf(bench), ...outcomes(bench)]).toEqual([500, 'restored']);
  });

  test('one that refuses at the end is told, with what is left to do by hand', async () => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800 });
    bench.provider.script('setSpendLimit', failing('provider_denied'));

    await playUntil(bench, MONTH_END + HOUR_MS);

    expect([capOf(bench), ...outcomes(bench)]).toEqual([800, 'failed']);
    expect(toldInChannel(bench)).toMatchObject([{ outcome: 'failed' }]);
    expect(await bench.store.read.actions.unfinished()).toMatchObject([{ state: 'failed' }]);
  });

  test('a raise that it refuses leads to nothing at the end', async () => {
    const bench = await benchWithLimits();
    bench.provider.script('setSpendLimit', failing('provider_denied'));
    await raised(bench, { to: 800 });
    expect(await holdingGrants(bench.deps)).toEqual([]);

    await playUntil(bench, MONTH_END + HOUR_MS);

    expect([capOf(bench), ...outcomes(bench)]).toEqual([500, 'never']);
    expect(bench.provider.effects).toEqual([]);
    expect(directMessages(bench)).toBe(0);
  });

  test('a raise that it could not take in time is not made after its time', async () => {
    const bench = await benchWithLimits();
    bench.provider.script('readLimits', ...Array.from({ length: 400 }, () => failing('provider_unavailable')));
    await ask(bench, { to: 800, until: NOON + HOUR_MS });

    await playUntil(bench, NOON + 3 * HOUR_MS);

    expect([capOf(bench), ...outcomes(bench)]).toEqual([500, 'never']);
    expect(bench.provider.effects).toEqual([]);
    expect(await bench.store.read.actions.nextDueAt()).toBeNull();
  });

  test('a refused raise that is asked for again is one grant, with the newer end', async () => {
    const bench = await benchWithLimits();
    bench.provider.script('setSpendLimit', failing('provider_rejected'));
    await raised(bench, { to: 800 });
    await raised(bench, { to: 800, until: NOON + DAY_MS, actor: BOB });
    expect(outcomes(bench)).toEqual([null]);

    await playUntil(bench, NOON + DAY_MS + MINUTE_MS);

    expect([capOf(bench), ...outcomes(bench)]).toEqual([500, 'restored']);
    expect(toldInChannel(bench)).toMatchObject([{ by: 'slack:T1/U0BOB' }]);
  });

  test('a connection that is configured no more is told, and holds nothing up', async () => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800 });
    bench.disconnect('fake');

    await playUntil(bench, MONTH_END + MINUTE_MS);

    expect(outcomes(bench)).toEqual(['failed']);
  });
});

describe('several raises of one cap', () => {
  test('the later one that ends first gives the earlier one back, which then ends', async () => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800 });
    later(bench, HOUR_MS);
    await raised(bench, { from: 800, to: 1000, until: NOON + 2 * DAY_MS, actor: BOB });

    await playUntil(bench, NOON + 2 * DAY_MS + MINUTE_MS);
    expect([capOf(bench), ...outcomes(bench)]).toEqual([800, null, 'restored']);
    await playUntil(bench, MONTH_END + MINUTE_MS);

    expect([capOf(bench), ...outcomes(bench)]).toEqual([500, 'restored', 'restored']);
  });

  test('the earlier one that ends first changes nothing: the later one goes back all the way', async () => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800, until: NOON + 2 * DAY_MS });
    later(bench, HOUR_MS);
    await raised(bench, { from: 800, to: 1000, actor: BOB });

    await playUntil(bench, NOON + 3 * DAY_MS);
    expect([capOf(bench), ...outcomes(bench)]).toEqual([1000, 'passed_on', null]);
    expect(toldInChannel(bench)).toMatchObject([{ outcome: 'passed_on', upperUntilAt: MONTH_END }]);
    await playUntil(bench, MONTH_END + MINUTE_MS);

    expect([capOf(bench), ...outcomes(bench)]).toEqual([500, 'passed_on', 'restored']);
  });

  test('that end at the same instant end at the first cap', async () => {
    const bench = await benchWithLimits();
    for (const [from, to] of [
      [500, 800],
      [800, 900],
      [900, 1000],
    ] as const) {
      await raised(bench, { from, to });
      later(bench, HOUR_MS);
    }

    await playUntil(bench, MONTH_END + HOUR_MS);

    expect([capOf(bench), ...outcomes(bench)]).toEqual([500, 'passed_on', 'passed_on', 'restored']);
  });
});

describe('a change by somebody else while it runs', () => {
  test('ends it, and nothing is restored later', async () => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800 });
    later(bench, HOUR_MS);
    await askCap(bench, { from: 800 * DOLLAR, to: 600 * DOLLAR }, { actor: BOB });
    await runDueActions(bench.deps);
    await settleGrants(bench.deps);

    expect(outcomes(bench)).toEqual(['replaced']);
    expect(toldInChannel(bench)).toMatchObject([{ outcome: 'replaced', found: '$600 a month' }]);
    await playUntil(bench, MONTH_END + DAY_MS);
    expect(capOf(bench)).toBe(600);
  });

  test('right after it is waited for: a provider may show the old value for some minutes', async () => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800 });
    later(bench, 5 * MINUTE_MS);
    await askCap(bench, { from: 800 * DOLLAR, to: 600 * DOLLAR });
    await runDueActions(bench.deps);
    await settleGrants(bench.deps);
    expect(outcomes(bench)).toEqual([null]);
    expect(await holdingGrants(bench.deps)).toEqual([]);

    await playUntil(bench, MONTH_END + MINUTE_MS);
    expect([capOf(bench), ...outcomes(bench)]).toEqual([600, 'left']);
  });
});

describe('a person who decides again', () => {
  const grantId = async (bench: Bench) => present((await bench.store.read.grants.open())[0]).id;

  test('lets it stand for good', async () => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800 });
    await prolong(bench.deps, { actor: ADA, grantId: await grantId(bench), untilAt: null });

    await playUntil(bench, MONTH_END + DAY_MS);

    expect([capOf(bench), ...outcomes(bench)]).toEqual([800, 'kept']);
    expect(verbs(bench)).toContain('grant.kept');
  });

  test('gives it another end, and is refused once it is over', async () => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800 });
    const id = await grantId(bench);
    await prolong(bench.deps, { actor: ADA, grantId: id, untilAt: NOON + HOUR_MS });

    await playUntil(bench, NOON + 2 * HOUR_MS);

    expect(capOf(bench)).toBe(500);
    await expect(prolong(bench.deps, { actor: ADA, grantId: id, untilAt: null })).rejects.toThrow('has ended');
  });
});

describe('the warning', () => {
  async function spending(bench: Bench, usd: number) {
    bench.provider.use = [{ keyId: 'key_1', at: bench.clock.now() - HOUR_MS, tokens: usd * DOLLAR }];
    await pollUsage(bench.deps, bench.provider.port);
  }

  test('comes a day before the end when more is spent than the former cap, and once', async () => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800, until: NOON + 7 * DAY_MS });
    await spending(bench, 600);
    await playUntil(bench, NOON + 6 * DAY_MS - HOUR_MS);
    expect(toldInChannel(bench)).toEqual([]);

    await playUntil(bench, NOON + 7 * DAY_MS - MINUTE_MS);

    expect(toldInChannel(bench)).toMatchObject([{ outcome: null, spentMicroUsd: 600 * DOLLAR }]);
    expect(directMessages(bench)).toBe(1);
  });

  test('comes when the spend passes the former cap within that day', async () => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800, until: NOON + 7 * DAY_MS });
    await spending(bench, 400);
    await playUntil(bench, NOON + 6 * DAY_MS + 2 * HOUR_MS);
    expect(toldInChannel(bench)).toEqual([]);
    await spending(bench, 600);

    await playUntil(bench, NOON + 6 * DAY_MS + 4 * HOUR_MS);

    expect(toldInChannel(bench)).toMatchObject([{ outcome: null }]);
  });

  test('does not come where the month ends first: then nothing is refused', async () => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800 });
    bench.clock.jumpTo(MONTH_END - 20 * HOUR_MS);
    await spending(bench, 600);

    await playUntil(bench, MONTH_END - MINUTE_MS);

    expect(toldInChannel(bench)).toEqual([]);
  });
});

describe('the team’s own cap', () => {
  async function ownCap(bench: Bench): Promise<number | null> {
    const cap = (await bench.lineageOf('key_1')).capMicroUsd;
    return cap === null ? null : cap / DOLLAR;
  }

  test('is raised at once, and restored when its time is over', async () => {
    const bench = await benchWithLimits();
    await ask(bench, { cap: 'own', from: null, to: 200 });
    await ask(bench, { cap: 'own', from: 200, to: 300 });
    expect([await ownCap(bench), ...outcomes(bench)]).toEqual([300, null]);
    expect(await grantsOfKey(bench.deps, await bench.keyOf('key_1'))).toHaveLength(1);
    expect(await grantsOfKey(bench.deps, await bench.keyOf('key_2'))).toHaveLength(0);

    await playUntil(bench, MONTH_END + MINUTE_MS);

    expect([await ownCap(bench), ...outcomes(bench)]).toEqual([200, 'restored']);
    expect(bench.provider.effects).toEqual([]);
    expect(bench.audit().filter(({ verb }) => verb === 'lineage.cap.changed')).toHaveLength(3);
  });

  test('that somebody sets meanwhile ends it', async () => {
    const bench = await benchWithLimits();
    await ask(bench, { cap: 'own', from: null, to: 200 });
    await ask(bench, { cap: 'own', from: 200, to: 300 });
    const lineage = await bench.lineageOf('key_1');
    await bench.store.write((tx) => tx.lineages.update({ ...lineage, capMicroUsd: 50 * DOLLAR }));

    await playUntil(bench, MONTH_END + MINUTE_MS);

    expect([await ownCap(bench), ...outcomes(bench)]).toEqual([50, 'replaced']);
  });

  test('is not changed under somebody’s hands, and asked twice is once', async () => {
    const bench = await benchWithLimits();
    await ask(bench, { cap: 'own', from: null, to: 200 });
    await ask(bench, { cap: 'own', from: null, to: 200 });

    await expect(ask(bench, { cap: 'own', from: 100, to: 300 })).rejects.toThrow('not what was seen');
    await expect(ask(bench, { cap: 'own', from: 200, to: 200 })).rejects.toThrow('no raise');
    expect(bench.audit().filter(({ verb }) => verb === 'lineage.cap.changed')).toHaveLength(1);
  });
});

test('while its alert stands all is told in the alert’s thread, and to the one who asked', async () => {
  const bench = await benchWithLimits();
  const alert = await alertOn(bench, 'key_1');
  await ask(bench, { to: 800, alertId: alert.id, until: NOON + HOUR_MS });
  await playUntil(bench, NOON + HOUR_MS + MINUTE_MS);

  expect(await events(bench, alert.id)).toEqual([
    'action_requested',
    'action_verified',
    'action_requested',
    'action_verified',
    'grant_ended',
  ]);
  expect(toldInChannel(bench)).toEqual([]);
  expect(directMessages(bench)).toBe(1);
});

test('a rate limit that was lowered for a time goes back as well', async () => {
  const bench = await benchWithLimits();
  const change = { limitId: 'rl_1#requests_per_minute', from: 4_000, to: 10 };
  await requestLimitChange(bench.deps, {
    ...(await common(bench, 'key_1')),
    kind: 'set_rate_limit',
    change,
    untilAt: NOON + DAY_MS,
  });
  await playUntil(bench, NOON + DAY_MS + MINUTE_MS);

  expect(bench.provider.effects).toEqual([
    'setRateLimit ws_1 rl_1#requests_per_minute 10',
    'setRateLimit ws_1 rl_1#requests_per_minute 4000',
  ]);
  expect(outcomes(bench)).toEqual(['restored']);
});
