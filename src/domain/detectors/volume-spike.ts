import { z } from 'zod';
import type { Spread } from '../baseline.ts';
import type { Detector, DetectorInput } from '../detector.ts';
import type { Finding, Severity } from '../finding.ts';
import { formatRatio } from '../money.ts';
import { dearestKey, usedSince } from './lib/blame.ts';
import { type Day, daysOf, dayWords } from './lib/days.ts';

const settings = z.strictObject({
  /** Fires above the average by this many standard deviations. */
  deviations: z.number().positive().default(3),
  /** Critical above this multiple of the average. */
  critical_ratio: z.number().min(1).default(10),
});
type Settings = z.infer<typeof settings>;

/** Fires when a day has more requests than the average by three standard deviations; where requests are counted. */
export const volumeSpike: Detector<Settings> = {
  id: 'volume-spike',
  title: 'A day has far more requests than usual',
  historyMs: 0,
  settings,
  worthwhile: ({ dayRequests, baseline }, limits) => {
    const usual = baseline?.dailyRequests ?? null;
    return usual !== null && volumeSeverity(dayRequests, usual, limits) !== null;
  },
  detect(input, limits) {
    const usual = input.baseline?.dailyRequests ?? null;
    if (usual === null) return [];
    return daysOf(input).flatMap((day) => {
      const severity = volumeSeverity(day.so.requests, usual, limits);
      const isNews = severity !== volumeSeverity(day.before.requests, usual, limits);
      return severity !== null && isNews ? [findingOf(input, { day, usual, severity })] : [];
    });
  },
};

/** Null: a day of so many requests is nothing out of the way. */
export function volumeSeverity(
  requests: number,
  usual: Spread,
  { deviations, critical_ratio }: Settings,
): Severity | null {
  const { mean, deviation } = usual;
  if (deviation <= 0 || requests <= mean + deviations * deviation) return null;
  return requests > critical_ratio * mean ? 'critical' : 'high';
}

function findingOf(
  input: DetectorInput,
  { day, usual, severity }: { day: Day; usual: Spread; severity: Severity },
): Finding {
  const { lineage, knownUntil } = input;
  const { requests, costMicroUsd } = day.so;
  const { mean, deviation } = usual;
  const count = (value: number) => Math.round(value).toLocaleString('en-US');
  return {
    detectorId: volumeSpike.id,
    lineageId: lineage.id,
    keyId: dearestKey(usedSince(input, day.dayAt)),
    severity,
    startedAt: day.dayAt,
    observedUntil: knownUntil,
    costMicroUsd,
    headline: [`at ${formatRatio(requests / mean)}x the requests of its usual day`],
    reason: [`${count(requests)} requests ${dayWords(input, day.dayAt)}; an average day has ${count(mean)}.`],
    evidence: { requests, mean, standardDeviation: deviation, dayMicroUsd: costMicroUsd },
    dedupeKey: `${volumeSpike.id}:${lineage.id}:${day.dayAt}`,
    isNews: true,
  };
}
