/** Whose cap it is: set here by the team, or by the provider on the smallest scope that it knows. */
export type CapOrigin = 'own' | 'key' | 'project' | 'workspace' | 'org';

/** A step that people have been told of in this month. */
export interface ToldStep {
  readonly origin: CapOrigin;
  readonly capMicroUsd: number;
  readonly percent: number;
  readonly paged: boolean;
}

/** What bounds a lineage in the present calendar month (UTC), and how far the spend has come. */
export interface CapStanding {
  readonly origin: CapOrigin;
  readonly capMicroUsd: number;
  /** Other keys that it holds for as well. */
  readonly sharedWith: number;
  /** All that counts against it since the month began, other keys and usage without a key included. */
  readonly monthMicroUsd: number;
  /** What of it this lineage has spent. */
  readonly ownMonthMicroUsd: number;
  /** What of it is from before the lineage was watched. */
  readonly unwatchedMicroUsd: number;
  /** What the others that count against it spent in the last two hours of data. */
  readonly othersRecentMicroUsd: number;
  /** The key of the lineage that spent most of it. */
  readonly keyId: string | null;
  /** How long it is until the next look at the latest. */
  readonly lookMs: number;
  /** Whether Keysteward suspends the key at it: policy says so of the team's own. */
  readonly enforced: boolean;
  readonly told: readonly ToldStep[];
  /** What all that count against it spent on a day of late, on average: this lineage, and the others. */
  readonly usualDayMicroUsd: { readonly own: number; readonly others: number };
  /** Forecasts of this month that were told of it: whether of one that counts as near. */
  readonly forecastsTold: readonly ForecastLevel[];
}

/** `soon`: within the last week of the month. */
export type ForecastLevel = 'early' | 'soon';

export type CapStep = Pick<ToldStep, 'percent' | 'paged'>;

/**
 * Whether people know already: they were told of this step or a higher one of the same cap, or, under a lower cap, of as
 * much money. A cap that was lowered counts anew.
 */
export function isTold({ origin, capMicroUsd, told }: CapStanding, { percent, paged }: CapStep): boolean {
  return told.some((one) => {
    if (one.origin !== origin || (paged && !one.paged)) return false;
    if (one.capMicroUsd === capMicroUsd) return one.percent >= percent;
    return one.capMicroUsd < capMicroUsd && one.percent * one.capMicroUsd >= percent * capMicroUsd;
  });
}

/** `paged` and the step as evidence carries them, read back. */
export function toldStep(evidence: Readonly<Record<string, unknown>>): ToldStep | null {
  const { origin, capMicroUsd, percent, paged } = evidence;
  if (typeof capMicroUsd !== 'number' || typeof percent !== 'number' || typeof paged !== 'boolean') return null;
  return { origin: origin as CapOrigin, capMicroUsd, percent, paged };
}

export interface RaisePolicy {
  readonly raiseUpToPercent: number;
  /** Null: only the share counts. */
  readonly raiseUpToMicroUsd: number | null;
}

/** The highest cap that may be set without an admin. `baseMicroUsd` is the cap without the raises that run. */
export function raiseBound(baseMicroUsd: number, policy: RaisePolicy): number {
  const byShare = Math.floor((baseMicroUsd * policy.raiseUpToPercent) / 100);
  return Math.min(byShare, policy.raiseUpToMicroUsd ?? Number.POSITIVE_INFINITY);
}
