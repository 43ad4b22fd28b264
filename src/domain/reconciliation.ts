import { groupBy } from './collections.ts';
import { MICRO_USD_PER_USD } from './money.ts';
import { ceilTo, DAY_MS, HOUR_MS } from './time.ts';
import { NO_KEY_PREFIX } from './usage.ts';
import { BACKFILL_MS } from './window.ts';

/** A difference above a twentieth of the provider's figure is drift. */
export const DRIFT_SHARE = 0.05;
/** Below a dollar on either side rounding and late usage weigh more than prices. */
export const DRIFT_FLOOR_MICRO_USD = MICRO_USD_PER_USD;

const UNKNOWN_KEY_PREFIX = 'unknown:';

/** The id of a key that its provider charges for and that is not in the inventory. */
export function unknownKeyId(providerKeyId: string): string {
  return `${UNKNOWN_KEY_PREFIX}${providerKeyId}`;
}

/** What a provider says that a key or a scope cost on one day. */
export interface StatedCost {
  readonly dayAt: number;
  /** Empty outside of scopes. */
  readonly scopeId: string;
  /** Ours, `nokey:…`, `unknown:…`, or empty where a scope is not split by key. */
  readonly keyId: string;
  readonly microUsd: number;
}

/** What our prices say of the same. */
export interface OwnCost extends StatedCost {
  /** What of it is not from a listed price. */
  readonly estimatedMicroUsd: number;
  /** Some of the usage has no price at all. */
  readonly hasUnpriced: boolean;
}

/** Both figures of a day, scope and key. Every total is a sum of these. */
export interface CostLine {
  readonly dayAt: number;
  readonly scopeId: string;
  readonly keyId: string;
  /** Null: the provider says nothing of this key by itself. */
  readonly providerMicroUsd: number | null;
  /** Null: our usage of that day is not read, or not to its end. */
  readonly ownMicroUsd: number | null;
  readonly estimatedMicroUsd: number;
  readonly hasUnpriced: boolean;
}

export interface JoinInput {
  readonly stated: readonly StatedCost[];
  readonly own: readonly OwnCost[];
  /** False: `stated` has scopes only. */
  readonly perKey: boolean;
  /** Whether our usage of the day is complete. */
  readonly isCovered: (dayAt: number) => boolean;
}

/** One line for each day, scope and key that either side knows. */
export function joinCosts({ stated, own, perKey, isCovered }: JoinInput): CostLine[] {
  const lines = new Map<string, CostLine>();
  for (const cost of stated) {
    const identity = identityOf(cost);
    const before = lines.get(identity) ?? emptyLine(cost, { provider: 0, own: isCovered(cost.dayAt) ? 0 : null });
    lines.set(identity, { ...before, providerMicroUsd: (before.providerMicroUsd ?? 0) + cost.microUsd });
  }
  for (const cost of own) {
    if (!isCovered(cost.dayAt)) continue;
    const identity = identityOf(cost);
    const before = lines.get(identity) ?? emptyLine(cost, { provider: perKey ? 0 : null, own: 0 });
    lines.set(identity, {
      ...before,
      ownMicroUsd: (before.ownMicroUsd ?? 0) + cost.microUsd,
      estimatedMicroUsd: before.estimatedMicroUsd + cost.estimatedMicroUsd,
      hasUnpriced: before.hasUnpriced || cost.hasUnpriced,
    });
  }
  return [...lines.values()].filter((line) => line.providerMicroUsd || line.ownMicroUsd || line.hasUnpriced);
}

function identityOf({ dayAt, scopeId, keyId }: StatedCost): string {
  return `${dayAt} ${scopeId} ${keyId}`;
}

function emptyLine(
  { dayAt, scopeId, keyId }: StatedCost,
  figures: { readonly provider: number | null; readonly own: number | null },
): CostLine {
  return {
    dayAt,
    scopeId,
    keyId,
    providerMicroUsd: figures.provider,
    ownMicroUsd: figures.own,
    estimatedMicroUsd: 0,
    hasUnpriced: false,
  };
}

/** Both figures of any set of lines. */
export interface CostSum {
  readonly providerMicroUsd: number;
  readonly ownMicroUsd: number;
  /** What keys in the inventory account for: by the provider's own figures, or by ours where it gives none. */
  readonly keyedMicroUsd: number;
  readonly estimatedMicroUsd: number;
  readonly hasUnpriced: boolean;
  /** False: our side is not known, so that nothing can be said of an error. */
  readonly isCompared: boolean;
}

export function sumLines(lines: readonly CostLine[]): CostSum {
  let [provider, own, keyed, estimated] = [0, 0, 0, 0];
  let hasUnpriced = false;
  for (const line of lines) {
    provider += line.providerMicroUsd ?? 0;
    own += line.ownMicroUsd ?? 0;
    if (isWatchedKey(line.keyId)) keyed += line.providerMicroUsd ?? line.ownMicroUsd ?? 0;
    estimated += line.estimatedMicroUsd;
    hasUnpriced ||= line.hasUnpriced;
  }
  return {
    providerMicroUsd: provider,
    ownMicroUsd: own,
    keyedMicroUsd: keyed,
    estimatedMicroUsd: estimated,
    hasUnpriced,
    isCompared: lines.every(({ ownMicroUsd }) => ownMicroUsd !== null),
  };
}

/**
 * What the provider charges for outside of the keys that are watched. Null where a scope is not split by key and our
 * own usage, which would split it, is not known. Below zero: our prices say more than the provider does.
 */
export function shadowMicroUsd(lines: readonly CostLine[]): number | null {
  if (lines.some(({ keyId, ownMicroUsd }) => keyId === '' && ownMicroUsd === null)) return null;
  const { providerMicroUsd, keyedMicroUsd } = sumLines(lines);
  return providerMicroUsd - keyedMicroUsd;
}

/** Whether a line is about a key of the inventory, rather than about what no key of ours explains. */
export function isWatchedKey(keyId: string): boolean {
  return keyId !== '' && !keyId.startsWith(NO_KEY_PREFIX) && !keyId.startsWith(UNKNOWN_KEY_PREFIX);
}

type Figures = Pick<CostSum, 'providerMicroUsd' | 'ownMicroUsd'>;

/** Ours less theirs: below zero where we see too little. */
export function errorMicroUsd({ providerMicroUsd, ownMicroUsd }: Figures): number {
  return ownMicroUsd - providerMicroUsd;
}

/** The error as a signed share of the provider's figure; null where that is nothing. */
export function errorShare(figures: Figures): number | null {
  return figures.providerMicroUsd > 0 ? errorMicroUsd(figures) / figures.providerMicroUsd : null;
}

/** `too_little`: less than a dollar on both sides, of which nothing is said. `not_compared`: our side is not known. */
export type CostVerdict = 'agrees' | 'drifts' | 'too_little' | 'not_compared';

export function verdictOf(figures: Figures & { readonly isCompared?: boolean }): CostVerdict {
  if (figures.isCompared === false) return 'not_compared';
  const { providerMicroUsd, ownMicroUsd } = figures;
  if (Math.max(providerMicroUsd, ownMicroUsd) < DRIFT_FLOOR_MICRO_USD) return 'too_little';
  const allowed = DRIFT_SHARE * Math.max(providerMicroUsd, 0);
  return Math.abs(errorMicroUsd(figures)) > allowed ? 'drifts' : 'agrees';
}

/** A scope as a whole, or one key in it. */
export interface CostPart extends CostSum {
  readonly scopeId: string;
  /** Null: the scope as a whole. */
  readonly keyId: string | null;
  readonly verdict: CostVerdict;
}

export interface DayReconciliation {
  readonly dayAt: number;
  readonly total: CostSum;
  readonly shadowMicroUsd: number | null;
  /** That of the whole, or `drifts` where the whole agrees only because its parts make up for each other. */
  readonly verdict: CostVerdict;
  readonly scopes: readonly CostPart[];
  /** The keys of which the provider says something. */
  readonly keys: readonly CostPart[];
  /** Largest error first: keys that drift, and scopes that drift for no key that we could name. */
  readonly culprits: readonly CostPart[];
  /** What usage without a key, or with one that we do not know, cost more at the provider than we saw of it. */
  readonly unseenMicroUsd: number;
}

/** What the lines of one day say, per key, per scope and as a whole. */
export function reconcileDay(dayAt: number, lines: readonly CostLine[]): DayReconciliation {
  const total = sumLines(lines);
  const scopes = [...groupBy(lines, ({ scopeId }) => scopeId)].map(([scopeId, own]) => partOf(scopeId, null, own));
  const keys = lines
    .filter(({ keyId, providerMicroUsd }) => keyId !== '' && providerMicroUsd !== null)
    .map((line) => partOf(line.scopeId, line.keyId, [line]));
  const driftingKeys = keys.filter(({ verdict }) => verdict === 'drifts');
  const explained = new Set(driftingKeys.map(({ scopeId }) => scopeId));
  const driftingScopes = scopes.filter(({ scopeId, verdict }) => verdict === 'drifts' && !explained.has(scopeId));
  const culprits = [...driftingKeys, ...driftingScopes].sort((a, b) => sizeOfError(b) - sizeOfError(a));
  const unseen = sumLines(lines.filter(({ keyId }) => keyId !== '' && !isWatchedKey(keyId)));
  return {
    dayAt,
    total,
    shadowMicroUsd: shadowMicroUsd(lines),
    verdict: culprits.length > 0 ? 'drifts' : verdictOf(total),
    scopes,
    keys,
    culprits,
    unseenMicroUsd: Math.max(0, -errorMicroUsd(unseen)),
  };
}

function partOf(scopeId: string, keyId: string | null, lines: readonly CostLine[]): CostPart {
  const sum = sumLines(lines);
  return { ...sum, scopeId, keyId, verdict: verdictOf(sum) };
}

function sizeOfError(part: CostPart): number {
  return Math.abs(errorMicroUsd(part));
}

/** Why the two may differ, as far as the figures tell. */
export interface DriftReasons {
  /** What of our figure is not from a listed price. */
  readonly estimatedMicroUsd: number;
  readonly hasUnpriced: boolean;
  /** Most of the difference is usage outside of our keys. */
  readonly unseenMicroUsd: number;
  /** Every key is off by the same share, as by a discount. */
  readonly isEven: boolean;
}

// A hundredth: rounding and late usage blur what a discount takes off each key.
const EVEN_SHARE = 0.01;

export function driftReasons({ culprits, keys, total, unseenMicroUsd }: DayReconciliation): DriftReasons {
  const whole = errorShare(total);
  const judged = keys.filter(({ verdict }) => verdict === 'drifts' || verdict === 'agrees');
  const isOffAlike = (part: CostSum) =>
    whole !== null && Math.abs((errorShare(part) ?? Number.POSITIVE_INFINITY) - whole) <= EVEN_SHARE;
  const parts: readonly CostSum[] = culprits.length > 0 ? culprits : [total];
  const isMostlyUnseen = unseenMicroUsd > 0 && unseenMicroUsd * 2 >= -errorMicroUsd(total) && errorMicroUsd(total) < 0;
  return {
    estimatedMicroUsd: parts.reduce((sum, { estimatedMicroUsd }) => sum + estimatedMicroUsd, 0),
    hasUnpriced: parts.some(({ hasUnpriced }) => hasUnpriced),
    unseenMicroUsd: isMostlyUnseen ? unseenMicroUsd : 0,
    isEven: judged.length > 1 && verdictOf(total) === 'drifts' && judged.every(isOffAlike),
  };
}

/** Days that end by then do not change any more, but for rare revisions. */
export function settledUntil(read: { readonly refreshedAt: number | null; readonly readAt: number }): number {
  return read.refreshedAt === null ? read.readAt - DAY_MS : Math.min(read.refreshedAt, read.readAt) - HOUR_MS;
}

/** What is known of how far our own usage goes. */
export interface OwnUsageSpan {
  readonly firstUsageAt: number | null;
  /** The last complete poll; null: none yet. */
  readonly polledAt: number | null;
  /** How late providers publish usage at most. */
  readonly settleMs: number;
}

/** Which whole days our own usage covers, so that comparing them is fair. */
export function coveredDays({ firstUsageAt, polledAt, settleMs }: OwnUsageSpan): (dayAt: number) => boolean {
  if (polledAt === null) return () => false;
  // The first poll of all read so much history, however little was in it.
  const read = ceilTo(polledAt - BACKFILL_MS, DAY_MS);
  const from = firstUsageAt === null ? read : Math.min(read, ceilTo(firstUsageAt, DAY_MS));
  return (dayAt) => dayAt >= from && dayAt + DAY_MS + settleMs <= polledAt;
}
