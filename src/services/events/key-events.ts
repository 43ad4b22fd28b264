import type { Key } from '../../domain/key.ts';
import type { StoredEvent } from '../../ports/events.ts';
import type { Deps } from '../deps.ts';

const NEWEST = 3;
const LOOKED_AT = 50;

/** The newest events of a key and the one that tells who made it, oldest first. Empty where no log is read. */
export async function eventsOfKey({ store }: Pick<Deps, 'store'>, key: Key): Promise<readonly StoredEvent[]> {
  const newestFirst = await store.read.providerEvents.ofKey(key, LOOKED_AT);
  const made = newestFirst.findLast(({ keyChange }) => keyChange === 'created');
  const newest = newestFirst.slice(0, NEWEST);
  const shown = made === undefined || newest.includes(made) ? newest : [...newest, made];
  return shown.toReversed();
}
