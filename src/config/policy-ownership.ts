import { z } from 'zod';
import type { OwnershipPolicy } from '../domain/owner-question.ts';
import { DAY_MS } from '../domain/time.ts';

const days = (usual: number) => z.int().min(1).max(365).default(usual).describe('whole days from 1 to 365');

export const ownershipSection = z.strictObject({
  ask: z.boolean().default(true).describe('true or false'),
  weekly_messages: z.int().min(1).max(7).default(2).describe('a whole number from 1 to 7'),
  channel_days: days(7),
  digest_days: days(14),
  off_boarding: z.boolean().default(true).describe('true or false'),
});

/** The section in our units. */
export function toOwnershipPolicy(section: z.output<typeof ownershipSection>): OwnershipPolicy {
  return {
    ask: section.ask,
    weeklyMessages: section.weekly_messages,
    channelMs: section.channel_days * DAY_MS,
    digestMs: section.digest_days * DAY_MS,
    offBoarding: section.off_boarding,
  };
}
