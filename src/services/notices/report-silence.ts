import type { Baseline } from '../../domain/baseline.ts';
import { groupBy } from '../../domain/collections.ts';
import type { Silence } from '../../domain/connection-detector.ts';
import { DAY_MS, HOUR_MS } from '../../domain/time.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Watermark } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { type ReportDeps, reportFindings } from './report-connection.ts';

/** With two weekends at least. */
const LEAST_DAYS = 14;

type SilenceDeps = ReportDeps & Pick<Deps, 'breathe'>;

/** After a poll that succeeded: tells when it brought nothing although keys that are used day and night should be in it. */
export async function reportSilence(
  deps: SilenceDeps,
  { connectionId }: Pick<Provider, 'connectionId'>,
  { newestUsageAt }: Watermark,
): Promise<void> {
  if (newestUsageAt === null || deps.clock.now() - newestUsageAt < HOUR_MS) return;
  const silence = await silenceSince(deps, connectionId, newestUsageAt);
  await reportFindings(deps, connectionId, { silence });
}

async function silenceSince(deps: SilenceDeps, connectionId: string, since: number): Promise<Silence> {
  const baselines = await deps.store.baselines(deps.breathe);
  const keys = await deps.store.read.keys.identities();
  // A key that was stopped, or had come to rest before, is missed by nobody.
  const awaited = keys.filter(
    (key) => key.connectionId === connectionId && key.stoppedAt === null && (key.lastUsedAt ?? 0) >= since - DAY_MS,
  );
  const lineageIds = [...groupBy(awaited, ({ lineageId }) => lineageId).keys()];
  const aroundTheClock = lineageIds.filter((id) => neverRests(baselines.get(id))).length;
  return { since, aroundTheClock, pollMs: deps.policy.polling.usageMs };
}

/** Used in every hour of the day, on weekdays and on weekends: nights, weekends and holidays are no reason to be quiet. */
function neverRests(baseline: Baseline | undefined): boolean {
  if (baseline === undefined || baseline.daysLearned < LEAST_DAYS) return false;
  const { weekday, weekend } = baseline.hourlyMedians;
  return weekday.length > 0 && weekend.length > 0 && [...weekday, ...weekend].every((median) => median > 0);
}
