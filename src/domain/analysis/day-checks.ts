import { billingSeverity, billingThreshold } from '../detectors/billing-threshold.ts';
import { costSpike, costThreshold } from '../detectors/cost-spike.ts';
import { offHours } from '../detectors/off-hours.ts';
import { volumeSeverity, volumeSpike } from '../detectors/volume-spike.ts';
import { type Check, type CheckInput, type Found, firstHolds, usd } from './found.ts';
import type { KeyHistory } from './key-history.ts';
import { type DaySums, sumsOf, type TrafficDay } from './traffic.ts';

interface KnownDay {
  readonly input: CheckInput;
  readonly history: KeyHistory;
  readonly day: TrafficDay;
  readonly sums: DaySums;
}

/** A day is only held against a history. */
function eachDay(check: (day: KnownDay) => Found | null): Check {
  return (input) => {
    const { history, days, traffic } = input;
    if (history === null) return [];
    return days.flatMap((day) => check({ input, history, day, sums: sumsOf(traffic, day) }) ?? []);
  };
}

export const checkCost: Check = eachDay(({ input: { traffic, limits }, history, day, sums: { costMicroUsd } }) => {
  const thresholdMicroUsd = costThreshold(history.cost.mean, limits.costSpike);
  if (costMicroUsd <= thresholdMicroUsd) return null;
  return {
    kind: costSpike.id,
    severity: 'critical',
    dayAt: day.dayAt,
    at: firstHolds(traffic, day, {
      amountOf: (index) => traffic.costMicroUsd[index] ?? 0,
      holds: (sum) => sum > thresholdMicroUsd,
    }),
    evidence: { costUsd: usd(costMicroUsd), averageUsd: usd(history.cost.mean), thresholdUsd: usd(thresholdMicroUsd) },
  };
});

export const checkVolume: Check = eachDay(({ input: { traffic, limits }, history, day, sums: { requests } }) => {
  const usual = history.requests;
  if (usual === null || requests === null) return null;
  const severity = volumeSeverity(requests, usual, limits.volumeSpike);
  if (severity === null) return null;
  const { mean, deviation: standardDeviation } = usual;
  return {
    kind: volumeSpike.id,
    severity,
    dayAt: day.dayAt,
    at: firstHolds(traffic, day, {
      amountOf: (index) => traffic.requests[index] ?? 0,
      holds: (sum) => volumeSeverity(sum, usual, limits.volumeSpike) !== null,
    }),
    evidence: {
      requests,
      mean,
      standardDeviation,
      threshold: mean + limits.volumeSpike.deviations * standardDeviation,
    },
  };
});

export const checkBilling: Check = eachDay(({ input: { traffic, limits }, history, day, sums: { costMicroUsd } }) => {
  const typical = history.cost.mean;
  const severity = billingSeverity(costMicroUsd, typical, limits.billingThreshold);
  if (severity === null) return null;
  return {
    kind: billingThreshold.id,
    severity,
    dayAt: day.dayAt,
    at: firstHolds(traffic, day, {
      amountOf: (index) => traffic.costMicroUsd[index] ?? 0,
      holds: (sum) => billingSeverity(sum, typical, limits.billingThreshold) !== null,
    }),
    evidence: { costUsd: usd(costMicroUsd), typicalUsd: usd(typical), ratio: costMicroUsd / typical },
  };
});

/** Of the day as a whole: its first request alone would be all of it. From its `at` on it could not come out otherwise. */
export const checkHours: Check = eachDay(({ input: { traffic, limits, calendar }, history, day }) => {
  const { activeHours } = history;
  if (activeHours === null) return null;
  const isOutside = (index: number) => !activeHours.has(calendar.hourOfDay(traffic.startAt[index] ?? 0));
  let requests = 0;
  let outside = 0;
  for (let index = day.from; index < day.to; index += 1) {
    if (!traffic.isFine(index)) continue;
    requests += traffic.requests[index] ?? Number.NaN;
    if (isOutside(index)) outside += traffic.requests[index] ?? Number.NaN;
  }
  const share = outside / requests;
  const allowed = limits.offHours.percent / 100;
  // Not a number where requests are not counted, or there are none.
  if (!(share > allowed)) return null;
  return {
    kind: offHours.id,
    severity: 'medium',
    dayAt: day.dayAt,
    at: firstHolds(traffic, day, {
      amountOf: (index) => (traffic.isFine(index) && isOutside(index) ? (traffic.requests[index] ?? 0) : 0),
      holds: (sum) => sum / requests > allowed,
    }),
    evidence: { requests, outside, share, activeHours: [...activeHours].map(String) },
  };
});
