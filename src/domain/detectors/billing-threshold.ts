import { z } from 'zod';
import type { Detector, DetectorInput } from '../detector.ts';
import type { Finding, Severity } from '../finding.ts';
import { formatRatio } from '../money.ts';
import { dearestKey, usedSince } from './lib/blame.ts';
import { type Day, daysOf, dayWords } from './lib/days.ts';

const settings = z.strictObject({
  info_ratio: z.number().min(1).default(1.5),
  medium_ratio: z.number().min(1).default(3),
  high_ratio: z.number().min(1).default(10),
});
type Settings = z.infer<typeof settings>;

/** Tells when a day's cost reaches 1.5, 3 and 10 times a typical day: the average of the days with usage. */
export const billingThreshold: Detector<Settings> = {
  id: 'billing-threshold',
  title: 'A day reaches a multiple of a typical day',
  historyMs: 0,
  settings,
  worthwhile: ({ dayMicroUsd, baseline }, limits) =>
    baseline !== null && billingSeverity(dayMicroUsd, baseline.dailyCost.mean, limits) !== null,
  detect(input, limits) {
    const typicalMicroUsd = input.baseline?.dailyCost.mean ?? 0;
    return daysOf(input).flatMap((day) => {
      const severity = billingSeverity(day.so.costMicroUsd, typicalMicroUsd, limits);
      const isNews = severity !== billingSeverity(day.before.costMicroUsd, typicalMicroUsd, limits);
      return severity !== null && isNews ? [findingOf(input, { day, typicalMicroUsd, severity })] : [];
    });
  },
};

/** Null below the first multiple, or where nothing is typical. */
export function billingSeverity(dayMicroUsd: number, typicalMicroUsd: number, limits: Settings): Severity | null {
  if (typicalMicroUsd <= 0) return null;
  const ratio = dayMicroUsd / typicalMicroUsd;
  if (ratio >= limits.high_ratio) return 'high';
  if (ratio >= limits.medium_ratio) return 'medium';
  return ratio >= limits.info_ratio ? 'info' : null;
}

function findingOf(
  input: DetectorInput,
  { day, typicalMicroUsd, severity }: { day: Day; typicalMicroUsd: number; severity: Severity },
): Finding {
  const { lineage, knownUntil } = input;
  const { costMicroUsd } = day.so;
  const ratio = costMicroUsd / typicalMicroUsd;
  return {
    detectorId: billingThreshold.id,
    lineageId: lineage.id,
    keyId: dearestKey(usedSince(input, day.dayAt)),
    severity,
    startedAt: day.dayAt,
    observedUntil: knownUntil,
    costMicroUsd,
    headline: [`at ${formatRatio(ratio)}x a typical day`],
    reason: [
      { money: costMicroUsd },
      ' ',
      dayWords(input, day.dayAt),
      '; a typical day is ',
      { money: typicalMicroUsd },
      '.',
    ],
    evidence: { dayMicroUsd: costMicroUsd, typicalMicroUsd, ratio },
    dedupeKey: `${billingThreshold.id}:${lineage.id}:${day.dayAt}`,
    isNews: true,
  };
}
