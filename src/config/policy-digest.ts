import { z } from 'zod';
import { type DigestPolicy, WEEKDAYS } from '../domain/digest/turn.ts';
import {
  CHANNEL,
  CHANNEL_ADVICE,
  CLOCK,
  CLOCK_ADVICE,
  minutesOf,
  PERSON,
  PERSON_ADVICE,
  TIME_ZONE_ADVICE,
  timeZone,
} from './policy-values.ts';

/** The section `digest` as people write it. */
export const digestSection = z.strictObject({
  enabled: z.boolean().default(true).describe('true or false'),
  day: z.enum(WEEKDAYS).default('monday').describe('a day of the week such as monday'),
  at: z.string().regex(CLOCK).default('09:00').describe(CLOCK_ADVICE),
  timezone: timeZone.optional().describe(TIME_ZONE_ADVICE),
  channel: z.string().regex(CHANNEL).optional().describe(CHANNEL_ADVICE),
  founders: z
    .array(z.string().regex(PERSON).describe(PERSON_ADVICE))
    .default([])
    .describe('a list of member ids: [U0123456789]'),
});

export function toDigestPolicy(file: z.output<typeof digestSection>): DigestPolicy {
  return {
    enabled: file.enabled,
    day: file.day,
    atMinutes: minutesOf(file.at),
    timeZone: file.timezone ?? null,
    channel: file.channel ?? null,
    founders: [...new Set(file.founders)],
  };
}
