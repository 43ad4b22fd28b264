import type { PeakHours } from '../baseline.ts';
import { spendAcceleration } from '../detectors/spend-acceleration.ts';
import { microUsdFromUsd } from '../money.ts';
import { HOUR_MS, plural } from '../time.ts';
import type { Case } from './case.ts';

/** Beyond this many times the dearest of the past it is told, whatever else is known. */
export const UNHEARD_OF = 2;
const FULL_PAST_DAYS = 28;
const LEAST_PAST_DAYS = 7;
// The dearest of one week is exceeded sooner than the dearest of four: the bar is higher for it.
const SHORT_PAST_POWER = 0.25;

/**
 * Money carries the signal, ratios alone carry noise: the more has been burnt, the less it has to stand out from what the
 * past has had in as many hours. Tuned on generated traffic, see bench/RESULTS.md.
 */
const BEYOND = [
  { hours: 1, ratio: 1.25, usd: 60 },
  { hours: 2, ratio: 1.5, usd: 55 },
  { hours: 3, ratio: 1.4, usd: 70 },
  { hours: 6, ratio: 1.3, usd: 105 },
  { hours: 12, ratio: 1.25, usd: 160 },
  { hours: 24, ratio: 1.2, usd: 240 },
] as const satisfies readonly { readonly hours: PeakHours; readonly ratio: number; readonly usd: number }[];

/** What a lineage spends now against the most that it ever spent in as long a time. */
export class Weight {
  readonly #given: Case;
  /** The past ends where what is judged began. */
  readonly #since: number;
  readonly #peaks = new Map<PeakHours, number>();
  /** Whether an acceleration is among the findings. */
  readonly isAccelerating: boolean;

  constructor(given: Case) {
    this.#given = given;
    const { findings, input } = given;
    const run = findings.find(({ detectorId }) => detectorId === spendAcceleration.id);
    this.isAccelerating = run !== undefined;
    this.#since = Math.min(run?.startedAt ?? input.knownUntil, input.knownUntil - HOUR_MS);
  }

  /** Twice the dearest rolling hour of the last 28 days. */
  isUnheardOf(): boolean {
    return this.#sum(1) > UNHEARD_OF * this.#peak(1);
  }

  /** Whether a model that the lineage has not used for thirty days spends in the last hour. */
  isUnknownModel(): boolean {
    const { input, past } = this.#given;
    const { knownUntil, usage } = input;
    // A lineage of today uses every model for the first time.
    if (past.baseline.knownModels.length === 0) return false;
    return usage.some(
      ({ startAt, costMicroUsd, model }) =>
        costMicroUsd > 0 &&
        startAt >= knownUntil - HOUR_MS &&
        startAt < knownUntil &&
        !past.baseline.knownModels.includes(model),
    );
  }

  /** Whether so much money is gone that the past has had no such hours. */
  burnsBeyond(): boolean {
    const bar = this.#shortPast();
    return BEYOND.some(({ hours, ratio, usd }) => {
      const sum = this.#sum(hours);
      return sum > microUsdFromUsd(usd) && sum > ratio * (hours === 1 ? 1 : bar) * this.#peak(hours);
    });
  }

  /** The last hours against the dearest as many of the past; infinite where there is nothing to compare with. */
  ratio(hours: PeakHours): number {
    const peak = this.#peak(hours);
    return peak === 0 ? Number.POSITIVE_INFINITY : this.#sum(hours) / peak;
  }

  /** How much past there is: `28 days`. */
  get days(): string {
    return plural(Math.max(1, Math.min(FULL_PAST_DAYS, this.#given.past.baseline.daysLearned)), 'day');
  }

  #shortPast(): number {
    const days = Math.min(FULL_PAST_DAYS, Math.max(LEAST_PAST_DAYS, this.#given.past.baseline.daysLearned));
    return (FULL_PAST_DAYS / days) ** SHORT_PAST_POWER;
  }

  #sum(hours: PeakHours): number {
    const { curve, knownUntil } = this.#given.input;
    return Math.round(curve.cost(knownUntil - hours * HOUR_MS, knownUntil));
  }

  #peak(hours: PeakHours): number {
    const known = this.#peaks.get(hours);
    if (known !== undefined) return known;
    const { past, input } = this.#given;
    const widthMs = hours * HOUR_MS;
    const { largest, until } = past.baseline;
    // What is judged is no part of its own past, not even in a window that it has only begun to fill.
    const to = Math.min(this.#since, input.knownUntil - widthMs);
    // Whole micro-dollars: a day like all others must not be dearer by the last digit of a sum of shares.
    const peak = Math.round(Math.max(largest[hours], past.curve.largest(widthMs, { from: until - widthMs, to })));
    this.#peaks.set(hours, peak);
    return peak;
  }
}
