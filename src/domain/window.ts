import { ceilTo, DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from './time.ts';
import type { UsageBucket } from './usage.ts';

/** Minutes are kept for this long, so that 25 rolling hours can be read at poll resolution. */
export const FINE_WINDOW_MS = 26 * HOUR_MS;
/** First start reads at least this much history by the hour. */
export const BACKFILL_MS = 31 * DAY_MS;
/** Each poll re-reads this much, since providers publish late and revise. */
export const TRAILING_MS = 2 * HOUR_MS;
/** Where nothing new was published for longer, it re-reads from the newest usage on, but no more than this. */
export const LONGEST_TRAILING_MS = 6 * HOUR_MS;
/** What is older than a poll looks back is read again until it is this old. */
export const SETTLING_MS = 3 * DAY_MS;
/** A poll out of turn re-reads this much: the next one in turn looks further back. */
export const SHORT_TRAILING_MS = 30 * MINUTE_MS;

const QUARTER_MS = 15 * MINUTE_MS;

/** Sum of cost inside [from, to). A bucket that lies partly inside counts by its share. */
export function costBetween(buckets: readonly UsageBucket[], from: number, to: number): number {
  let sum = 0;
  for (const bucket of buckets) {
    const overlap = Math.min(to, bucket.startAt + bucket.widthMs) - Math.max(from, bucket.startAt);
    if (overlap <= 0) continue;
    sum += overlap >= bucket.widthMs ? bucket.costMicroUsd : (bucket.costMicroUsd * overlap) / bucket.widthMs;
  }
  return sum;
}

/** The buckets up to `until`. One that reaches beyond is not finished: all that it holds was spent before. */
export function spentBy(until: number, usage: readonly UsageBucket[]): readonly UsageBucket[] {
  return usage
    .filter((bucket) => bucket.startAt < until)
    .map((bucket) => {
      const spentMs = until - bucket.startAt;
      return bucket.widthMs <= spentMs ? bucket : { ...bucket, widthMs: spentMs };
    });
}

export interface PlannedWindow {
  readonly from: number;
  readonly to: number;
  readonly widthMs: number;
}

/**
 * What to read from a provider now: the trailing window by the minute; after downtime everything since the watermark;
 * on first start 31 days. What is older than 26 hours is read by the hour, so that each instant has one width.
 */
export function planWindows(now: number, watermark: number | null, trailingMs = TRAILING_MS): readonly PlannedWindow[] {
  const oldest = backfillStart(now);
  const wanted = watermark === null ? oldest : floorTo(Math.min(watermark, now) - trailingMs, QUARTER_MS);
  return splitByWidth({ from: Math.max(wanted, oldest), to: ceilTo(now, MINUTE_MS) }, now);
}

/** What is older than this is read by the day: it is a whole day's start, so that no day has two widths. */
export function backfillStart(now: number): number {
  return floorTo(now - BACKFILL_MS, DAY_MS);
}

/** Hours for what is older than 26 hours, minutes for the rest. */
export function splitByWidth({ from, to }: Pick<PlannedWindow, 'from' | 'to'>, now: number): readonly PlannedWindow[] {
  const fineFrom = floorTo(now - FINE_WINDOW_MS, HOUR_MS);
  const coarse = { from: floorTo(from, HOUR_MS), to: Math.min(to, fineFrom), widthMs: HOUR_MS };
  const fine = { from: Math.max(from, fineFrom), to, widthMs: MINUTE_MS };
  return [coarse, fine].filter((window) => window.from < window.to);
}

/** The same windows in widths that a provider has: the finest that is as wide as planned, else its widest. */
export function fitWindows(windows: readonly PlannedWindow[], widthsMs: readonly number[]): readonly PlannedWindow[] {
  const widths = [...widthsMs].sort((a, b) => a - b);
  const fitted: PlannedWindow[] = [];
  for (const planned of windows) {
    const widthMs = widths.find((width) => width >= planned.widthMs) ?? widths.at(-1) ?? planned.widthMs;
    const before = fitted.at(-1);
    // An instant that the window before covers already keeps that width.
    const from = Math.max(floorTo(planned.from, widthMs), before?.to ?? 0);
    const to = ceilTo(planned.to, widthMs);
    if (from >= to) continue;
    if (before?.widthMs === widthMs && before.to === from) fitted.splice(-1, 1, { ...before, to });
    else fitted.push({ from, to, widthMs });
  }
  return fitted;
}
