import { z } from 'zod';
import type { Detector, DetectorInput } from '../detector.ts';
import type { Finding } from '../finding.ts';
import { formatRatio, microUsdFromUsd } from '../money.ts';
import { dearestKey, usedSince } from './lib/blame.ts';
import { type Day, daysOf, dayWords } from './lib/days.ts';

const settings = z.strictObject({
  /** Fires above this multiple of the average day. */
  ratio: z.number().min(1).default(5),
  /** And never below this much in a day. */
  floor_usd: z.number().positive().default(10),
});
type Settings = z.infer<typeof settings>;

/** Fires when a day has cost more than `ratio` times the average day, and the floor; while the day runs. */
export const costSpike: Detector<Settings> = {
  id: 'cost-spike',
  title: 'A day costs far more than usual',
  historyMs: 0,
  settings,
  worthwhile: ({ dayMicroUsd, recentMicroUsd, baseline }, limits) =>
    baseline !== null && Math.max(dayMicroUsd, recentMicroUsd) > costThreshold(baseline.dailyCost.mean, limits),
  detect(input, limits) {
    const { baseline } = input;
    if (baseline === null || baseline.days.length === 0) return [];
    const averageMicroUsd = baseline.dailyCost.mean;
    const thresholdMicroUsd = costThreshold(averageMicroUsd, limits);
    return daysOf(input)
      .filter(({ so, before }) => so.costMicroUsd > thresholdMicroUsd && before.costMicroUsd <= thresholdMicroUsd)
      .map((day) => findingOf(input, day, { averageMicroUsd, thresholdMicroUsd }));
  },
};

/** What a day may cost, in micro-USD. */
export function costThreshold(averageMicroUsd: number, { ratio, floor_usd }: Settings): number {
  return Math.max(ratio * averageMicroUsd, microUsdFromUsd(floor_usd));
}

function findingOf(
  input: DetectorInput,
  { dayAt, so }: Day,
  { averageMicroUsd, thresholdMicroUsd }: { averageMicroUsd: number; thresholdMicroUsd: number },
): Finding {
  const { lineage, knownUntil } = input;
  const ratio = averageMicroUsd > 0 ? so.costMicroUsd / averageMicroUsd : null;
  return {
    detectorId: costSpike.id,
    lineageId: lineage.id,
    keyId: dearestKey(usedSince(input, dayAt)),
    severity: 'critical',
    startedAt: dayAt,
    observedUntil: knownUntil,
    costMicroUsd: so.costMicroUsd,
    headline:
      ratio === null ? ['spending where it usually spends nothing'] : [`at ${formatRatio(ratio)}x its usual day`],
    reason: [
      { money: so.costMicroUsd },
      ' ',
      dayWords(input, dayAt),
      '; an average day is ',
      { money: averageMicroUsd },
      '.',
    ],
    evidence: { dayMicroUsd: so.costMicroUsd, averageMicroUsd, thresholdMicroUsd, ratio },
    dedupeKey: `${costSpike.id}:${lineage.id}:${dayAt}`,
    isNews: true,
  };
}
