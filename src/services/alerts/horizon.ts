import { HOUR_MS } from '../../domain/time.ts';
import type { Watermark } from '../../ports/store.ts';
import { SETTLE_MS } from '../usage/poll-usage.ts';

/** No usage for longer than this is idleness, not lateness. */
const MOST_LATE_MS = HOUR_MS;

export interface Horizon {
  readonly now: number;
  readonly knownUntil: number;
  readonly completeUntil: number;
}

/**
 * How far the data reaches: as far as the newest usage, which counts even when later usage may still come. A connection
 * that shows none for long is late or idle, which looks the same; for the first hour it is taken for late.
 */
export function horizonOf(
  { polledAt, newestUsageAt }: Pick<Watermark, 'polledAt' | 'newestUsageAt'>,
  now: number,
): Horizon {
  const readAt = polledAt ?? 0;
  const knownUntil = Math.min(now, Math.max(readAt - MOST_LATE_MS, newestUsageAt ?? 0));
  return { now, knownUntil, completeUntil: Math.min(readAt - SETTLE_MS, knownUntil) };
}
