import { z } from 'zod';
import type { Detector } from '../detector.ts';
import type { Severity } from '../finding.ts';
import { DAY_MS, plural } from '../time.ts';
import { dearestKey, usedSince } from './lib/blame.ts';
import { NEWS_MS } from './lib/days.ts';

const settings = z.strictObject({
  medium_days: z.number().positive().default(30),
  high_days: z.number().positive().default(60),
});
type Settings = z.infer<typeof settings>;

/** Fires at the first traffic after a long silence: a forgotten key that somebody found. */
export const dormantAwake: Detector<Settings> = {
  id: 'dormant-awake',
  title: 'A key that slept is used again',
  historyMs: 0,
  settings,
  worthwhile: ({ usedBeforeAt, recentModels, knownUntil }, { medium_days }) =>
    usedBeforeAt !== null && recentModels.length > 0 && knownUntil - usedBeforeAt >= medium_days * DAY_MS,
  detect(input, { medium_days, high_days }) {
    const { usedBeforeAt, knownUntil, lineage } = input;
    const woke = usedSince(input, knownUntil - NEWS_MS);
    const first = woke[0];
    if (first === undefined || usedBeforeAt === null) return [];
    const quietDays = (first.startAt - usedBeforeAt) / DAY_MS;
    const severity = dormantSeverity(quietDays, { medium_days, high_days });
    if (severity === null) return [];
    const costMicroUsd = woke.reduce((sum, bucket) => sum + bucket.costMicroUsd, 0);
    const days = plural(Math.floor(quietDays), 'day');
    return [
      {
        detectorId: dormantAwake.id,
        lineageId: lineage.id,
        keyId: dearestKey(woke) ?? first.keyId,
        severity,
        startedAt: first.startAt,
        observedUntil: knownUntil,
        costMicroUsd,
        headline: [`being used again after ${days}`],
        reason: [{ money: costMicroUsd }, ' since ', { instant: first.startAt }, `; nothing for ${days} before.`],
        evidence: { quietDays: Math.floor(quietDays), usedBeforeAt, hourMicroUsd: costMicroUsd },
        dedupeKey: `${dormantAwake.id}:${lineage.id}:${usedBeforeAt}`,
        isNews: true,
      },
    ];
  },
};

/** Null: that is no long silence. */
export function dormantSeverity(quietDays: number, { medium_days, high_days }: Settings): Severity | null {
  if (quietDays < medium_days) return null;
  return quietDays >= high_days ? 'high' : 'medium';
}
