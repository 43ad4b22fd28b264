import { Temporal } from 'temporal-polyfill';
import { isWorkday } from './rotation-calendar.ts';

const FROM_HOUR = 9;
const TO_HOUR = 17;
// Holidays and weekends in a row: more than this is no calendar.
const MAX_DAYS = 60;

/** This instant, where it is in somebody's working hours; else their next beginning. */
export function inWorkHours(
  at: number,
  { timeZone, holidays }: { readonly timeZone: string; readonly holidays: readonly string[] },
): number {
  const start = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
  const today = start.toPlainDate();
  for (let ahead = 0; ahead <= MAX_DAYS; ahead += 1) {
    const date = today.add({ days: ahead });
    if (!isWorkday(date.toString(), holidays)) continue;
    const opens = date.toZonedDateTime({ timeZone, plainTime: { hour: FROM_HOUR } }).epochMilliseconds;
    const closes = date.toZonedDateTime({ timeZone, plainTime: { hour: TO_HOUR } }).epochMilliseconds;
    if (at < closes) return Math.max(at, opens);
  }
  return at;
}
