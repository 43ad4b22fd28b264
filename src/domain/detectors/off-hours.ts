import { z } from 'zod';
import { dayEnd } from '../calendar.ts';
import type { Detector, DetectorInput } from '../detector.ts';
import { formatShare } from '../money.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';
import { dearestKey, usedSince } from './lib/blame.ts';

// A share can fall until the day is over; its last minutes are published a little later.
const TOLD_WITHIN_MS = 30 * MINUTE_MS;

const settings = z.strictObject({
  /** Fires above this share of a day's requests. */
  percent: z.number().min(1).max(100).default(30),
});
type Settings = z.infer<typeof settings>;

/** Fires when a day is over and much of it lay in hours in which the lineage makes next to no requests. */
export const offHours: Detector<Settings> = {
  id: 'off-hours',
  title: 'Requests at unusual hours',
  historyMs: 0,
  settings,
  worthwhile: ({ baseline, dayMs, mayBeOffHours }) =>
    mayBeOffHours && (dayMs >= DAY_MS || dayMs < TOLD_WITHIN_MS) && baseline?.dailyRequests != null,
  detect(input, { percent }) {
    const { baseline, calendar, curve, knownUntil, lineage } = input;
    const active = baseline?.activeHours ?? null;
    const dayAt = calendar.dayStart(calendar.dayStart(knownUntil) - 1);
    const end = dayEnd(dayAt, calendar);
    if (active === null || active.length === 0 || knownUntil < end || knownUntil - end >= TOLD_WITHIN_MS) return [];
    const requests = curve.requests(dayAt, end);
    const outside = requestsOutside(input, { dayAt, end, active });
    if (requests === 0 || outside / requests <= percent / 100) return [];
    const share = formatShare(outside / requests);
    return [
      {
        detectorId: offHours.id,
        lineageId: lineage.id,
        keyId: dearestKey(usedSince(input, dayAt)),
        severity: 'medium',
        startedAt: dayAt,
        observedUntil: knownUntil,
        costMicroUsd: Math.round(curve.cost(dayAt, end)),
        headline: [`working at unusual hours: ${share} of yesterday's requests`],
        reason: [
          `${Math.round(outside).toLocaleString('en-US')} of ${Math.round(requests).toLocaleString('en-US')} requests came in hours in which it makes next to none.`,
        ],
        evidence: { share: outside / requests, requests, outside, activeHours: active.map(String) },
        dedupeKey: `${offHours.id}:${lineage.id}:${dayAt}`,
        isNews: true,
      },
    ];
  },
};

function requestsOutside(
  { calendar, curve }: DetectorInput,
  { dayAt, end, active }: { dayAt: number; end: number; active: readonly number[] },
): number {
  let outside = 0;
  for (let at = dayAt; at < end; at += HOUR_MS) {
    if (!active.includes(calendar.hourOfDay(at))) outside += curve.requests(at, at + HOUR_MS);
  }
  return outside;
}
