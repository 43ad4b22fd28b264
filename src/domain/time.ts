import { dateFormat } from './formats.ts';
export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export function floorTo(at: number, widthMs: number): number {
  return Math.floor(at / widthMs) * widthMs;
}

/** The later of two instants; null where neither is known. */
export function latest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

export function ceilTo(at: number, widthMs: number): number {
  return Math.ceil(at / widthMs) * widthMs;
}

/** First instant of the UTC calendar month that holds `at`: providers bill by it, whatever zone policy has. */
export function monthStart(at: number): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

export function nextMonthStart(at: number): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

const DAY_TEXT = /^\d{4}-\d{2}-\d{2}$/;

/** The first instant, in UTC, of a day such as `2026-08-01`; null for any other text. */
export function dayAt(text: string): number | null {
  const at = DAY_TEXT.test(text) ? Date.parse(text) : Number.NaN;
  // The 30th of February parses in some engines.
  return !Number.isNaN(at) && dayText(at) === text ? at : null;
}

/** The day, in UTC, on which an instant lies: `2026-08-01`. */
export function dayText(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

const UNITS: readonly (readonly [string, number])[] = [
  ['day', DAY_MS],
  ['hour', HOUR_MS],
  ['minute', MINUTE_MS],
];

/** The day of a zone on which an instant lies: `2026-08-01`. */
export function zoneDayText(at: number, timeZone: string): string {
  return dateFormat('en-CA', { timeZone, dateStyle: 'short' }).format(at);
}

/** A length in the one unit that a person would use: `5 minutes`, `26 hours`, `97 days`; under a minute is `moments`. */
export function formatLength(lengthMs: number): string {
  // Two of a unit before it is used: 26 hours says more than 1 day, 90 minutes more than 1 hour.
  for (const [name, ms] of UNITS) {
    const threshold = name === 'minute' ? ms : 2 * ms;
    if (lengthMs >= threshold) return plural(Math.round(lengthMs / ms), name);
  }
  return 'moments';
}

/** The same for what people do in a minute or two, where moments would say nothing: `40 seconds`. */
export function stopwatchLength(lengthMs: number): string {
  if (lengthMs >= 2 * MINUTE_MS) return formatLength(lengthMs);
  return plural(Math.max(1, Math.round(lengthMs / SECOND_MS)), 'second');
}

export function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
