import { type Calendar, zoneCalendar } from '../domain/calendar.ts';
import type { Deps } from './deps.ts';

const calendars = new Map<string, Calendar>();

/** The days and hours of policy. One calendar for each zone: it remembers the offsets that it has looked up. */
export function calendarOf({ calendar: { timeZone } }: Deps['policy']): Calendar {
  const known = calendars.get(timeZone) ?? zoneCalendar(timeZone);
  calendars.set(timeZone, known);
  return known;
}
