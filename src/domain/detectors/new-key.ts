import { z } from 'zod';
import type { Detector, DetectorInput } from '../detector.ts';
import type { Finding } from '../finding.ts';
import type { KeyFacts } from '../lineage-facts.ts';
import { DAY_MS } from '../time.ts';

// After a long blindness a key is told all the same; one that has been there for longer is no news.
const NEWS_MS = 7 * DAY_MS;

const settings = z.strictObject({});
type Settings = z.infer<typeof settings>;

/** Fires once when a key appears that nobody announced: it was not there from the first, and no rotation waited for it. */
export const newKey: Detector<Settings> = {
  id: 'new-key',
  title: 'A new key that nobody announced',
  historyMs: 0,
  occasion: 'inventory',
  settings,
  detect(input) {
    const { facts, now } = input;
    return facts.keys
      .filter(({ announced, isActive, firstSeenAt }) => !announced && isActive && now - firstSeenAt <= NEWS_MS)
      .map((key) => findingOf(input, key))
      .filter(({ dedupeKey }) => !facts.told.has(dedupeKey));
  },
};

function findingOf({ lineage, now }: DetectorInput, { id, kind, firstSeenAt, madeBy }: KeyFacts): Finding {
  const what = kind === 'admin' ? 'a new admin key' : 'a new key';
  return {
    detectorId: newKey.id,
    lineageId: lineage.id,
    keyId: id,
    severity: 'medium',
    startedAt: firstSeenAt,
    observedUntil: now,
    costMicroUsd: 0,
    headline: [`${what} that nobody announced`],
    reason: [
      'First seen ',
      { instant: firstSeenAt },
      ...(madeBy === null ? [] : [', made for ', { foreign: madeBy }]),
      '. If you know it, acknowledge this and say whose it is with `/keys edit`; if nobody does, stop it.',
    ],
    evidence: { standing: true, firstSeenAt },
    dedupeKey: `${newKey.id}:${id}`,
    once: true,
  };
}
