import type { DetectorInput } from '../../detector.ts';
import type { UsageBucket } from '../../usage.ts';

/** The key that spends most of it; null where there is nothing. */
export function dearestKey(buckets: readonly UsageBucket[]): string | null {
  const costs = new Map<string, number>();
  for (const bucket of buckets) costs.set(bucket.keyId, (costs.get(bucket.keyId) ?? 0) + bucket.costMicroUsd);
  const [dearest] = [...costs].sort(([a, costA], [b, costB]) => costB - costA || (a < b ? -1 : 1));
  return dearest?.[0] ?? null;
}

/** The buckets that start in [since, knownUntil). */
export function usedSince({ usage, knownUntil }: Pick<DetectorInput, 'usage' | 'knownUntil'>, since: number) {
  return usage.filter(({ startAt }) => startAt >= since && startAt < knownUntil);
}
