import { groupBy } from './collections.ts';
import type { RotationKind } from './rotation.ts';
import { DAY_MS } from './time.ts';

/** A key that rests for a night is not quiet. */
export const LEAST_QUIET_MS = DAY_MS;
/** Nobody waits for a month on a job that runs once in it: it is named instead. */
export const MOST_QUIET_MS = 8 * DAY_MS;
/** So far back from its beginning the longest gap of a lineage is looked for. */
export const GAP_HISTORY_MS = 35 * DAY_MS;
// Used on fewer days than this, nobody knows its rhythm: a weekly job has five days in five weeks.
const KNOWN_RHYTHM_DAYS = 5;

/** A stretch in which something was used, as whole buckets. */
export interface Use {
  readonly model: string;
  readonly startAt: number;
  readonly endAt: number;
}

/** Somebody who uses the lineage so seldom that a quiet week says nothing. */
export interface RareUse {
  readonly model: string;
  readonly lastAt: number;
  readonly gapMs: number;
  /** It was seen on one day only. */
  readonly isOnce: boolean;
}

export interface Gaps {
  /** Of the model that stays away longest. */
  readonly longestMs: number;
  /** Those that stay away for more than eight days. */
  readonly rare: readonly RareUse[];
}

/** The time in which gaps count. */
export interface GapRange {
  /** The lineage is known from here, or looked at from here. */
  readonly from: number;
  /** The rotation began: what it waits for itself is no gap of the lineage. */
  readonly until: number;
}

/**
 * How long each model stays away. One with a rhythm is judged by what lies between its uses: that it began lately, or has
 * ended, is no gap. One that was seen on few days has none, so the time before its first and after its last use counts too.
 */
export function gapsOf(uses: readonly Use[], range: GapRange): Gaps {
  const models = [...groupBy(uses, ({ model }) => model)].map(([model, own]): RareUse => {
    const days = new Set(own.map(({ startAt }) => Math.floor(startAt / DAY_MS))).size;
    const firstAt = Math.min(...own.map(({ startAt }) => startAt));
    const lastAt = Math.max(...own.map(({ endAt }) => endAt));
    const open = days < KNOWN_RHYTHM_DAYS ? [firstAt - range.from, range.until - lastAt] : [];
    return { model, lastAt, gapMs: Math.max(longestGap(own), ...open), isOnce: days === 1 };
  });
  return {
    longestMs: Math.max(0, ...models.map(({ gapMs }) => gapMs)),
    rare: models.filter(({ gapMs }) => gapMs > MOST_QUIET_MS),
  };
}

export interface QuietFacts {
  readonly kind: RotationKind;
  /** The old key cannot be used any more. */
  readonly hasEnded: boolean;
  /** End of its newest known use; null: none in the time that is looked at. */
  readonly lastUsedAt: number | null;
  /** Usage is looked at from here. */
  readonly knownFrom: number;
  /** Nothing that was used before can still come in; null: usage was never read. While it is unreadable this stands still. */
  readonly completeUntil: number | null;
  readonly gaps: Gaps;
}

export interface Quiet {
  /** How long it has to be quiet. */
  readonly neededMs: number;
  /** How long it is known to have been. */
  readonly quietMs: number;
  /** Null: it is not known to be quiet. */
  readonly since: number | null;
  readonly isQuiet: boolean;
  /** The earliest instant up to which the data must reach. */
  readonly readyAt: number | null;
  /** Whose use may come still, however quiet it is. */
  readonly mayCome: readonly RareUse[];
}

/**
 * Whether an old key has been quiet for long enough to be revoked: for a day, or for the longest gap of its lineage, eight
 * days at most; not at all in an emergency. Time that nobody could look at is no quiet time.
 */
export function quietOf({ kind, hasEnded, lastUsedAt, knownFrom, completeUntil, gaps }: QuietFacts): Quiet {
  const isAtOnce = kind !== 'planned' || hasEnded;
  const neededMs = isAtOnce ? 0 : Math.min(MOST_QUIET_MS, Math.max(LEAST_QUIET_MS, gaps.longestMs));
  const since = completeUntil === null ? null : (lastUsedAt ?? knownFrom);
  const quietMs = since === null || completeUntil === null ? 0 : Math.max(0, completeUntil - since);
  return {
    neededMs,
    quietMs,
    since,
    isQuiet: isAtOnce || (since !== null && quietMs >= neededMs),
    readyAt: since === null ? null : since + neededMs,
    mayCome: isAtOnce ? [] : gaps.rare,
  };
}

function longestGap(uses: readonly Use[]): number {
  let until: number | null = null;
  let longest = 0;
  for (const { startAt, endAt } of uses.toSorted((a, b) => a.startAt - b.startAt)) {
    if (until !== null) longest = Math.max(longest, startAt - until);
    until = Math.max(until ?? endAt, endAt);
  }
  return longest;
}
