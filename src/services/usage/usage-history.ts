import { ceilTo, DAY_MS, floorTo } from '../../domain/time.ts';
import { backfillStart, TRAILING_MS } from '../../domain/window.ts';
import type { Provider } from '../../ports/provider.ts';
import type { UsageHistory } from '../../ports/usage-upkeep.ts';
import type { Deps } from '../deps.ts';
import { knownUntil, type ReadSoFar } from './plan-poll.ts';

type HistoryDeps = Pick<Deps, 'store' | 'clock'>;

/** What of a connection's older usage is still to be read by the day. */
export async function historyOf({ store, clock }: HistoryDeps, provider: Provider): Promise<UsageHistory> {
  const { connectionId } = provider;
  const known = await store.read.usageHistory.get(connectionId);
  if (known !== undefined) return known;
  const now = clock.now();
  const start = backfillStart(now);
  // What is stored from before, of an earlier name of the connection, may be more than the provider still gives.
  const oldest = (await store.read.usage.oldestStartOf(connectionId)) ?? start;
  const toAt = Math.min(start, floorTo(oldest, DAY_MS));
  const fromAt = Math.min(earliest(provider, now), toAt);
  return { connectionId, fromAt, toAt, state: fromAt < toAt ? 'reading' : 'done', problem: null, updatedAt: now };
}

export async function putHistory({ store }: Pick<HistoryDeps, 'store'>, history: UsageHistory): Promise<void> {
  await store.write((tx) => tx.usageHistory.put(history));
}

export async function hasUnreadHistory({ store }: Pick<HistoryDeps, 'store'>, provider: Provider): Promise<boolean> {
  if (provider.usageHistoryMs === undefined) return false;
  const history = await store.read.usageHistory.get(provider.connectionId);
  return history === undefined || history.state === 'reading';
}

/** Before a poll that begins after the last one ended, a month of downtime later: the days between become history. */
export async function noteUnreadDays(
  deps: HistoryDeps,
  provider: Provider,
  before: ReadSoFar | undefined,
): Promise<void> {
  const now = deps.clock.now();
  const known = before === undefined ? null : knownUntil(before, now);
  const toAt = backfillStart(now);
  if (known === null || known - TRAILING_MS >= toAt) return;
  const history = await historyOf(deps, provider);
  const unread = history.state === 'reading' ? history.fromAt : floorTo(known - TRAILING_MS, DAY_MS);
  const fromAt = Math.max(earliest(provider, now), unread);
  if (fromAt < toAt)
    await putHistory(deps, { ...history, fromAt, toAt, state: 'reading', problem: null, updatedAt: now });
}

/** The first whole day that the provider gives. */
function earliest({ usageHistoryMs = 0 }: Provider, now: number): number {
  return ceilTo(now - usageHistoryMs, DAY_MS);
}
