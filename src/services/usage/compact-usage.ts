import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '../../domain/time.ts';
import { FINE_WINDOW_MS } from '../../domain/window.ts';
import type { Deps } from '../deps.ts';

const QUARTER_MS = 15 * MINUTE_MS;

interface Level {
  readonly fromWidthMs: number;
  readonly toWidthMs: number;
  readonly keepMs: number;
}

/** Minutes for 26 hours, quarters for 35 days, hours for 180 days, days for good. */
const LEVELS: readonly Level[] = [
  { fromWidthMs: MINUTE_MS, toWidthMs: QUARTER_MS, keepMs: FINE_WINDOW_MS },
  { fromWidthMs: QUARTER_MS, toWidthMs: HOUR_MS, keepMs: 35 * DAY_MS },
  { fromWidthMs: HOUR_MS, toWidthMs: DAY_MS, keepMs: 180 * DAY_MS },
];

type CompactDeps = Pick<Deps, 'store' | 'clock' | 'breathe'>;

/** Folds old buckets into wider ones; sums stay the same to the micro-dollar. Returns rows folded. */
export async function compactUsage(deps: CompactDeps): Promise<number> {
  let folded = 0;
  for (const level of LEVELS) folded += await fold(deps, level);
  return folded;
}

/** One wide bucket of all keys after the other, each in a transaction of its own. */
async function fold({ store, clock, breathe }: CompactDeps, level: Level): Promise<number> {
  const { fromWidthMs, toWidthMs, keepMs } = level;
  // Aligned to the wider bucket: none may be folded in two parts.
  const limit = floorTo(clock.now() - keepMs, Math.max(toWidthMs, HOUR_MS));
  let folded = 0;
  for (;;) {
    const oldest = await store.read.usage.oldestStart(fromWidthMs);
    if (oldest === null || oldest >= limit) return folded;
    const before = Math.min(limit, floorTo(oldest, toWidthMs) + toWidthMs);
    folded += await store.write((tx) => tx.usage.compact({ fromWidthMs, toWidthMs, before }));
    await breathe();
  }
}
