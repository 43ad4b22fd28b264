import { z } from 'zod';
import type { Detector, DetectorInput } from '../detector.ts';
import type { Finding } from '../finding.ts';
import type { Key } from '../key.ts';
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
      .filter(({ keyId, dedupeKey }) => !facts.told.has(dedupeKey) && !facts.told.has(disownedBy(keyId)));
  },
};

/** What remembers that nobody here made a key that a rotation has asked about. */
export function disownedBy(keyId: string | null): string {
  return `${newKey.id}:${keyId}:disowned`;
}

/** A new key that whoever waits for one does not know: somebody has to look at once. */
export function disownedKeyFinding(
  { id, lineageId, firstSeenAt }: Pick<Key, 'id' | 'lineageId' | 'firstSeenAt'>,
  now: number,
): Finding {
  return {
    detectorId: newKey.id,
    lineageId,
    keyId: id,
    severity: 'high',
    startedAt: firstSeenAt,
    observedUntil: now,
    costMicroUsd: 0,
    headline: ['a new key that nobody here made'],
    reason: [
      'First seen ',
      { instant: firstSeenAt },
      ', while a rotation waited for a new key in the same place; asked about it, whoever rotates says that it is none of theirs. Stop it unless somebody knows it.',
    ],
    evidence: { standing: true, firstSeenAt },
    dedupeKey: disownedBy(id),
    once: true,
  };
}

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
