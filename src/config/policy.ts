import { globPattern } from '../domain/glob.ts';
import { MICRO_USD_PER_USD } from '../domain/money.ts';
import type { Policy, PolicySetting } from '../domain/policy.ts';
import { MINUTE_MS } from '../domain/time.ts';
import type { Fault } from './faults.ts';
import { toCapPolicy } from './policy-caps.ts';
import { toDeployHooks, toRedeploy } from './policy-deploy-hooks.ts';
import { toDigestPolicy } from './policy-digest.ts';
import { issueFaults, unknownKeyFaults } from './policy-faults.ts';
import { toAdminKeyExpiries, toNamingPolicy, toStalenessPolicy } from './policy-hygiene.ts';
import { toOwnershipPolicy } from './policy-ownership.ts';
import { toOverride } from './policy-prices.ts';
import { toRotationPolicy } from './policy-rotation.ts';
import { type DetectorNames, type KnownParts, type PolicyFile, policyFileSchema } from './policy-schema.ts';
import { readSecretStores, type SecretStoreNames } from './policy-secret-stores.ts';
import { policySettings } from './policy-settings.ts';
import { readYaml } from './yaml-source.ts';

export interface ParsePolicyOptions extends KnownParts {
  /** The name that faults show, with the line. */
  readonly file: string;
  readonly detectors: readonly DetectorNames[];
  /** Kinds that `secret_stores` may name; without them any, unchecked. */
  readonly secretStores?: readonly SecretStoreNames[] | undefined;
}

export type ParsePolicyResult =
  | { readonly ok: true; readonly policy: Policy; readonly settings: readonly PolicySetting[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Sections of the file that hold keys of their own and may be left out. */
export const POLICY_SECTIONS: readonly string[] = [
  'channels',
  'calendar',
  'currency',
  'roles',
  'polling',
  'caps',
  'escalation',
  'alerts',
  'digest',
  'heartbeat',
  'auto_contain',
  'detection',
  'rotation',
  'ownership',
  'staleness',
  'naming',
  'detectors',
];

/** Reads policy.yml: the policy, or every fault in it with its line. */
export function parsePolicy(text: string, options: ParsePolicyOptions): ParsePolicyResult {
  const { file, detectors, secretStores: kinds, ...known } = options;
  const source = readYaml(text, file);
  if (!source.ok) return source;

  const schema = policyFileSchema(detectors, known);
  const raw = completed(source.value, detectors);
  const parsed = schema.safeParse(raw);
  const unknown = unknownKeyFaults(schema, raw, source.place);
  if (!parsed.success) {
    const issues = issueFaults({ issues: parsed.error.issues, schema, raw, place: source.place });
    return { ok: false, faults: byLine([...unknown, ...issues]) };
  }
  const stores = readSecretStores({ sections: parsed.data, kinds, place: source.place });
  const faults = [...unknown, ...stores.faults];
  if (faults.length > 0) return { ok: false, faults: byLine(faults) };
  const settings = policySettings({ parsed: parsed.data, given: source.value, place: source.place });
  return { ok: true, policy: toPolicy(parsed.data, recordOf(recordOf(raw).detectors), stores), settings };
}

/** Sections that are missing or empty get their braces, so that defaults apply and faults name the inner key. */
function completed(value: unknown, detectors: readonly DetectorNames[]): unknown {
  const whole = value ?? {};
  if (!isRecord(whole)) return whole;
  const file = withoutNulls(whole);
  for (const section of POLICY_SECTIONS) {
    const given = file[section] ?? {};
    file[section] = isRecord(given) && section !== 'detectors' ? withoutNulls(given) : given;
  }
  if (isRecord(file.detectors)) {
    const sections = { ...file.detectors };
    for (const id of [...Object.keys(sections), ...detectors.map((detector) => detector.id)]) sections[id] ??= {};
    file.detectors = sections;
  }
  return file;
}

type Stores = Pick<Policy, 'secretStores' | 'secrets'>;

function toPolicy(file: PolicyFile, detectors: Readonly<Record<string, unknown>>, stores: Stores): Policy {
  return {
    secretStores: stores.secretStores,
    secrets: stores.secrets,
    channels: { alerts: file.channels.alerts },
    calendar: { timeZone: file.calendar.timezone },
    currency: {
      code: file.currency.code,
      usdRate: file.currency.usd_rate ?? 1,
      rateDate: file.currency.code === 'USD' ? null : (file.currency.date ?? null),
    },
    roles: {
      admins: file.roles.admins,
      responders: file.roles.responders,
      viewers: file.roles.viewers ?? null,
    },
    polling: {
      usageMs: file.polling.usage_minutes * MINUTE_MS,
      inventoryMs: file.polling.inventory_minutes * MINUTE_MS,
    },
    escalation: {
      owner: stepMs(file.escalation.owner_minutes),
      webhook: file.escalation.webhook_minutes * MINUTE_MS,
      responders: stepMs(file.escalation.responders_minutes),
      admins: stepMs(file.escalation.admins_minutes),
    },
    alerts: { dailyMessages: file.alerts.daily_messages === 0 ? null : file.alerts.daily_messages },
    digest: toDigestPolicy(file.digest),
    heartbeat: { everyMs: file.heartbeat.minutes * MINUTE_MS },
    autoContain: {
      enabled: file.auto_contain.enabled,
      aboveMicroUsd: Math.round(file.auto_contain.above_usd * MICRO_USD_PER_USD),
      environments: file.auto_contain.environments,
    },
    caps: toCapPolicy(file.caps),
    detection: { profile: file.detection.profile },
    rotation: toRotationPolicy(file.rotation),
    ownership: toOwnershipPolicy(file.ownership),
    staleness: toStalenessPolicy(file.staleness),
    naming: toNamingPolicy(file.naming),
    adminKeyExpiries: toAdminKeyExpiries(file.admin_keys),
    detectors,
    environments: file.environments.map((rule) => ({ ...rule, pattern: globPattern(rule.match) })),
    prices: file.prices.map(toOverride),
    models: file.models.map(({ match, allowed, retention }) => ({
      match,
      pattern: globPattern(match),
      allowed: allowed ?? null,
      retention: retention ?? null,
    })),
    retention: file.retention,
    deployHooks: toDeployHooks(file),
    redeploy: toRedeploy(file),
    owners: Object.entries(file.owners).map(([match, slackUserId]) => ({
      match,
      pattern: globPattern(match),
      slackUserId,
    })),
  };
}

function stepMs(minutes: number): number | null {
  return minutes === 0 ? null : minutes * MINUTE_MS;
}

function byLine(faults: readonly Fault[]): readonly Fault[] {
  const unique = new Map(faults.toReversed().map((fault) => [fault.where, fault]));
  const line = ({ where }: Fault) => Number(/:(\d+)/.exec(where)?.[1] ?? 0);
  return [...unique.values()].toReversed().sort((a, b) => line(a) - line(b));
}

function withoutNulls(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}
