import { z } from 'zod';

/** Values that several sections of the policy hold. */
export const CHANNEL = /^(?:#[\p{Ll}\p{Lo}\p{N}_-]{1,80}|[CG][A-Z0-9]{2,})$/u;
export const PERSON = /^[UW][A-Z0-9]{2,}$/;
export const CLOCK = /^([01]?\d|2[0-3]):([0-5]\d)$/;

// Each is the advice that a person reads when the value is wrong.
export const CHANNEL_ADVICE =
  "a channel in quotes such as '#ai-keys' (without quotes YAML drops it), or its id such as C0123456789";
export const PERSON_ADVICE = 'a Slack member id such as U0123456789 (profile, three dots, Copy member ID)';
export const CLOCK_ADVICE = "a time in quotes such as '10:00'";

export const TIME_ZONE_ADVICE = 'a time zone such as Europe/Berlin, America/New_York or UTC';

export const timeZone = z.string().refine(isTimeZone, 'is not a known time zone');

/** Of a time that fits `CLOCK`, since midnight. */
export function minutesOf(clock: string): number {
  const [hour = 0, minute = 0] = clock.split(':').map(Number);
  return hour * 60 + minute;
}

function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
