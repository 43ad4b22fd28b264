import { dateFormat } from './formats.ts';
import { DAY_MS, dayAt, floorTo, HOUR_MS, MINUTE_MS, zoneDayText } from './time.ts';

/** The next time that clocks in the zone show this hour, to the minute; strictly later than `now`. */
export function nextAtHour(hour: number, now: number, timeZone: string): number {
  const today = wallTime(now, timeZone);
  const midnight = now - (today.hour * HOUR_MS + today.minute * MINUTE_MS + (now % MINUTE_MS));
  for (const days of [0, 1, 2]) {
    // Clocks may be set between midnight and then: what they show is looked at, and made up for.
    const guess = midnight + days * DAY_MS + hour * HOUR_MS;
    const shown = wallTime(guess, timeZone);
    const offBy = ((shown.hour - hour + 36) % 24) - 12;
    const at = guess - offBy * HOUR_MS - shown.minute * MINUTE_MS;
    if (at > now) return at;
  }
  return now + DAY_MS;
}

function wallTime(at: number, timeZone: string): { hour: number; minute: number } {
  const format = dateFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const [hour = 0, minute = 0] = format.format(at).split(':').map(Number);
  return { hour, minute };
}

export interface WallTime {
  /** `2026-08-01` */
  readonly day: string;
  /** Since midnight, as clocks show it; 1,440 is the midnight after. */
  readonly minutes: number;
}

/**
 * The instant at which clocks in the zone show this. One that they skip is as long after midnight as they would have
 * shown; of two that show the same the first.
 */
export function wallInstant({ day, minutes }: WallTime, timeZone: string): number {
  const wall = (dayAt(day) ?? 0) + minutes * MINUTE_MS;
  const before = wall - offsetAt(wall - DAY_MS, timeZone);
  const after = wall - offsetAt(wall + DAY_MS, timeZone);
  const shows = (at: number) => at + offsetAt(at, timeZone) === wall;
  const fitting = [before, after].filter(shows);
  return fitting.length > 0 ? Math.min(...fitting) : before;
}

/** How far clocks in the zone are ahead of UTC. */
function offsetAt(at: number, timeZone: string): number {
  const minute = floorTo(at, MINUTE_MS);
  const { hour, minute: shown } = wallTime(minute, timeZone);
  return (dayAt(zoneDayText(minute, timeZone)) ?? 0) + hour * HOUR_MS + shown * MINUTE_MS - minute;
}
