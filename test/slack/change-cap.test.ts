import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS, nextMonthStart } from '../../src/domain/time.ts';
import { runDueActions } from '../../src/services/actions/execute-action.ts';
import { describeAlert } from '../../src/services/alerts/describe-alert.ts';
import { readDueLimits } from '../../src/services/limits/read-limits.ts';
import { encodeButton } from '../../src/slack/button-value.ts';
import { alertView } from '../../src/slack/views/alert.ts';
import { capOf, DOLLAR, outcomes, playUntil } from '../services/grants/support.ts';
import { later, present } from '../support/bench-deps.ts';
import { fakeKey } from '../support/fake-provider.ts';
import { alertOn } from '../support/findings.ts';
import { EXTRAS } from '../support/limits.ts';
import { limitsOf } from '../support/records.ts';
import { LOCALE } from './support/cards.ts';
import { type CommandBench, openCommandBench } from './support/command-bench.ts';
import { seen, seenView } from './support/golden.ts';

const REASON = 'spend that we cannot explain';

async function benchCappedAt(usd: number | null): Promise<CommandBench> {
  const bench = openCommandBench({ extras: EXTRAS });
  bench.provider.put(fakeKey('key_1', { label: 'staging-ci' }));
  const monthlyMicroUsd = usd === null ? null : usd * DOLLAR;
  bench.provider.limits.set(
    'ws_1',
    limitsOf({ spendLimit: { availability: 'available', monthlyMicroUsd, enforcing: null } }),
  );
  await bench.sync();
  await readDueLimits(bench.deps);
  return bench;
}

/** Opens the modal of the cap, from an alert's brakes or (null) from the key's card. */
async function openCap(bench: CommandBench, alertId: string | null): Promise<string> {
  const { id: keyId, generation } = await bench.keyOf('key_1');
  await bench.click('scope_cap', encodeButton({ alertId, keyId, generation }));
  return seenView(present(bench.views.at(-1)));
}

describe('a cap that is lowered as a brake', () => {
  test('holds until the month ends where nothing else is chosen, is on the alert, and goes back by itself', async () => {
    const bench = await benchCappedAt(500);
    const alert = await alertOn(bench, 'key_1');
    expect(await openCap(bench, alert.id)).toContain('For how long?');

    const page = await bench.submit({ amount: '50', reason: REASON });
    await runDueActions(bench.deps);

    expect(JSON.stringify(page)).toContain('then $500 a month is restored');
    expect(capOf(bench)).toBe(50);
    const card = alertView(present(await describeAlert(bench.deps, alert.id)), LOCALE);
    expect(seen(card)).toContain('Cap lowered to $50 a month until Nov 1');
    const monthEnd = nextMonthStart(bench.clock.now());
    await playUntil(bench, monthEnd - MINUTE_MS);
    expect(capOf(bench)).toBe(50);
    await playUntil(bench, monthEnd + MINUTE_MS);
    expect([capOf(bench), ...outcomes(bench)]).toEqual([500, 'restored']);
  });

  test('holds for as long as somebody chooses, also for good', async () => {
    const bench = await benchCappedAt(500);
    const alert = await alertOn(bench, 'key_1');
    await openCap(bench, alert.id);
    await bench.submit({ amount: '50', reason: REASON, until: 'changed' });
    await runDueActions(bench.deps);
    await playUntil(bench, nextMonthStart(bench.clock.now()) + HOUR_MS);
    expect([capOf(bench), outcomes(bench)]).toEqual([50, []]);

    await openCap(bench, alert.id);
    await bench.submit({ amount: '20', reason: REASON, until: 'day' });
    await runDueActions(bench.deps);
    expect(capOf(bench)).toBe(20);
    await playUntil(bench, bench.clock.now() + DAY_MS + MINUTE_MS);

    expect([capOf(bench), ...outcomes(bench)]).toEqual([50, 'restored']);
  });

  test('where there was none has nothing to go back to: the modal says that it stays, and it stays', async () => {
    const bench = await benchCappedAt(null);
    const alert = await alertOn(bench, 'key_1');

    const modal = await openCap(bench, alert.id);
    expect(modal).toContain('this one stays until somebody changes it');
    expect(modal).not.toContain('For how long?');
    const page = await bench.submit({ amount: '50', reason: REASON, until: 'day' });
    await runDueActions(bench.deps);
    later(bench, 40 * DAY_MS);
    await playUntil(bench, bench.clock.now() + HOUR_MS);

    expect(JSON.stringify(page)).toContain('until somebody changes it');
    expect([capOf(bench), outcomes(bench)]).toEqual([50, []]);
  });
});

test('a cap that is changed on the key’s card is a setting, and stays where nothing else is chosen', async () => {
  const bench = await benchCappedAt(500);
  await openCap(bench, null);

  const page = await bench.submit({ amount: '400', reason: REASON });
  await runDueActions(bench.deps);

  expect(JSON.stringify(page)).toContain('until somebody changes it');
  expect([capOf(bench), outcomes(bench)]).toEqual([400, []]);
});
