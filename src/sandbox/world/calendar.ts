export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
/** The average month, in hours: what a monthly target is spread over. */
export const HOURS_PER_MONTH = 730;

/** 0 is Monday. The first day of the epoch was a Thursday. */
export function weekdayOf(hourIndex: number): number {
  return (Math.floor(hourIndex / 24) + 3) % 7;
}
