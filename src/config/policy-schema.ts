import { z } from 'zod';
import { PROFILES } from '../domain/profile.ts';
import { dayAt } from '../domain/time.ts';
import { actsIn, capsSection } from './policy-caps.ts';
import { complainHooks, deployHookSections, type HookKind } from './policy-deploy-hooks.ts';
import { digestSection } from './policy-digest.ts';
import { adminKeysSection, namingSection, stalenessSection } from './policy-hygiene.ts';
import { ownershipSection } from './policy-ownership.ts';
import { priceEntrySchema } from './policy-prices.ts';
import { rotationSchema } from './policy-rotation.ts';
import { secretStoreSections } from './policy-secret-stores.ts';
import { CHANNEL, CHANNEL_ADVICE, PERSON, PERSON_ADVICE, TIME_ZONE_ADVICE, timeZone } from './policy-values.ts';
import { unwrapSchema } from './unwrap-schema.ts';

const PERSON_OR_GROUP = /^[UWS][A-Z0-9]{2,}$/;

// Each description is the advice that a person reads when the value is wrong.
const GROUP_ADVICE = `${PERSON_ADVICE} or the id of a user group such as S0123456789`;

const person = z.string().regex(PERSON).describe(PERSON_ADVICE);
const personOrGroup = z.string().regex(PERSON_OR_GROUP).describe(GROUP_ADVICE);
const glob = z.string().min(1).describe("a name, or a pattern in quotes such as '*-ci' (* is any text)");

const channels = z.strictObject({
  alerts: z.string().regex(CHANNEL).describe(CHANNEL_ADVICE),
});

const calendar = z.strictObject({
  timezone: timeZone.default('UTC').describe(TIME_ZONE_ADVICE),
});

const currency = z
  .strictObject({
    code: z
      .string()
      .refine((code) => Intl.supportedValuesOf('currency').includes(code), 'is not a known currency')
      .default('USD')
      .describe('three capital letters such as EUR'),
    usd_rate: z
      .number()
      .positive()
      .optional()
      .describe('how much of the currency one US dollar buys, for instance 0.92'),
    date: z
      .string()
      .refine((text) => dayAt(text) !== null, 'is not a day')
      .optional()
      .describe('the day of the rate, for instance 2026-08-01'),
  })
  .superRefine(({ code, usd_rate, date }, context) => {
    const complain = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
    if (code === 'USD' && usd_rate !== undefined && usd_rate !== 1)
      complain('usd_rate', 'is not 1 although the code is USD');
    if (code !== 'USD' && usd_rate === undefined) complain('usd_rate', 'is missing');
    if (code !== 'USD' && date === undefined) complain('date', 'is missing');
  });

const roles = z.strictObject({
  admins: z.array(person).min(1).describe('a list of at least one Slack member id: [U0123456789]'),
  responders: z.array(personOrGroup).default([]).describe('a list of member ids or user group ids: [S0123456789]'),
  viewers: z
    .array(personOrGroup)
    .optional()
    .describe('a list of member ids or user group ids; leave it out for everyone'),
});

const polling = z.strictObject({
  usage_minutes: z.int().min(1).max(60).default(5).describe('a whole number of minutes from 1 to 60'),
  inventory_minutes: z.int().min(5).max(1440).default(60).describe('a whole number of minutes from 5 to 1440'),
});

const STEP_ADVICE = 'whole minutes from 0 to 1440; 0 switches the step off';

const escalation = z.strictObject({
  owner_minutes: z.int().min(0).max(1440).default(5).describe(STEP_ADVICE),
  responders_minutes: z.int().min(0).max(1440).default(15).describe(STEP_ADVICE),
  admins_minutes: z.int().min(0).max(1440).default(30).describe(STEP_ADVICE),
  webhook_minutes: z.int().min(0).max(1440).default(5).describe('whole minutes from 0 to 1440; 0 is at once'),
});

const alerts = z.strictObject({
  daily_messages: z.int().min(0).max(1_000).default(20).describe('a whole number from 0 to 1000; 0 is no limit'),
});

const heartbeat = z.strictObject({
  minutes: z.int().min(1).max(60).default(5).describe('a whole number of minutes from 1 to 60'),
});

const autoContain = z.strictObject({
  enabled: z.boolean().default(false).describe('true or false'),
  above_usd: z.number().positive().max(1_000_000).default(100).describe('US dollars, for instance 100'),
  environments: actsIn,
});

const detection = z.strictObject({
  profile: z.enum(PROFILES).default('balanced').describe('balanced or strict'),
});

const environmentRule = z.strictObject({
  match: glob,
  environment: z.enum(['production', 'staging', 'development']).describe('production, staging or development'),
});

const modelRule = z.strictObject({
  match: glob,
  allowed: z.array(glob).optional().describe("a list of models or patterns: ['gpt-5*', 'claude-*']"),
  retention: z
    .string()
    .min(1)
    .optional()
    .describe('the name of a promise under retention, for instance zero-retention'),
});

const retentionPromise = z.strictObject({
  promise: z.string().min(1).max(60).describe('a name, for instance zero-retention'),
  models: z.array(glob).describe("the models that keep it: ['gpt-5*', 'claude-*']"),
});

/** What configuration needs to know of a detector; a part of its definition. */
export interface DetectorNames {
  readonly id: string;
  readonly settings: z.ZodType;
}

export interface KnownParts {
  /** Ids that `prices` may name, as the kinds that `deploy_hooks` may name; without them any. */
  readonly providerIds?: readonly string[] | undefined;
  readonly deployHooks?: readonly HookKind[] | undefined;
}

/** The file as people write it. Detectors and deploy hooks bring the schema of their own section. */
export function policyFileSchema(detectors: readonly DetectorNames[], { providerIds, deployHooks }: KnownParts = {}) {
  const file = z.strictObject({
    channels,
    calendar,
    currency,
    roles,
    polling,
    escalation,
    alerts,
    digest: digestSection,
    heartbeat,
    auto_contain: autoContain,
    caps: capsSection,
    detection,
    rotation: rotationSchema,
    ownership: ownershipSection,
    staleness: stalenessSection,
    naming: namingSection,
    admin_keys: adminKeysSection,
    detectors: z.strictObject(Object.fromEntries(detectors.map(({ id, settings }) => [id, settings]))),
    environments: z
      .array(environmentRule)
      .default([])
      .describe("a list of rules: - { match: '*-ci', environment: staging }"),
    prices: z
      .array(priceEntrySchema(providerIds))
      .default([])
      .describe('a list of prices: - { model: gpt-x, input_usd: 4, output_usd: 20 }'),
    models: z
      .array(modelRule)
      .default([])
      .describe("a list of rules: - { match: 'billing-*', allowed: ['gpt-5*'], retention: zero-retention }"),
    retention: z
      .array(retentionPromise)
      .default([])
      .describe("a list of promises: - { promise: zero-retention, models: ['gpt-5*'] }"),
    ...deployHookSections(deployHooks),
    ...secretStoreSections,
    owners: z.record(z.string(), person).default({}).describe("lines such as 'billing-*': U0123456789"),
  });
  return file.superRefine(({ models, retention, ...others }, context) => {
    complainHooks(others, (path, message) => context.addIssue({ code: 'custom', path: [...path], message }));
    const names = new Set(retention.map(({ promise }) => promise.toLowerCase()));
    for (const [index, rule] of models.entries()) {
      if (rule.retention === undefined || names.has(rule.retention.toLowerCase())) continue;
      const message = 'names no promise under retention';
      context.addIssue({ code: 'custom', path: ['models', index, 'retention'], message });
    }
  });
}

export type PolicyFile = z.output<ReturnType<typeof policyFileSchema>>;

/** Every key that the policy file may hold, dotted, sections and detectors included. */
export function policyKeys(detectors: readonly DetectorNames[]): readonly string[] {
  return keysBelow(policyFileSchema(detectors), '');
}

function keysBelow(schema: unknown, prefix: string): readonly string[] {
  const inner = unwrapSchema(schema);
  if (inner instanceof z.ZodArray) return keysBelow(inner.element, prefix);
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries(inner.shape).flatMap(([key, value]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    return [path, ...keysBelow(value, path)];
  });
}
