import { DAY_MS, HOUR_MS, plural } from './time.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  h: HOUR_MS,
  d: DAY_MS,
  w: 7 * DAY_MS,
  m: 30 * DAY_MS,
  y: 365 * DAY_MS,
};
const NAMED: Readonly<Record<string, number>> = {
  day: DAY_MS,
  today: DAY_MS,
  week: 7 * DAY_MS,
  month: 30 * DAY_MS,
  year: 365 * DAY_MS,
};
const MAX_MS = 3_650 * DAY_MS;
export const PERIOD_HELP = 'Give a length such as 24h, 7d or 30d.';

/** `7d`, `24h`, `2 weeks`, `30` (days), `month` as milliseconds; null for all else. */
export function parsePeriod(text: string): number | null {
  const typed = text.trim().toLowerCase();
  const named = NAMED[typed];
  if (named !== undefined) return named;
  const [, digits = '', unit = 'd'] =
    /^(\d{1,5})\s*(?:(h|d|w|m|y)(?:rs?|ours?|ays?|eeks?|o|onths?|ears?)?)?$/.exec(typed) ?? [];
  const lengthMs = Number(digits) * (UNIT_MS[unit] ?? Number.NaN);
  return digits !== '' && lengthMs > 0 && lengthMs <= MAX_MS ? lengthMs : null;
}

/** `24 hours`, `7 days`. */
export function periodWords(lengthMs: number): string {
  return lengthMs % DAY_MS === 0 && lengthMs > DAY_MS
    ? plural(lengthMs / DAY_MS, 'day')
    : plural(Math.round(lengthMs / HOUR_MS), 'hour');
}
