import { overshootOf, PROVIDER_LATE_MS, type Unseen, unseenMs } from '../overshoot.ts';
import { HOUR_MS, MINUTE_MS, nextMonthStart } from '../time.ts';
import { type RateBound, WINDOW_HOURS } from './rates.ts';

/** A monthly cap (UTC) that stops something by itself, and what of it is spent. */
export interface HardCap {
  readonly capMicroUsd: number;
  readonly spentMicroUsd: number;
}

export interface RadiusInput {
  readonly now: number;
  readonly rates: RateBound;
  /** The dearest hour that was ever seen of it; null: it never spent anything. */
  readonly highestHourMicroUsd: number | null;
  /** Of the smallest scope that the provider enforces one on. */
  readonly providerCap: HardCap | null;
  /** The team's own, where policy has the key suspended at it. */
  readonly ownCap: HardCap | null;
  readonly prepaidMicroUsd: number | null;
  /** Above this loss policy suspends it; null: it does not. */
  readonly autoContainMicroUsd: number | null;
  readonly unseen: Unseen;
  /** Whether anybody would be called. */
  readonly hasPeople: boolean;
}

export type BoundedBy = 'rate' | 'provider_cap' | 'own_cap' | 'prepaid' | 'highest_hour' | 'not_known';
export type StoppedBy = 'provider_cap' | 'own_cap' | 'auto_contain' | 'people' | 'nothing';

export interface Radius {
  /** Null: nothing limits it that is known, and nothing was ever spent. Never zero for want of knowledge. */
  readonly worst48hMicroUsd: number | null;
  readonly boundedBy: BoundedBy;
  readonly stoppedBy: StoppedBy;
  /** Until it is stopped, or, where only people stop it, until they are called; null: not within the 48 hours, or not known. */
  readonly withinMinutes: number | null;
  readonly assumptions: readonly string[];
  /** No cap stops it and nothing is paid in advance: the figure says what could be, not what anybody agreed to lose. */
  readonly isTheoretical: boolean;
}

const WINDOW_MS = WINDOW_HOURS * HOUR_MS;

/** The most that can be spent in 48 hours if the key leaked now and nobody did anything. */
export function radiusOf(input: RadiusInput): Radius {
  return { ...boundOf(input), isTheoretical: !isCapped(input) };
}

/** Something stops it at a sum that somebody decided on. */
export function isCapped({ providerCap, ownCap, prepaidMicroUsd }: RadiusInput): boolean {
  return providerCap !== null || ownCap !== null || prepaidMicroUsd !== null;
}

function boundOf(input: RadiusInput): Omit<Radius, 'isTheoretical'> {
  const { rates, highestHourMicroUsd, prepaidMicroUsd } = input;
  const seen = highestHourMicroUsd === null ? null : highestHourMicroUsd * WINDOW_HOURS;
  // What was seen once can be seen again, also where limits that are known would say less of the rest.
  const unlimited = Math.max(rates.knownMicroUsd, seen ?? 0);
  const rate = rates.isComplete ? rates.knownMicroUsd : null;
  const bounds: { readonly by: BoundedBy; readonly microUsd: number | null }[] = [
    { by: 'rate', microUsd: rate },
    { by: 'provider_cap', microUsd: input.providerCap && providerCapBound(input, input.providerCap) },
    { by: 'own_cap', microUsd: input.ownCap && ownCapBound(input, input.ownCap) },
    { by: 'prepaid', microUsd: prepaidMicroUsd },
  ];
  const least = bounds.reduce<(typeof bounds)[number] | null>(
    (best, one) => (one.microUsd === null || (best?.microUsd ?? Number.POSITIVE_INFINITY) <= one.microUsd ? best : one),
    null,
  );
  const stop = stopOf(input);
  if (least?.microUsd != null) {
    const assumptions = [
      ...assumptionsOf(input, least.by),
      ...(rate === null ? ['unbounded by rate: the cap is all that limits it'] : []),
    ];
    return { worst48hMicroUsd: Math.round(least.microUsd), boundedBy: least.by, ...stop, assumptions };
  }
  if (unlimited === 0) {
    const assumptions = [
      ...rates.assumptions,
      'no limit, no cap and no usage of it is known, so no figure can be given',
    ];
    return { worst48hMicroUsd: null, boundedBy: 'not_known', ...stop, assumptions };
  }
  const assumptions = [
    ...rates.assumptions,
    'unbounded by rate: the highest hour ever seen goes on for 48 hours; it may be more',
  ];
  return { worst48hMicroUsd: Math.round(unlimited), boundedBy: 'highest_hour', ...stop, assumptions };
}

/** The provider's cap, used up now and, where the month ends within the 48 hours, once more. */
export function providerCapBound(input: Omit<RadiusInput, 'ownCap' | 'prepaidMicroUsd'>, cap: HardCap): number {
  const late = overshootOf(hourOf(input), { lagMs: 0, pollMs: 0, enforceMs: PROVIDER_LATE_MS });
  const { first, second } = hoursOf(input.now);
  const now = atMost(input, first, leftOf(cap) + late);
  return second === 0 ? now : now + atMost(input, second, cap.capMicroUsd + late);
}

/** The same of a cap that is kept by suspending the key: a thief may as well stop just below it and go on next month. */
export function ownCapBound(input: RadiusInput, cap: HardCap): number {
  const over = overshootOf(hourOf(input), input.unseen);
  const { first, second } = hoursOf(input.now);
  const now = atMost(input, first, leftOf(cap) + over);
  return second === 0 ? now : now + atMost(input, second, cap.capMicroUsd + over);
}

/** What an hour costs at the worst that is known. */
function hourOf({ rates, highestHourMicroUsd }: Pick<RadiusInput, 'rates' | 'highestHourMicroUsd'>): number {
  const byRate = rates.knownMicroUsd / WINDOW_HOURS;
  return rates.isComplete ? byRate : Math.max(byRate, highestHourMicroUsd ?? 0);
}

function atMost({ rates }: Pick<RadiusInput, 'rates'>, hours: number, microUsd: number): number {
  return rates.isComplete ? Math.min((rates.knownMicroUsd * hours) / WINDOW_HOURS, microUsd) : microUsd;
}

function leftOf({ capMicroUsd, spentMicroUsd }: HardCap): number {
  return Math.max(0, capMicroUsd - spentMicroUsd);
}

/** The 48 hours, cut where the month (UTC) ends. */
function hoursOf(now: number): { readonly first: number; readonly second: number } {
  const first = Math.min(WINDOW_MS, nextMonthStart(now) - now) / HOUR_MS;
  return { first, second: WINDOW_HOURS - first };
}

/** What acts first by itself; where nothing does, when people are called. */
function stopOf(input: RadiusInput): Pick<Radius, 'stoppedBy' | 'withinMinutes'> {
  const hour = hourOf(input);
  const { providerCap, ownCap, autoContainMicroUsd, unseen, hasPeople } = input;
  const noticeMs = unseenMs({ ...unseen, enforceMs: 0 });
  const timeTo = (microUsd: number) => (hour > 0 ? (microUsd / hour) * HOUR_MS : null);
  const stops: { readonly by: StoppedBy; readonly ms: number | null }[] = [];
  if (providerCap !== null) stops.push({ by: 'provider_cap', ms: plus(timeTo(leftOf(providerCap)), PROVIDER_LATE_MS) });
  if (ownCap !== null) stops.push({ by: 'own_cap', ms: plus(timeTo(leftOf(ownCap)), unseenMs(unseen)) });
  if (autoContainMicroUsd !== null)
    stops.push({ by: 'auto_contain', ms: plus(timeTo(autoContainMicroUsd), unseenMs(unseen)) });
  const inTime = stops.filter(({ ms }) => ms !== null && ms <= WINDOW_MS);
  const first = inTime.toSorted((a, b) => (a.ms ?? 0) - (b.ms ?? 0))[0];
  if (first !== undefined) return { stoppedBy: first.by, withinMinutes: minutes(first.ms ?? 0) };
  if (hasPeople) return { stoppedBy: 'people', withinMinutes: minutes(noticeMs) };
  return { stoppedBy: 'nothing', withinMinutes: null };
}

function plus(ms: number | null, more: number): number | null {
  return ms === null ? null : ms + more;
}

function minutes(ms: number): number {
  return Math.ceil(ms / MINUTE_MS);
}

function assumptionsOf({ rates, now }: RadiusInput, by: BoundedBy): readonly string[] {
  const said = [...rates.assumptions];
  if (by === 'provider_cap') said.push('the provider refuses requests 15 minutes after its cap is reached');
  if (by === 'own_cap')
    said.push('the key is suspended once usage beyond the cap has been published, read and acted on');
  if (by === 'prepaid') said.push('what is paid in advance does not fill up by itself');
  const crosses = hoursOf(now).second > 0 && (by === 'provider_cap' || by === 'own_cap');
  if (crosses) said.push('the month ends within the 48 hours, and the cap begins anew');
  return said;
}
