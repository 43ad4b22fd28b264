import { z } from 'zod';
import { type CapStanding, type CapStep, isTold } from '../cap.ts';
import { type Detector, type DetectorInput, type Glance, RECENT_MS } from '../detector.ts';
import type { Finding, Severity } from '../finding.ts';
import { dateFormat } from '../formats.ts';
import { ENFORCE_MS, overshootOf } from '../overshoot.ts';
import type { Sentence } from '../sentence.ts';
import { HOUR_MS, MINUTE_MS, monthStart, nextMonthStart, plural } from '../time.ts';
import { costBetween, spentBy } from '../window.ts';
import { whoseCap } from './lib/whose-cap.ts';

const QUARTER_MS = 15 * MINUTE_MS;
const ENFORCED_NOW = ' Policy has the key suspended at it, unless that was done this month and taken back.';
// Half the way: the cap will be reached within the hour, so each minute counts.
const SOON = 0.75;

const percent = (value: number) => z.number().min(1).max(1_000).default(value);
const settings = z.strictObject({
  /** Tells that this much of the cap is used; calls nobody. */
  notice_percent: percent(50),
  /** Tells once more; calls people when the cap will be reached soon. */
  warning_percent: percent(80),
  /** Calls people. */
  reached_percent: percent(100),
  /** What is soon: at the rate of the last hour. */
  soon_hours: z.number().positive().default(24),
});
type Settings = z.infer<typeof settings>;

/** Fires once a month at each step of the cap that bounds a lineage: its own, or the provider's. */
export const capThreshold: Detector<Settings> = {
  id: 'cap-threshold',
  title: 'A cap comes near',
  historyMs: RECENT_MS,
  settings,
  worthwhile(glance, limits) {
    return glance.caps.some(
      (cap) => dueStep(cap, limits, recentRate(glance, cap)) !== null || isSoon(cap, glance.recentMicroUsd),
    );
  },
  detect: detectCapThreshold,
  nearness(input, limits) {
    return Math.max(
      0,
      ...input.caps.map((cap) => {
        const { hourMicroUsd } = ratesOf(input, cap);
        if (dueStep(cap, limits, hourMicroUsd) !== null) return 1 + cap.monthMicroUsd / cap.capMicroUsd;
        return isSoon(cap, hourMicroUsd) ? SOON : 0;
      }),
    );
  },
};

/** Each cap in its own right; the fullest last, since what is found last is what an alert says. */
function detectCapThreshold(input: DetectorInput, limits: Settings): readonly Finding[] {
  return input.caps.toReversed().flatMap((cap) => detectOne(input, cap, limits));
}

function detectOne(input: DetectorInput, cap: CapStanding, limits: Settings): readonly Finding[] {
  const { knownUntil, lineage } = input;
  const { hourMicroUsd, fastestMicroUsd } = ratesOf(input, cap);
  const step = dueStep(cap, limits, hourMicroUsd);
  if (step === null) return [];
  const lagMs = Math.max(0, input.now - knownUntil);
  const unseen = { lagMs, pollMs: cap.lookMs, enforceMs: cap.enforced ? ENFORCE_MS : 0 };
  const overshootMicroUsd = overshootOf(fastestMicroUsd, unseen);
  const { origin, capMicroUsd, monthMicroUsd, sharedWith } = cap;
  return [
    {
      detectorId: capThreshold.id,
      lineageId: lineage.id,
      keyId: cap.keyId,
      severity: step.severity,
      // What is spent from here on is what the alert is about, not the month before it.
      startedAt: knownUntil,
      observedUntil: knownUntil,
      costMicroUsd: 0,
      headline: headlineOf(cap, input.now),
      reason: [...reasonOf(cap, { now: input.now, overshootMicroUsd }), ...alsoText(input.caps, cap, limits)],
      evidence: {
        origin,
        capMicroUsd,
        monthMicroUsd,
        percent: step.percent,
        paged: step.paged,
        sharedWith,
        overshootMicroUsd,
        standing: true,
      },
      dedupeKey: [capThreshold.id, lineage.id, monthStart(input.now), origin, capMicroUsd, step.percent].join(':'),
    },
  ];
}

/** The gravest step that is crossed and that nobody was told of; null where there is none. */
function dueStep(cap: CapStanding, limits: Settings, hourMicroUsd: number): (CapStep & { severity: Severity }) | null {
  const { monthMicroUsd, capMicroUsd, unwatchedMicroUsd } = cap;
  const isSoonNow = (capMicroUsd - monthMicroUsd) / hourMicroUsd <= limits.soon_hours;
  const steps: readonly { percent: number; severity: Severity }[] = [
    { percent: limits.reached_percent, severity: 'critical' },
    { percent: limits.warning_percent, severity: isSoonNow ? 'high' : 'medium' },
    { percent: limits.notice_percent, severity: 'medium' },
  ];
  for (const { percent, severity } of steps) {
    const thresholdMicroUsd = (capMicroUsd * percent) / 100;
    if (monthMicroUsd < thresholdMicroUsd) continue;
    // What was crossed before anybody watched is told, and wakes nobody.
    const isOld = unwatchedMicroUsd >= thresholdMicroUsd;
    const paged = !isOld && severity !== 'medium';
    return isTold(cap, { percent, paged }) ? null : { percent, paged, severity: isOld ? 'medium' : severity };
  }
  return null;
}

function isSoon({ capMicroUsd, monthMicroUsd }: CapStanding, hourMicroUsd: number): boolean {
  return monthMicroUsd < capMicroUsd && monthMicroUsd + hourMicroUsd >= capMicroUsd;
}

/** What an hour costs now: all of the last two hours may have been spent in one. */
function recentRate({ recentMicroUsd }: Glance, { othersRecentMicroUsd }: CapStanding): number {
  return recentMicroUsd + othersRecentMicroUsd;
}

/** What an hour costs at the pace of the last hour, and at the fastest pace of late. */
function ratesOf({ usage, knownUntil }: DetectorInput, { othersRecentMicroUsd }: CapStanding) {
  const spent = spentBy(knownUntil, usage);
  const others = (othersRecentMicroUsd * HOUR_MS) / RECENT_MS;
  const hour = costBetween(spent, knownUntil - HOUR_MS, knownUntil);
  const quarter = costBetween(spent, knownUntil - QUARTER_MS, knownUntil);
  return { hourMicroUsd: hour + others, fastestMicroUsd: Math.max(hour, (quarter * HOUR_MS) / QUARTER_MS) + others };
}

function headlineOf(cap: CapStanding, now: number): Sentence {
  const { sharedWith } = cap;
  const shared =
    sharedWith > 0 ? `, which ${plural(sharedWith, 'other key')} ${sharedWith === 1 ? 'shares' : 'share'}` : '';
  return [`at ${shareText(cap)} for ${monthName(now)}${shared}`];
}

function shareText(cap: CapStanding): string {
  const percent = `${Math.floor((cap.monthMicroUsd / cap.capMicroUsd) * 100).toLocaleString('en-US')}%`;
  return `${percent} of ${whoseCap(cap)}`;
}

/** One cap must not hide another: what is only watched says nothing of what will refuse requests, and the other way about. */
function alsoText(caps: readonly CapStanding[], told: CapStanding, limits: Settings): Sentence {
  const near = caps.filter(
    (cap) => cap !== told && cap.monthMicroUsd >= (cap.capMicroUsd * limits.notice_percent) / 100,
  );
  return near.flatMap((cap) => [
    ` Also at ${shareText(cap)}: `,
    { money: cap.monthMicroUsd },
    ' of ',
    { money: cap.capMicroUsd },
    '.',
  ]);
}

function reasonOf(cap: CapStanding, { now, overshootMicroUsd }: { now: number; overshootMicroUsd: number }): Sentence {
  const { capMicroUsd, monthMicroUsd, ownMonthMicroUsd, sharedWith } = cap;
  const spent: Sentence = [{ money: monthMicroUsd }, ' of ', { money: capMicroUsd }, ' spent since the 1st (UTC)'];
  const share: Sentence = sharedWith > 0 ? [', ', { money: ownMonthMicroUsd }, ' of it by this key'] : [];
  const over = monthMicroUsd >= capMicroUsd;
  const more: Sentence =
    overshootMicroUsd === 0
      ? [' Nothing is being spent at present.']
      : [
          ' At the present rate up to ',
          { money: overshootMicroUsd },
          cap.enforced ? ' more can be spent before that takes effect.' : ' more can be spent before the next look.',
        ];
  return [...spent, ...share, '.', brakeText(cap, over, now), ...more];
}

/** A cap is never a reason to feel safe: who enforces it, and how well. */
function brakeText({ origin, enforced }: CapStanding, over: boolean, now: number): string {
  if (enforced) return over ? ENFORCED_NOW : ' Keysteward suspends the key at it, as policy says.';
  if (origin === 'own') return ' Nothing stops at this cap: it is only watched here.';
  if (!over) return ' The provider refuses requests once it is reached, some minutes late.';
  const until = dateFormat('en-US', { timeZone: 'UTC', month: 'short', day: 'numeric' });
  return ` The provider refuses requests now, or will in some minutes, until ${until.format(nextMonthStart(now))}.`;
}

function monthName(at: number): string {
  return dateFormat('en-US', { timeZone: 'UTC', month: 'long' }).format(at);
}
