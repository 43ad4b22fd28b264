import type { CostRead } from '../../domain/cost-plan.ts';
import { type DayReconciliation, DRIFT_FLOOR_MICRO_USD, reconcileDay } from '../../domain/reconciliation.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { Repos } from '../../ports/store.ts';

// Further back than this an old figure says nothing about the prices of today.
const LOOK_BACK_MS = 31 * DAY_MS;

/**
 * The newest settled day on which both sides are known, and on which there was enough money to judge by: a weekend
 * without traffic does not hide what Friday showed. Undefined: no day has been compared.
 */
export async function newestReconciliation(repos: Repos, read: CostRead): Promise<DayReconciliation | undefined> {
  if (read.settledUntil === null || read.untilAt === null) return undefined;
  // The end of the last settled day; a day ends where the next begins.
  const to = Math.min(read.untilAt, Math.floor(read.settledUntil / DAY_MS) * DAY_MS);
  const totals = await repos.dayCosts.totals(read.connectionId, { from: to - LOOK_BACK_MS, to });
  const compared = totals.filter(({ ownMicroUsd }) => ownMicroUsd !== null);
  const judged =
    compared.findLast(
      ({ providerMicroUsd, ownMicroUsd }) => Math.max(providerMicroUsd, ownMicroUsd ?? 0) >= DRIFT_FLOOR_MICRO_USD,
    ) ?? compared.at(-1);
  if (judged === undefined) return undefined;
  const { dayAt } = judged;
  return reconcileDay(dayAt, await repos.dayCosts.lines(read.connectionId, { from: dayAt, to: dayAt + DAY_MS }));
}
