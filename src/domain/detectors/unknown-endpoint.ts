import { z } from 'zod';
import type { Detector } from '../detector.ts';
import { firstUses, hasPast, usesUnknown } from './lib/first-use.ts';

/** Fires when a lineage uses a family of endpoints that it has not used in its baseline: fine-tuning, files, images … */
export const unknownEndpoint: Detector<Record<string, never>> = {
  id: 'unknown-endpoint',
  title: 'A kind of request that the key has not made before',
  historyMs: 0,
  settings: z.strictObject({}),
  worthwhile: ({ recentEndpoints, baseline }) =>
    hasPast(baseline) && usesUnknown(recentEndpoints, baseline.knownEndpoints),
  detect(input) {
    const { baseline, lineage, knownUntil } = input;
    if (!hasPast(baseline)) return [];
    const uses = firstUses(input, ({ endpoint }) => endpoint, baseline.knownEndpoints);
    return uses.map(({ name, firstAt, costMicroUsd, keyId }) => ({
      detectorId: unknownEndpoint.id,
      lineageId: lineage.id,
      keyId,
      severity: 'high',
      startedAt: firstAt,
      observedUntil: knownUntil,
      costMicroUsd,
      headline: ['calling ', { foreign: name }, ' for the first time'],
      reason: ['First called ', { instant: firstAt }, ', ', { money: costMicroUsd }, ' since.'],
      evidence: { endpoint: name, firstAt, endpointMicroUsd: costMicroUsd, known: baseline.knownEndpoints },
      dedupeKey: `${unknownEndpoint.id}:${lineage.id}:${input.calendar.dayStart(firstAt)}:${name}`,
      isNews: true,
    }));
  },
};
