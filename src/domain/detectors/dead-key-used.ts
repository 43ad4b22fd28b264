import { z } from 'zod';
import { STOP_GRACE_MS } from '../alert.ts';
import type { Detector, DetectorInput } from '../detector.ts';
import type { Finding } from '../finding.ts';
import type { KeyFacts } from '../lineage-facts.ts';
import { DAY_MS, MINUTE_MS } from '../time.ts';
import { isUse, parseVariant, type UsageBucket } from '../usage.ts';

const settings = z.strictObject({
  /** Usage in buckets that begin sooner after the stop is the provider catching up. */
  grace_minutes: z
    .number()
    .min(0)
    .default(STOP_GRACE_MS / MINUTE_MS),
});
type Settings = z.infer<typeof settings>;

/** Fires when a key is used that was stopped, deleted or has expired, in buckets that begin after the stop and a grace. */
export const deadKeyUsed: Detector<Settings> = {
  id: 'dead-key-used',
  title: 'A dead key is used',
  historyMs: DAY_MS,
  settings,
  worthwhile: ({ facts, hasRecords }, { grace_minutes }) =>
    facts.keys.some((key) => hasRecords || (key.lastUsedAt ?? 0) >= deadFrom(key, grace_minutes)),
  detect(input, { grace_minutes }) {
    return input.facts.keys.flatMap((key) => {
      const uses = usesOf(input, key).filter(({ at }) => at >= deadFrom(key, grace_minutes));
      if (uses.length === 0 || key.stoppedAt === null) return [];
      const { lineage, knownUntil, facts } = input;
      const use = { lineageId: lineage.id, keyId: key.id, stoppedAt: key.stoppedAt, knownUntil, uses };
      return [deadKeyFinding(use)].filter(({ dedupeKey }) => !facts.told.has(dedupeKey));
    });
  },
};

/** From when on its use is that of a dead key. */
function deadFrom({ stoppedAt }: KeyFacts, graceMinutes: number): number {
  return stoppedAt === null ? Number.POSITIVE_INFINITY : stoppedAt + graceMinutes * MINUTE_MS;
}

export interface DeadUse {
  readonly at: number;
  readonly until: number;
  readonly costMicroUsd: number;
  readonly isBatch: boolean;
}

function usesOf({ usage, requests }: DetectorInput, { id }: KeyFacts): readonly DeadUse[] {
  const recorded = requests
    // A refused request is what stopping a key is for.
    .filter(({ keyId, statusCode }) => keyId === id && statusCode < 400)
    .map(({ at, costMicroUsd }) => ({ at, until: at, costMicroUsd, isBatch: false }));
  return [...usage.filter((bucket) => bucket.keyId === id && isUse(bucket)).map(deadUseOf), ...recorded];
}

export function deadUseOf(bucket: UsageBucket): DeadUse {
  const isBatch = parseVariant(bucket.variant).batch === true;
  const { startAt, widthMs, costMicroUsd } = bucket;
  return { at: startAt, until: startAt + widthMs, costMicroUsd, isBatch };
}

export interface DeadKeyUse {
  readonly lineageId: string;
  readonly keyId: string;
  readonly stoppedAt: number;
  readonly knownUntil: number;
  /** After the stop and its grace; not empty. */
  readonly uses: readonly DeadUse[];
}

/** The same words whoever sees it first: the detector, or the proof of a stop that was made here. */
export function deadKeyFinding({ lineageId, keyId, stoppedAt, knownUntil, uses }: DeadKeyUse): Finding {
  const startedAt = uses.reduce((first, { at }) => Math.min(first, at), Number.POSITIVE_INFINITY);
  const lastSpendAt = uses.reduce((last, { until }) => Math.max(last, until), 0);
  const costMicroUsd = uses.reduce((sum, use) => sum + use.costMicroUsd, 0);
  const why = uses.every(({ isBatch }) => isBatch)
    ? 'All of it are batches, which can go on after a stop: cancel them in the provider’s console.'
    : 'Look at it in the provider’s console: batches and short-lived tokens can outlive a stop, and somebody may have started it again.';
  return {
    detectorId: deadKeyUsed.id,
    lineageId,
    keyId,
    severity: 'critical',
    startedAt,
    observedUntil: knownUntil,
    costMicroUsd,
    headline: ['still being used although it was stopped'],
    reason: [
      ...(costMicroUsd > 0 ? [{ money: costMicroUsd }] : ['Requests without a known price']),
      ' since ',
      { instant: startedAt },
      '; the key was stopped at ',
      { instant: stoppedAt },
      `. ${why}`,
    ],
    evidence: { lastSpendAt, stoppedAt },
    // Each use once, so that the episode ends with the last.
    dedupeKey: `${deadKeyUsed.id}:${keyId}:${lastSpendAt}`,
    once: true,
  };
}
