import type { Key } from '../../domain/key.ts';
import { isOver, stepOf } from '../../domain/rotation.ts';
import { HOUR_MS } from '../../domain/time.ts';
import { type FindRepos, findNewKey } from './find-new-keys.ts';

/** So long a new key under a name that nobody agreed on is asked about in a thread before it is told as unannounced. */
const ASKED_FOR_MS = HOUR_MS;

/**
 * New keys that are in question: somebody who waits for one has been asked whether it is that, not long ago. Whoever waits
 * for one key did not make two, so in each scope these are as many as rotations ask, the oldest first.
 */
export async function askedAbout(repos: FindRepos, listed: readonly Key[], now: number): Promise<ReadonlySet<string>> {
  const fresh = listed
    .filter(
      ({ announced, kind, firstSeenAt }) => !announced && kind === 'inference' && now - firstSeenAt < ASKED_FOR_MS,
    )
    .toSorted((a, b) => a.firstSeenAt - b.firstSeenAt);
  const asked = new Set<string>();
  if (fresh.length === 0) return asked;
  const placeOf = ({ providerId, scopeId }: Key) => JSON.stringify([providerId, scopeId]);
  const places = new Set(fresh.map(placeOf));
  for (const { rotation, oldKey } of await repos.rotations.openWithKeys()) {
    if (!places.has(placeOf(oldKey)) || isOver(stepOf(rotation, 'generate').state)) continue;
    const found = await findNewKey(repos, rotation);
    if (found.kind !== 'unclear') continue;
    const named = new Set(found.keys.map(({ id }) => id));
    const one = fresh.find(({ id }) => named.has(id) && !asked.has(id));
    if (one !== undefined) asked.add(one.id);
  }
  return asked;
}
