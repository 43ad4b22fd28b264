import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS, nextMonthStart } from '../../../src/domain/time.ts';
import { runDueActions } from '../../../src/services/actions/execute-action.ts';
import { prolong } from '../../../src/services/grants/raise-cap.ts';
import { settleGrants } from '../../../src/services/grants/settle-grants.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { type Bench, later, NOON, present } from '../../support/bench-deps.ts';
import { failing, held } from '../../support/fake-provider.ts';
import { askCap, benchWithLimits } from '../../support/limits.ts';
import { ADA, BOB } from '../../support/requests.ts';
import { ask, capAt, capOf, DOLLAR, directMessages, outcomes, playUntil, raised, toldInChannel } from './support.ts';

const MONTH_END = nextMonthStart(NOON);

async function firstGrant(bench: Bench) {
  return present((await bench.store.read.grants.open())[0]);
}

/** Somebody decides that the oldest grant goes on, or (null) stays for good. */
async function decide(bench: Bench, untilAt: number | null): Promise<void> {
  await prolong(bench.deps, { actor: BOB, grantId: (await firstGrant(bench)).id, untilAt });
}

/** Settles the grants, and somebody is faster: `change` is made after the reading, before the first write. */
async function settleWhile(bench: Bench, change: () => Promise<unknown>): Promise<void> {
  let isMade = false;
  const write: typeof bench.store.write = async (work) => {
    if (!isMade) {
      isMade = true;
      await change();
    }
    return bench.store.write(work);
  };
  const store = new Proxy(bench.store, {
    get: (real, name) => (name === 'write' ? write : Reflect.get(real, name, real)),
  });
  await settleGrants({ ...bench.deps, store });
  expect(isMade).toBe(true);
}

async function ownCap(bench: Bench): Promise<number> {
  return present((await bench.lineageOf('key_1')).capMicroUsd) / DOLLAR;
}

describe('a grant that somebody decides on while it is being settled', () => {
  test.each([
    ['prolonged', MONTH_END + 7 * DAY_MS, null],
    ['kept for good', null, 'kept'],
  ] as const)('at the provider is %s, and not set back by the older reading', async (_what, untilAt, outcome) => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800 });
    bench.clock.jumpTo(MONTH_END);
    const gate = held();
    bench.provider.script('readLimits', gate.answer);
    const settling = settleGrants(bench.deps);
    await gate.reached;

    await decide(bench, untilAt);
    gate.release();
    await settling;
    await runDueActions(bench.deps);

    expect([capOf(bench), ...outcomes(bench)]).toEqual([800, outcome]);
    expect(bench.provider.callsOf('setSpendLimit')).toHaveLength(1);
    await playUntil(bench, MONTH_END + 8 * DAY_MS);
    expect([capOf(bench), ...outcomes(bench)]).toEqual(outcome === null ? [500, 'restored'] : [800, 'kept']);
  });

  test.each([
    ['prolonged', MONTH_END + 7 * DAY_MS, null],
    ['kept for good', null, 'kept'],
  ] as const)('of the team’s own cap is %s', async (_what, untilAt, outcome) => {
    const bench = await benchWithLimits();
    await ask(bench, { cap: 'own', from: null, to: 200 });
    await ask(bench, { cap: 'own', from: 200, to: 300 });
    bench.clock.jumpTo(MONTH_END);

    await settleWhile(bench, () => decide(bench, untilAt));

    expect([await ownCap(bench), ...outcomes(bench)]).toEqual([300, outcome]);
  });

  test('is not given another one’s former value when it was prolonged: both go on', async () => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800, until: NOON + DAY_MS });
    later(bench, HOUR_MS);
    await raised(bench, { from: 800, to: 1000, actor: BOB });
    bench.clock.jumpTo(NOON + DAY_MS);

    await settleWhile(bench, () => decide(bench, NOON + 2 * DAY_MS));

    expect(outcomes(bench)).toEqual([null, null]);
    await playUntil(bench, MONTH_END + HOUR_MS);
    expect([capOf(bench), ...outcomes(bench)]).toEqual([500, 'passed_on', 'restored']);
  });

  test('keeps its act under way when it was prolonged before the provider took it', async () => {
    const bench = await benchWithLimits();
    bench.provider.script('readLimits', failing('provider_unavailable'));
    await ask(bench, { to: 800, until: NOON + HOUR_MS });
    await runDueActions(bench.deps);
    bench.clock.jumpTo(NOON + HOUR_MS);

    await settleWhile(bench, () => decide(bench, NOON + DAY_MS));
    await runDueActions(bench.deps);

    expect([capOf(bench), ...outcomes(bench)]).toEqual([800, null]);
  });

  test('is not told to end when its end was moved', async () => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800, until: NOON + 7 * DAY_MS });
    bench.clock.jumpTo(NOON + 6 * DAY_MS);
    bench.provider.use = [{ keyId: 'key_1', at: bench.clock.now() - HOUR_MS, tokens: 600 * DOLLAR }];
    await pollUsage(bench.deps, bench.provider.port);

    await settleWhile(bench, () => decide(bench, NOON + 14 * DAY_MS));

    expect(toldInChannel(bench)).toEqual([]);
    expect(directMessages(bench)).toBe(0);
    expect(await firstGrant(bench)).toMatchObject({ untilAt: NOON + 14 * DAY_MS, warnedAt: null });
  });

  test('ends once, as what was decided, when it was found changed at the same time', async () => {
    const bench = await benchWithLimits();
    await raised(bench, { to: 800 });
    later(bench, HOUR_MS);
    await askCap(bench, { from: 800 * DOLLAR, to: 600 * DOLLAR }, { actor: ADA });
    await runDueActions(bench.deps);

    await settleWhile(bench, () => decide(bench, null));

    expect(outcomes(bench)).toEqual(['kept']);
  });
});

test('a grant whose upper one is just being set back waits for it, and then goes back itself', async () => {
  const bench = await benchWithLimits();
  await raised(bench, { to: 800, until: NOON + 2 * DAY_MS + MINUTE_MS });
  later(bench, HOUR_MS);
  await raised(bench, { from: 800, to: 1000, until: NOON + 2 * DAY_MS, actor: BOB });
  bench.clock.jumpTo(NOON + 2 * DAY_MS);
  await settleGrants(bench.deps);
  expect(capAt(1000 * DOLLAR).spendLimit).toEqual(present(bench.provider.limits.get('ws_1')).spendLimit);
  later(bench, 2 * MINUTE_MS);

  await settleGrants(bench.deps);
  expect(outcomes(bench)).toEqual([null, null]);
  await playUntil(bench, NOON + 3 * DAY_MS);

  expect([capOf(bench), ...outcomes(bench)]).toEqual([500, 'restored', 'restored']);
});
