import { floorTo, HOUR_MS } from '../../domain/time.ts';
import { fitWindows, type PlannedWindow, SETTLING_MS, splitByWidth } from '../../domain/window.ts';
import type { Provider } from '../../ports/provider.ts';
import { turnStart } from './plan-poll.ts';
import { readWindow } from './read-window.ts';
import type { StoreUsageDeps } from './store-usage.ts';

/** One transaction writes as much: the minutes of six hours, the hours of fifteen days. */
const SLICE_BUCKETS = 360;

/**
 * Reads again what polls no longer look at and a provider may still revise: a scope or a key that was published hours
 * late, or a bucket that was corrected. Polls and this never read the same instant.
 */
export async function settleUsage(deps: StoreUsageDeps, provider: Provider): Promise<void> {
  const watermark = await deps.store.read.watermarks.get(provider.connectionId);
  // What cannot be read is told by the polls; what never was is theirs to begin.
  if (watermark === undefined || watermark.polledAt === null || watermark.failingSince !== null) return;
  const now = deps.clock.now();
  const from = floorTo(now - SETTLING_MS, HOUR_MS);
  const to = await turnStart(deps, now, watermark);
  if (from < to) await readAgain(deps, provider, { from, to });
}

/** Reads a range in slices, by the widths that its instants are kept in. */
export async function readAgain(
  deps: StoreUsageDeps,
  provider: Provider,
  range: { readonly from: number; readonly to: number },
): Promise<void> {
  const from = await deps.store.read.usage.bucketStart(provider.connectionId, range.from);
  const planned = splitByWidth({ from, to: range.to }, deps.clock.now());
  for (const window of fitWindows(planned, provider.usageWidthsMs)) {
    for (const slice of slicesOf(window)) await readWindow(deps, provider, slice);
  }
}

function slicesOf({ from, to, widthMs }: PlannedWindow): readonly PlannedWindow[] {
  const slices: PlannedWindow[] = [];
  for (let start = from; start < to; start += SLICE_BUCKETS * widthMs) {
    slices.push({ from: start, to: Math.min(to, start + SLICE_BUCKETS * widthMs), widthMs });
  }
  return slices;
}
