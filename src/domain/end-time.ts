import { nextAtHour, wallInstant } from './clock-time.ts';
import { DAY_MS, dayAt, HOUR_MS, MINUTE_MS, zoneDayText } from './time.ts';

export const END_HELP = 'Give a time such as `18:00`, `tomorrow 9:00`, `friday`, `2026-12-01 18:00`, `6h` or `3d`.';

export interface EndTime {
  readonly at: number;
  /** What comes after the time. */
  readonly rest: string;
}

interface Setting {
  readonly now: number;
  readonly timeZone: string;
}

const UNITS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS };
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const LENGTH = /^(\d{1,4}) ?(m|min|mins|minutes?|h|hrs?|hours?|d|days?|w|weeks?)(?=\s|$)/i;
const DAY =
  /^(\d{4}-\d{2}-\d{2}|today|tonight|tomorrow|(?:sun|mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur)(?:day)?)(?=\s|$)/i;
const CLOCK = /^(?:at\s+)?(?:(\d{1,2})[:.](\d{2})\s?(am|pm)?|(\d{1,2})\s?(am|pm)|(noon|midnight))(?=\s|$)/i;

/**
 * The end of something as a person types it, at the beginning of a text, in the person's own zone. A day without a time
 * lasts to its end, a time without a day is the next one.
 */
export function takeEndTime(text: string, { now, timeZone }: Setting): EndTime | null {
  const typed = text.trim();
  const length = LENGTH.exec(typed);
  if (length !== null) {
    const unit = UNITS[(length[2] ?? '').charAt(0).toLowerCase()] ?? 0;
    return { at: now + Number(length[1]) * unit, rest: typed.slice(length[0].length).trim() };
  }
  const day = DAY.exec(typed);
  const afterDay = day === null ? typed : typed.slice(day[0].length).trim();
  const clock = CLOCK.exec(afterDay);
  const minutes = clock === null ? null : minutesIn(clock);
  if (day === null && minutes === null) return null;
  const rest = clock === null || minutes === null ? afterDay : afterDay.slice(clock[0].length).trim();
  const date = day === null ? null : dateOf(day[0], { now, timeZone });
  if (day !== null && date === null) return null;
  const at = date === null ? nextClock(minutes ?? 0, { now, timeZone }) : onDay(date, minutes, timeZone);
  return { at, rest };
}

/** Minutes since midnight; null where no clock shows it. */
function minutesIn([, hours, minutes, half, hoursOnly, halfOnly, word]: RegExpExecArray): number | null {
  if (word !== undefined) return word.toLowerCase() === 'noon' ? 12 * 60 : 24 * 60;
  const typed = Number(hours ?? hoursOnly);
  const suffix = (half ?? halfOnly)?.toLowerCase();
  if (suffix !== undefined && (typed < 1 || typed > 12)) return null;
  const hour = suffix === undefined ? typed : (typed % 12) + (suffix === 'pm' ? 12 : 0);
  const minute = Number(minutes ?? 0);
  const isTime = hour < 24 ? minute < 60 : hour === 24 && minute === 0;
  return isTime ? hour * 60 + minute : null;
}

/** The day, as text, that a word or a date means; null for the 30th of February. */
function dateOf(word: string, { now, timeZone }: Setting): string | null {
  const typed = word.toLowerCase();
  if (/^\d/.test(typed)) return dayAt(typed) === null ? null : typed;
  const today = zoneDayText(now, timeZone);
  if (typed === 'today' || typed === 'tonight') return today;
  if (typed === 'tomorrow') return dayAfter(today, 1);
  const wanted = WEEKDAYS.findIndex((name) => name.startsWith(typed.slice(0, 3)));
  const ahead = (wanted - new Date(dayAt(today) ?? now).getUTCDay() + 7) % 7;
  return dayAfter(today, ahead);
}

function dayAfter(day: string, days: number): string {
  return new Date((dayAt(day) ?? 0) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Without a time the day's end: the midnight after it. */
function onDay(day: string, minutes: number | null, timeZone: string): number {
  return wallInstant({ day, minutes: minutes ?? 24 * 60 }, timeZone);
}

function nextClock(minutes: number, { now, timeZone }: Setting): number {
  if (minutes % 60 === 0 && minutes < 24 * 60) return nextAtHour(minutes / 60, now, timeZone);
  const today = zoneDayText(now, timeZone);
  const at = wallInstant({ day: today, minutes }, timeZone);
  return at > now ? at : wallInstant({ day: dayAfter(today, 1), minutes }, timeZone);
}
