import type { Baseline } from '../../baseline.ts';
import type { DetectorInput } from '../../detector.ts';
import type { UsageBucket } from '../../usage.ts';
import { NEWS_MS } from './days.ts';

export interface FirstUse {
  readonly name: string;
  readonly firstAt: number;
  readonly costMicroUsd: number;
  readonly keyId: string;
}

/** What the baseline does not know and was used for the first time just now; the dearest first. */
export function firstUses(
  { usage, knownUntil }: DetectorInput,
  nameOf: (bucket: UsageBucket) => string,
  known: readonly string[],
): readonly FirstUse[] {
  const uses = new Map<string, FirstUse>();
  for (const bucket of usage) {
    if (bucket.startAt >= knownUntil) continue;
    const name = nameOf(bucket);
    if (known.includes(name)) continue;
    const before = uses.get(name);
    const costMicroUsd = (before?.costMicroUsd ?? 0) + bucket.costMicroUsd;
    const isEarlier = before === undefined || bucket.startAt < before.firstAt;
    const { firstAt, keyId } = isEarlier ? { firstAt: bucket.startAt, keyId: bucket.keyId } : before;
    uses.set(name, { name, firstAt, keyId, costMicroUsd });
  }
  return [...uses.values()]
    .filter(({ firstAt }) => firstAt >= knownUntil - NEWS_MS)
    .sort((a, b) => b.costMicroUsd - a.costMicroUsd || a.firstAt - b.firstAt || (a.name < b.name ? -1 : 1));
}

/** Whether a lineage has a past that could know anything: a key of today uses every model for the first time. */
export function hasPast(baseline: Baseline | null): baseline is Baseline {
  return baseline !== null && baseline.days.length > 0;
}

/** Whether any of them is used and unknown. */
export function usesUnknown(recent: readonly string[], known: readonly string[]): boolean {
  for (const name of recent) if (!known.includes(name)) return true;
  return false;
}
