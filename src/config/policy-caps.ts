import { z } from 'zod';
import { globPattern } from '../domain/glob.ts';
import { microUsdFromUsd } from '../domain/money.ts';
import type { CapPolicy } from '../domain/own-cap.ts';

const ENVIRONMENTS = ['production', 'staging', 'development', 'unknown'] as const;

/** Environments in which Keysteward may act by itself: production only where the file names it. */
export const actsIn = z
  .array(z.enum(ENVIRONMENTS))
  .min(1)
  .default(['staging', 'development'])
  .describe('a list of production, staging, development and unknown: [staging, development]');

const capRule = z
  .strictObject({
    match: z.string().min(1).describe("a name, or a pattern in quotes such as '*-ci' (* is any text)"),
    monthly_usd: z
      .number()
      .min(0.01)
      .max(10_000_000)
      .multipleOf(0.01)
      .optional()
      .describe('US dollars a month in whole cents, for instance 500'),
    enforce: z.boolean().default(false).describe('true or false'),
    environments: actsIn,
  })
  .describe("a rule such as - { match: 'prod-*', monthly_usd: 500 }")
  .superRefine(({ monthly_usd, enforce }, context) => {
    if (monthly_usd === undefined && !enforce)
      context.addIssue({ code: 'custom', path: ['monthly_usd'], message: 'is missing' });
  });

const prepaid = z.strictObject({
  connection: z.string().min(1).describe('a connection such as openai, or openai:acme'),
  usd: z.number().positive().max(100_000_000).describe('US dollars, for instance 1000'),
});

export const capsSection = z.strictObject({
  raise_up_to_percent: z
    .number()
    .min(100)
    .default(200)
    .describe('a share of the cap before the raise, from 100 on: 200 is twice as much'),
  raise_up_to_usd: z.number().positive().optional().describe('US dollars, for instance 2000'),
  monthly: z.array(capRule).default([]).describe("a list of rules: - { match: 'prod-*', monthly_usd: 500 }"),
  prepaid: z.array(prepaid).default([]).describe('a list of amounts: - { connection: openai, usd: 1000 }'),
});

/** The section in our units. */
export function toCapPolicy(caps: z.output<typeof capsSection>): CapPolicy {
  return {
    raiseUpToPercent: caps.raise_up_to_percent,
    raiseUpToMicroUsd: caps.raise_up_to_usd === undefined ? null : microUsdFromUsd(caps.raise_up_to_usd),
    monthly: caps.monthly.map(({ match, monthly_usd, enforce, environments }) => ({
      match,
      pattern: globPattern(match),
      monthlyMicroUsd: monthly_usd === undefined ? null : microUsdFromUsd(monthly_usd),
      enforce,
      environments,
    })),
    prepaid: caps.prepaid.map(({ connection, usd }) => ({ connectionId: connection, microUsd: microUsdFromUsd(usd) })),
  };
}
