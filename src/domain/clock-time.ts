import { DAY_MS, HOUR_MS, MINUTE_MS } from './time.ts';

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
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const [hour = 0, minute = 0] = format.format(at).split(':').map(Number);
  return { hour, minute };
}
