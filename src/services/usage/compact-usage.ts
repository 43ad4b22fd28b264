import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '../../domain/time.ts';
import { FINE_WINDOW_MS } from '../../domain/window.ts';
import type { Deps } from '../deps.ts';

const QUARTER_MS = 15 * MINUTE_MS;

/** Minutes for 26 hours, quarters for 35 days, hours for 180 days, days for good. */
const LEVELS: readonly { readonly fromWidthMs: number; readonly toWidthMs: number; readonly keepMs: number }[] = [
  { fromWidthMs: MINUTE_MS, toWidthMs: QUARTER_MS, keepMs: FINE_WINDOW_MS },
  { fromWidthMs: QUARTER_MS, toWidthMs: HOUR_MS, keepMs: 35 * DAY_MS },
  { fromWidthMs: HOUR_MS, toWidthMs: DAY_MS, keepMs: 180 * DAY_MS },
];

/** Folds old buckets into wider ones; sums stay the same to the micro-dollar. */
export async function compactUsage(deps: Pick<Deps, 'store' | 'clock'>): Promise<number> {
  const now = deps.clock.now();
  let folded = 0;
  for (const { fromWidthMs, toWidthMs, keepMs } of LEVELS) {
    // Aligned to the wider bucket: none may be folded in two parts.
    const before = floorTo(now - keepMs, Math.max(toWidthMs, HOUR_MS));
    folded += await deps.store.write((tx) => tx.usage.compact({ fromWidthMs, toWidthMs, before }));
  }
  return folded;
}
