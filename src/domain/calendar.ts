import { dateFormat } from './formats.ts';
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from './time.ts';

/** Days and hours of a time zone, as far as detection needs them. */
export interface Calendar {
  /** First instant of the day that holds `at`. */
  dayStart(at: number): number;
  /** 0 to 23, as clocks show it. */
  hourOfDay(at: number): number;
  isWeekend(at: number): boolean;
}

const QUARTER_MS = 15 * MINUTE_MS;
const THURSDAY = 4;

/** Days of UTC: no table, no daylight saving. */
export const UTC_CALENDAR: Calendar = calendarOf(() => 0);

/** Days of an IANA zone. Offsets are looked up once for each quarter of an hour. */
export function zoneCalendar(timeZone: string): Calendar {
  if (timeZone === 'UTC') return UTC_CALENDAR;
  const format = dateFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  const offsets = new Map<number, number>();
  return calendarOf((at) => {
    const quarter = floorTo(at, QUARTER_MS);
    const known = offsets.get(quarter);
    if (known !== undefined) return known;
    const offset = parseOffset(format.formatToParts(quarter).find(({ type }) => type === 'timeZoneName')?.value ?? '');
    offsets.set(quarter, offset);
    return offset;
  });
}

/** First instant of the next day: a day has 23 to 25 hours where clocks are set. */
export function dayEnd(at: number, { dayStart }: Pick<Calendar, 'dayStart'>): number {
  return dayStart(dayStart(at) + DAY_MS + DAY_MS / 2);
}

function calendarOf(offsetAt: (at: number) => number): Calendar {
  const local = (at: number) => at + offsetAt(at);
  return {
    dayStart(at) {
      const midnight = floorTo(local(at), DAY_MS);
      // Where clocks were set since midnight, midnight had another offset.
      const guess = midnight - offsetAt(at);
      return midnight - offsetAt(guess);
    },
    hourOfDay: (at) => Math.floor((local(at) - floorTo(local(at), DAY_MS)) / HOUR_MS),
    isWeekend(at) {
      const weekday = (((Math.floor(local(at) / DAY_MS) + THURSDAY) % 7) + 7) % 7;
      return weekday === 0 || weekday === 6;
    },
  };
}

/** `GMT+05:30` in milliseconds; `GMT` is 0. */
function parseOffset(text: string): number {
  const match = /([+-])(\d{2}):(\d{2})(?::(\d{2}))?/.exec(text);
  if (match === null) return 0;
  const [, sign, hours, minutes, seconds] = match;
  const ms = Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS + Number(seconds ?? 0) * 1_000;
  return sign === '-' ? -ms : ms;
}
