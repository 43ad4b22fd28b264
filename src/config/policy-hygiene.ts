import { z } from 'zod';
import { globPattern } from '../domain/glob.ts';
import { compileNaming, type NamingPolicy } from '../domain/naming.ts';
import type { StalenessPolicy } from '../domain/stale-ladder.ts';
import { DAY_MS, dayAt } from '../domain/time.ts';

const ENVIRONMENTS = ['production', 'staging', 'development', 'unknown'] as const;
const ENVIRONMENTS_ADVICE = 'a list of production, staging, development and unknown; [] for none';
const GLOB_ADVICE = "a name, or a pattern in quotes such as '*-ci' (* is any text)";

const exemptRule = z
  .strictObject({
    match: z.string().min(1).optional().describe(GLOB_ADVICE),
    environment: z.enum(ENVIRONMENTS).optional().describe('production, staging, development or unknown'),
  })
  .describe("a rule such as - { match: 'dr-*' }")
  .refine(({ match, environment }) => match !== undefined || environment !== undefined, 'exempts every key');

/** The section `staleness` as people write it. */
export const stalenessSection = z
  .strictObject({
    ladder: z.boolean().default(true).describe('true or false'),
    ask_days: z.int().min(7).max(365).default(30).describe('whole days from 7 to 365'),
    propose_days: z.int().min(14).max(730).default(60).describe('whole days from 14 to 730'),
    announce_days: z.int().min(3).max(90).default(14).describe('whole days from 3 to 90'),
    suspend_in: z
      .array(z.enum(ENVIRONMENTS))
      // Production only where the file names it, as everywhere that something is done without a click.
      .default(['staging', 'development'])
      .describe(ENVIRONMENTS_ADVICE),
    exempt: z.array(exemptRule).default([]).describe("a list of rules: - { match: 'dr-*' }"),
  })
  .superRefine(({ ask_days, propose_days }, context) => {
    if (propose_days >= ask_days) return;
    context.addIssue({ code: 'custom', path: ['propose_days'], message: 'is before ask_days' });
  });

/** The section `naming`. */
export const namingSection = z.strictObject({
  pattern: z
    .string()
    .default('<env>-<workload>[-<person>]')
    .refine((text) => compileNaming(text) !== null, 'is not a pattern of names')
    .describe("a pattern such as '<env>-<workload>[-<person>]'; [ ] is what may be left out"),
  require_owner: z.boolean().default(true).describe('true or false'),
  exempt: z.array(z.string().min(1).describe(GLOB_ADVICE)).default([]).describe("a list of patterns: ['legacy-*']"),
});

const EXPIRY_ADVICE = 'a day such as 2027-03-31';

/** When admin keys expire whose provider does not say so. */
export const adminKeysSection = z
  .array(
    z.strictObject({
      connection: z.string().min(1).describe('a connection such as openai, or openai:acme'),
      expires: z
        .string()
        .refine((text) => dayAt(text) !== null, 'is not a day')
        .describe(EXPIRY_ADVICE),
    }),
  )
  .default([])
  .describe('a list of days: - { connection: openai, expires: 2027-03-31 }');

export function toStalenessPolicy(file: z.output<typeof stalenessSection>): StalenessPolicy {
  return {
    ladder: file.ladder,
    askMs: file.ask_days * DAY_MS,
    proposeMs: file.propose_days * DAY_MS,
    announceDays: file.announce_days,
    suspendIn: file.suspend_in,
    exempt: file.exempt.map(({ match, environment }) => ({
      match: match ?? null,
      pattern: match === undefined ? null : globPattern(match),
      environment: environment ?? null,
    })),
  };
}

export function toNamingPolicy({ pattern, require_owner, exempt }: z.output<typeof namingSection>): NamingPolicy {
  return { pattern, requireOwner: require_owner, exempt: exempt.map(globPattern) };
}

/** By connection: the first instant, in UTC, of the day on which it expires. */
export function toAdminKeyExpiries(file: z.output<typeof adminKeysSection>): ReadonlyMap<string, number> {
  return new Map(file.map(({ connection, expires }) => [connection, dayAt(expires) ?? 0]));
}
