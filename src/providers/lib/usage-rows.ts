import { AppError } from '../../domain/errors.ts';
import type { UsageWindow } from '../../ports/provider.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export interface BucketWidth {
  readonly name: '1m' | '1h' | '1d';
  readonly ms: number;
  /** Buckets on one page at most; the same at OpenAI and Anthropic. */
  readonly maxBuckets: number;
}

const WIDTHS: readonly BucketWidth[] = [
  { name: '1m', ms: MINUTE_MS, maxBuckets: 1440 },
  { name: '1h', ms: HOUR_MS, maxBuckets: 168 },
  { name: '1d', ms: DAY_MS, maxBuckets: 31 },
];

export const USAGE_WIDTHS_MS: readonly number[] = WIDTHS.map((width) => width.ms);

/** The provider's name and page limit for a window; refuses one that no bucket row can cover exactly. */
export function bucketWidthOf(window: UsageWindow): BucketWidth {
  const width = WIDTHS.find(({ ms }) => ms === window.widthMs);
  const aligned = window.from % window.widthMs === 0 && window.to % window.widthMs === 0;
  if (width !== undefined && aligned && window.from < window.to) return width;
  throw new AppError({
    code: 'invalid_input',
    message: `usage window ${window.from}..${window.to} does not fit buckets of ${window.widthMs} ms`,
    publicMessage: 'Usage can be read by the minute, hour or day, for whole buckets only. Choose another time range.',
  });
}

/** Buckets to ask for on one page. */
export function pageLimit(window: UsageWindow, width: BucketWidth): number {
  return Math.min(width.maxBuckets, (window.to - window.from) / width.ms);
}
