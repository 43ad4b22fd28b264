import type { Finding } from '../../src/domain/finding.ts';
import { MINUTE_MS } from '../../src/domain/time.ts';
import { recordFinding } from '../../src/services/alerts/record-finding.ts';
import { type Bench, present } from './bench-deps.ts';

/** A finding about this key now, as a detector would report it. */
export async function findingOf(bench: Bench, providerKeyId: string, values: Partial<Finding> = {}): Promise<Finding> {
  const key = await bench.keyOf(providerKeyId);
  const now = bench.clock.now();
  return {
    detectorId: 'spend-acceleration',
    lineageId: key.lineageId,
    keyId: key.id,
    severity: 'high',
    startedAt: now - 10 * MINUTE_MS,
    observedUntil: now,
    costMicroUsd: 1_000,
    headline: ['spending a lot'],
    reason: ['It was less before.'],
    evidence: { lastSpendAt: now - MINUTE_MS },
    dedupeKey: `spend-acceleration:${key.lineageId}`,
    ...values,
  };
}

export async function alertOn(bench: Bench, providerKeyId: string, values: Partial<Finding> = {}) {
  return present(await recordFinding(bench.deps, await findingOf(bench, providerKeyId, values)));
}
