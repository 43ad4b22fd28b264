import { z } from 'zod';
import type { ConnectionDetector, ConnectionFinding, ShadowDay } from '../connection-detector.ts';
import { dateFormat } from '../formats.ts';
import { formatShare, microUsdFromUsd } from '../money.ts';

const settings = z.strictObject({
  /** Both have to be exceeded on one day: this share of what the provider charged … */
  percent: z.number().min(0).max(100).default(5),
  /** … and this much. */
  floor_usd: z.number().min(0).default(5),
});
type Settings = z.infer<typeof settings>;

/** Fires when a provider charged for a day clearly more than the keys of the inventory account for. */
export const shadowSpend: ConnectionDetector<Settings> = {
  id: 'shadow-spend',
  title: 'Spend that no known key explains',
  settings,
  detect({ connectionId, days }, limits) {
    return days.flatMap((day) => (isShadow(day, limits) ? [findingOf(connectionId, day)] : []));
  },
};

function isShadow({ providerMicroUsd, keyedMicroUsd }: ShadowDay, { percent, floor_usd }: Settings): boolean {
  const shadowMicroUsd = providerMicroUsd - keyedMicroUsd;
  return shadowMicroUsd > Math.max((providerMicroUsd * percent) / 100, microUsdFromUsd(floor_usd));
}

function findingOf(connectionId: string, { dayAt, providerMicroUsd, keyedMicroUsd }: ShadowDay): ConnectionFinding {
  const shadowMicroUsd = providerMicroUsd - keyedMicroUsd;
  const day = dateFormat('en-US', { timeZone: 'UTC', month: 'short', day: 'numeric' }).format(dayAt);
  return {
    detectorId: shadowSpend.id,
    connectionId,
    severity: 'medium',
    subject: `${connectionId}:${dayAt}`,
    startedAt: dayAt,
    headline: ['No known key explains ', { money: shadowMicroUsd }, ` that was spent on ${day}`],
    reason: [
      'The provider charged ',
      { money: providerMicroUsd },
      ', known keys account for ',
      { money: keyedMicroUsd },
      `; ${formatShare(shadowMicroUsd / providerMicroUsd)} is from its console, from log-ins without a key, or from keys that are not listed. Look into its usage page by user and by key.`,
    ],
    evidence: { dayAt, providerMicroUsd, keyedMicroUsd, shadowMicroUsd },
  };
}
