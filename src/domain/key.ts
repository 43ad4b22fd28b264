import { scrubSecrets } from './secret.ts';

/** State of a key as its provider reports it; `gone` is a key that no longer appears in the provider's list. */
export type KeyStatus = 'active' | 'inactive' | 'archived' | 'expired' | 'gone';

export type Environment = 'production' | 'staging' | 'development' | 'unknown';

/** Project (OpenAI) or workspace (Anthropic), as the provider lists it. */
export interface ProviderScope {
  /** The provider's own id. */
  readonly id: string;
  readonly kind: 'project' | 'workspace' | 'organization';
  readonly name: string;
  readonly archived: boolean;
}

export interface KeyOwner {
  readonly kind: 'user' | 'service_account';
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  /** False when the provider says that the owner has lost access: the key is orphaned. */
  readonly hasAccess: boolean;
}

/** A key as its provider lists it. Never carries key material: `hint` is the provider's own redacted form. */
export interface ProviderKey {
  /** The provider's own id. */
  readonly id: string;
  readonly scopeId: string | null;
  readonly label: string;
  readonly hint: string | null;
  readonly status: Exclude<KeyStatus, 'gone'>;
  readonly createdAt: number | null;
  /** Null where the provider does not say (then it is derived from usage) or the key was never used. */
  readonly lastUsedAt: number | null;
  readonly expiresAt: number | null;
  readonly owner: KeyOwner | null;
  /** Admin keys are listed, watched for expiry, and never revocable from here. */
  readonly kind: 'inference' | 'admin';
}

/** Stands in place of a connection for a key that people registered: its provider cannot be listed, so nobody watches it. */
export const REGISTERED = 'registered';

export function isWatched({ connectionId }: Pick<Key, 'connectionId'>): boolean {
  return connectionId !== REGISTERED;
}

/** Statuses in which the key cannot spend. */
export const STOPPED_STATUSES: ReadonlySet<KeyStatus> = new Set(['inactive', 'archived', 'expired', 'gone']);

/** A key in the inventory: one row per provider key, tombstoned when it vanishes, never deleted. */
export interface Key {
  readonly id: string;
  readonly lineageId: string;
  readonly connectionId: string;
  readonly providerId: string;
  readonly providerKeyId: string;
  readonly scopeId: string | null;
  readonly label: string;
  readonly hint: string | null;
  readonly status: KeyStatus;
  /** Grows with each change of status; part of an action's idempotency key, so that suspend → restore → suspend is three. */
  readonly generation: number;
  readonly createdAt: number | null;
  readonly lastUsedAt: number | null;
  readonly expiresAt: number | null;
  readonly owner: KeyOwner | null;
  readonly kind: 'inference' | 'admin';
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  readonly goneAt: number | null;
  /** Since when it cannot spend, as far as is known; null: it can, or it was never seen to. */
  readonly stoppedAt: number | null;
  /** It was there from the first, or a rotation waited for it. */
  readonly announced: boolean;
}

/** Since when a key with this status cannot spend: from the first look that showed it, until one shows that it can. */
export function stoppedSince(before: Pick<Key, 'status' | 'stoppedAt'>, status: KeyStatus, now: number): number | null {
  if (!STOPPED_STATUSES.has(status)) return null;
  return STOPPED_STATUSES.has(before.status) ? before.stoppedAt : now;
}

/** What a team calls "the prod-api key": it lives on while rotation replaces the key under it. */
export interface Lineage {
  readonly id: string;
  /** Unique; what people type to find a lineage and to confirm an act. */
  readonly slug: string;
  readonly environment: Environment;
  /** Slack user id of the owner, where known. */
  readonly ownerSlackId: string | null;
  /** A claimed ownership gives no power until a responder has confirmed it. */
  readonly ownerStanding: OwnerStanding;
  /** What a person decided, even that there is no owner, is not undone by what is found out later. */
  readonly ownerSource: OwnerSource;
  /** What it is for, in a person's words. */
  readonly workload: string | null;
  /** Who breaks when it stops: services, jobs, people. */
  readonly consumers: readonly string[];
  /** The team's own cap in a calendar month (UTC), as people set it; policy may set one where they did not (`ownCapOf`). */
  readonly capMicroUsd: number | null;
  /** Null: nobody said anything, so that policy's rule holds. */
  readonly capSource: CapSource | null;
  /** Patterns of the models that it may call; null: as policy says. */
  readonly allowedModels: readonly string[] | null;
  /** What was promised of its data, such as `zero-retention`; null: as policy says. */
  readonly retention: string | null;
  /** How far above its usual hour it may go, picked for it alone; null: as policy says. */
  readonly ownRatio: OwnRatio | null;
  readonly createdAt: number;
  /** Grows with each change by a person; a modal that saw another one is out of date. */
  readonly revision: number;
}

/** Where people set a lineage's own cap: both go before policy. */
export type CapSource = 'slack' | 'import';

export interface OwnRatio {
  readonly ratio: number;
  /** Actor text. */
  readonly by: string;
  readonly at: number;
}

/** Who answers for it; somebody who only claims it does not yet. */
export function confirmedOwnerOf(lineage: Pick<Lineage, 'ownerSlackId' | 'ownerStanding'> | null): string | null {
  return lineage?.ownerStanding === 'confirmed' ? lineage.ownerSlackId : null;
}

/** Nobody owns it and nobody claims to, so that it can be claimed. */
export function isUnowned({ ownerSlackId }: Pick<Lineage, 'ownerSlackId'>): boolean {
  return ownerSlackId === null;
}

export type OwnerStanding = 'confirmed' | 'claimed';
/** `found`: by policy, or by the e-mail address that the provider names. */
export type OwnerSource = 'found' | 'person';

/** What a lineage is before anybody has said more of it. */
export const NEW_LINEAGE = {
  ownerStanding: 'confirmed',
  ownerSource: 'found',
  workload: null,
  consumers: [],
  capMicroUsd: null,
  capSource: null,
  allowedModels: null,
  retention: null,
  ownRatio: null,
  revision: 1,
} as const satisfies Partial<Lineage>;

/** Unknown counts as production wherever a decision is made (design rule 11). */
export function countsAsProduction(environment: Environment): boolean {
  return environment === 'production' || environment === 'unknown';
}

const ENVIRONMENT_WORDS: readonly (readonly [Exclude<Environment, 'unknown'>, RegExp])[] = [
  ['production', /(^|[^a-z])(prod|production|live)([^a-z]|$)/i],
  ['staging', /(^|[^a-z])(stag|staging|stage|preprod|uat|test|ci)([^a-z]|$)/i],
  ['development', /(^|[^a-z])(dev|development|sandbox|playground|local)([^a-z]|$)/i],
];

/** Reads the environment from a key's label, else from its scope's name; two different answers mean unknown. */
export function guessEnvironment(label: string, scopeName: string | null): Environment {
  for (const text of [label, scopeName ?? '']) {
    const found = ENVIRONMENT_WORDS.filter(([, pattern]) => pattern.test(text)).map(([name]) => name);
    if (found.length > 1) return 'unknown';
    if (found[0] !== undefined) return found[0];
  }
  return 'unknown';
}

const SLUG_MAX = 40;

/** A slug from a label: lower case, digits and dashes; `taken` decides the numeric suffix. Never empty, no credential. */
export function slugFor(label: string, taken: (slug: string) => boolean): string {
  const base =
    scrubSecrets(label)
      .normalize('NFKD')
      .toLowerCase()
      // Accents come apart from their letters and would cut words in two.
      .replace(/\p{M}+/gu, '')
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, SLUG_MAX)
      .replace(/-+$/, '') || 'key';
  if (!taken(base)) return base;
  for (let suffix = 2; ; suffix += 1) {
    const slug = `${base}-${suffix}`;
    if (!taken(slug)) return slug;
  }
}
