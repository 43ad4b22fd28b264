import { z } from 'zod';
import type { Detector } from '../detector.ts';
import { DAY_MS } from '../time.ts';

const settings = z.strictObject({
  /** Told when nobody has owned it for so long. */
  days: z.number().positive().default(7),
});
type Settings = z.infer<typeof settings>;

/** Fires once when a lineage with a working key has had no owner for a week. */
export const unownedKey: Detector<Settings> = {
  id: 'unowned-key',
  title: 'A key without an owner',
  historyMs: 0,
  occasion: 'inventory',
  settings,
  detect({ lineage, facts, now }, { days }) {
    const dedupeKey = `${unownedKey.id}:${lineage.id}`;
    const key = facts.keys.find(({ isActive, kind }) => isActive && kind === 'inference');
    const isDue = now - lineage.createdAt >= days * DAY_MS;
    if (facts.isOwned || key === undefined || !isDue || facts.told.has(dedupeKey)) return [];
    return [
      {
        detectorId: unownedKey.id,
        lineageId: lineage.id,
        keyId: key.id,
        severity: 'info',
        startedAt: lineage.createdAt,
        observedUntil: now,
        costMicroUsd: 0,
        headline: ['nobody’s'],
        reason: [
          'Nobody has owned it for ',
          { lengthMs: now - lineage.createdAt },
          ': when it misbehaves there is nobody to ask. Claim it with `/keys claim`, or name an owner with `/keys edit`.',
        ],
        evidence: { standing: true },
        dedupeKey,
        once: true,
      },
    ];
  },
};
