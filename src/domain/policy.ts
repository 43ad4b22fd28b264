import type { RolePolicy } from './authorise.ts';
import type { DigestPolicy } from './digest/turn.ts';
import type { EscalationPolicy } from './escalation.ts';
import { type Environment, guessEnvironment, type Lineage } from './key.ts';
import type { ModelBounds } from './lineage-facts.ts';
import type { DisplayCurrency } from './money.ts';
import type { NamingPolicy } from './naming.ts';
import type { CapPolicy } from './own-cap.ts';
import type { OwnershipPolicy } from './owner-question.ts';
import type { PriceOverride } from './price-override.ts';
import type { Profile } from './profile.ts';
import type { DeployHookSetting, RedeployRule } from './redeploy.ts';
import type { RotationPolicy } from './rotation-policy.ts';
import type { SecretRule, SecretStoreEntry } from './secret-place.ts';
import type { StalenessPolicy } from './stale-ladder.ts';

/** `match` as written, `pattern` as tested. The first rule that matches counts. */
export interface EnvironmentRule {
  readonly match: string;
  /** Tested against a key's label and against its scope's name. */
  readonly pattern: RegExp;
  readonly environment: Exclude<Environment, 'unknown'>;
}

export interface OwnerRule {
  readonly match: string;
  /** Tested against a lineage's slug and a key's label. */
  readonly pattern: RegExp;
  readonly slackUserId: string;
}

/** When a key is suspended without a click. Only what can be undone is ever done so. */
export interface AutoContain {
  readonly enabled: boolean;
  /** The loss above which it is done, at critical severity. */
  readonly aboveMicroUsd: number;
  /** As the file names them: production and unknown only where it does. */
  readonly environments: readonly Environment[];
}

/** Which models a lineage may call and what is promised of its data, where a person has not said so of the lineage itself. */
export interface ModelRule {
  readonly match: string;
  /** Tested against a lineage's slug. */
  readonly pattern: RegExp;
  /** Patterns of models; null: all. */
  readonly allowed: readonly string[] | null;
  /** Names one of `retention`. */
  readonly retention: string | null;
}

/** What a promise on the keeping of data is called, and the models that keep it. */
export interface RetentionPromise {
  readonly promise: string;
  readonly models: readonly string[];
}

/** policy.yml in our units. */
export interface Policy {
  /** `#name` or a channel id. */
  readonly channels: { readonly alerts: string };
  readonly calendar: { readonly timeZone: string };
  /** `rateDate` is null for US dollars, which need no rate. */
  readonly currency: DisplayCurrency & { readonly rateDate: string | null };
  /** `viewers` is null when every full member may look. */
  readonly roles: RolePolicy & { readonly viewers: readonly string[] | null };
  readonly escalation: EscalationPolicy;
  readonly polling: { readonly usageMs: number; readonly inventoryMs: number };
  /** So many alerts a day get a message of their own before those that call nobody share one; null: any number. */
  readonly alerts: { readonly dailyMessages: number | null };
  /** The weekly one. */
  readonly digest: DigestPolicy;
  /** Sent only where KEYSTEWARD_HEARTBEAT_URL is set. */
  readonly heartbeat: { readonly everyMs: number };
  readonly autoContain: AutoContain;
  readonly caps: CapPolicy;
  readonly detection: { readonly profile: Profile };
  readonly rotation: RotationPolicy;
  readonly staleness: StalenessPolicy;
  readonly naming: NamingPolicy;
  /** By connection, for admin keys whose provider does not say when they expire. */
  readonly adminKeyExpiries: ReadonlyMap<string, number>;
  /** The sections as written, already checked; each detector parses its own. */
  readonly detectors: Readonly<Record<string, unknown>>;
  readonly environments: readonly EnvironmentRule[];
  readonly owners: readonly OwnerRule[];
  readonly ownership: OwnershipPolicy;
  /** The first that matches counts. */
  readonly models: readonly ModelRule[];
  readonly retention: readonly RetentionPromise[];
  /** Go before the bundled price list; the first that holds counts. */
  readonly prices: readonly PriceOverride[];
  readonly deployHooks: readonly DeployHookSetting[];
  /** All that match count. */
  readonly redeploy: readonly RedeployRule[];
  /** By name; `local` is always among them. */
  readonly secretStores: readonly SecretStoreEntry[];
  /** The first that matches a lineage's slug counts; without one a person keeps its value. */
  readonly secrets: readonly SecretRule[];
}

/** One line of the effective policy, for people who ask why. */
export interface PolicySetting {
  /** `polling.usage_minutes` */
  readonly key: string;
  /** As one would write it; never a secret. */
  readonly value: string;
  /** Of the file; null: the default. */
  readonly line: number | null;
}

export interface KeyPlace {
  readonly label: string;
  readonly slug: string;
  readonly scopeName: string | null;
}

/** Policy's word first; without one the label and then the scope's name decide. */
export function environmentOf(place: KeyPlace, policy: Pick<Policy, 'environments'>): Environment {
  const texts = [place.label, place.scopeName ?? ''];
  const rule = policy.environments.find(({ pattern }) => texts.some((text) => pattern.test(text)));
  return rule?.environment ?? guessEnvironment(place.label, place.scopeName);
}

export function ownerByPolicy(place: KeyPlace, policy: Pick<Policy, 'owners'>): string | null {
  const rule = policy.owners.find(({ pattern }) => pattern.test(place.slug) || pattern.test(place.label));
  return rule?.slackUserId ?? null;
}

/** Said of a lineage in place of a promise: none. */
export const NO_PROMISE = 'none';

export type PromiseInput =
  | { readonly ok: true; readonly retention: string | null }
  | { readonly ok: false; readonly fault: string };

/** A promise as a person types it, in any case: nothing leaves it to policy, `none` says that there is none. */
export function parsePromise(text: string, { retention }: Pick<Policy, 'retention'>): PromiseInput {
  const name = text.trim().toLowerCase();
  if (name === '') return { ok: true, retention: null };
  if (name === NO_PROMISE) return { ok: true, retention: NO_PROMISE };
  const known = retention.find(({ promise }) => promise.toLowerCase() === name);
  if (known !== undefined) return { ok: true, retention: known.promise };
  const names = retention.map(({ promise }) => promise).join(', ');
  const fault =
    names === ''
      ? 'policy.yml names no promise under retention yet. Leave it empty, or write none.'
      : `policy.yml does not know this promise. It knows ${names}; none says that there is none.`;
  return { ok: false, fault };
}

/** What a person said of the lineage first, policy's word where nobody has. A promise that policy does not know binds nobody. */
export function modelBoundsOf(
  { slug, allowedModels, retention }: Pick<Lineage, 'slug' | 'allowedModels' | 'retention'>,
  policy: Pick<Policy, 'models' | 'retention'>,
): ModelBounds {
  const rule = policy.models.find(({ pattern }) => pattern.test(slug));
  const name = retention ?? rule?.retention ?? NO_PROMISE;
  const promise = policy.retention.find((one) => one.promise.toLowerCase() === name.toLowerCase());
  return {
    allowed: allowedModels ?? rule?.allowed ?? null,
    promise: promise === undefined ? null : { name: promise.promise, models: promise.models },
  };
}

/** A channel that messages are posted to, and what names it in policy.yml. */
export interface PostingChannel {
  readonly channel: string;
  readonly setting: 'channels.alerts' | 'digest.channel';
}

/** Each channel once; what goes to people directly is not among them. */
export function postingChannels({ channels, digest }: Pick<Policy, 'channels' | 'digest'>): readonly PostingChannel[] {
  const alerts = { channel: channels.alerts, setting: 'channels.alerts' } as const;
  if (!digest.enabled || digest.channel === null || digest.channel === alerts.channel) return [alerts];
  return [alerts, { channel: digest.channel, setting: 'digest.channel' }];
}
