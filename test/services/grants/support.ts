import { HOUR_MS, nextMonthStart } from '../../../src/domain/time.ts';
import { runDueActions } from '../../../src/services/actions/execute-action.ts';
import { raiseCap } from '../../../src/services/grants/raise-cap.ts';
import { nextGrantAt, settleGrants } from '../../../src/services/grants/settle-grants.ts';
import type { Bench } from '../../support/bench-deps.ts';
import { common } from '../../support/limits.ts';
import { limitsOf } from '../../support/records.ts';
import { ADA } from '../../support/requests.ts';

export const DOLLAR = 1_000_000;

export function capAt(monthlyMicroUsd: number | null) {
  return limitsOf({ spendLimit: { availability: 'available', monthlyMicroUsd, enforcing: null } });
}

export interface Raise {
  readonly from?: number | null;
  readonly to: number;
  readonly until?: number | null;
  readonly cap?: 'own' | 'scope';
  readonly actor?: typeof ADA;
  readonly alertId?: string | null;
  readonly on?: string;
}

/** Asks for a raise in dollars, until the month ends where nothing else is said. */
export async function ask(bench: Bench, raise: Raise): Promise<void> {
  const { from = 500, to, until = nextMonthStart(bench.clock.now()), cap = 'scope', on = 'key_1' } = raise;
  await raiseCap(bench.deps, {
    ...(await common(bench, on)),
    actor: raise.actor ?? ADA,
    alertId: raise.alertId ?? null,
    cap,
    from: from === null ? null : from * DOLLAR,
    to: to * DOLLAR,
    untilAt: until,
  });
}

/** The same, and the provider takes it. */
export async function raised(bench: Bench, raise: Raise): Promise<void> {
  await ask(bench, raise);
  await runDueActions(bench.deps);
}

/** Lets time pass as the app would: every due instant in order. */
export async function playUntil(bench: Bench, at: number): Promise<void> {
  for (let round = 0; round < 500; round += 1) {
    await settleGrants(bench.deps);
    await runDueActions(bench.deps);
    const now = bench.clock.now();
    if (now >= at) return settleGrants(bench.deps);
    const times = [await nextGrantAt(bench.deps), await bench.store.read.actions.nextDueAt(), now + 12 * HOUR_MS, at];
    bench.clock.jumpTo(Math.max(now + 1, Math.min(...times.filter((one) => one !== null))));
  }
  throw new Error('it never ends');
}

/** What the provider holds, in dollars. */
export function capOf(bench: Bench): number | null {
  const cap = bench.provider.limits.get('ws_1')?.spendLimit.monthlyMicroUsd ?? null;
  return cap === null ? null : cap / DOLLAR;
}

/** Of every grant, oldest first. */
export function outcomes(bench: Bench): readonly (string | null)[] {
  const rows = bench.raw().prepare<[], { outcome: string | null }>('SELECT outcome FROM grants ORDER BY id').all();
  return rows.map(({ outcome }) => outcome);
}

/** What the channel is told, oldest first. */
export function toldInChannel(bench: Bench): readonly Record<string, unknown>[] {
  return bench
    .raw()
    .prepare<[], { detail: string }>("SELECT detail FROM notices WHERE kind = 'grant' ORDER BY id")
    .all()
    .map(({ detail }) => JSON.parse(detail) as Record<string, unknown>);
}

export function directMessages(bench: Bench): number {
  return bench.outbox().filter((row) => row.startsWith('grant_dm ')).length;
}
