import type { Gaps } from '../../domain/rotation-quiet.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { Store } from '../../ports/store.ts';

/** What this process remembers of a rotation, so that a poll need not read or write it again; losing it costs a read. */
interface Memory {
  gaps: { readonly at: number; readonly gaps: Gaps } | null;
  /** What the message of its traffic was last told to show. */
  shown: string | null;
}

const memories = new WeakMap<object, Map<string, Memory>>();

interface Place {
  readonly store: Pick<Store, 'read'>;
  readonly rotationId: string;
}

/** The gaps as found at most a day ago. */
export async function recallGaps(place: Place & { readonly now: number }, find: () => Promise<Gaps>): Promise<Gaps> {
  const memory = memoryOf(place);
  const known = memory.gaps;
  if (known !== null && place.now >= known.at && place.now - known.at < DAY_MS) return known.gaps;
  const gaps = await find();
  memory.gaps = { at: place.now, gaps };
  return gaps;
}

/** What it was told last; null: nothing. */
export function shownLast(place: Place): string | null {
  return memoryOf(place).shown;
}

/** True where this is not what it was told before. */
export function isNewToShow(place: Place, shown: string): boolean {
  const memory = memoryOf(place);
  const isNew = memory.shown !== shown;
  memory.shown = shown;
  return isNew;
}

/** What is over is forgotten. */
export function forgetOthers({ store }: Pick<Place, 'store'>, openIds: ReadonlySet<string>): void {
  const known = memories.get(store);
  for (const id of known?.keys() ?? []) if (!openIds.has(id)) known?.delete(id);
}

function memoryOf({ store, rotationId }: Place): Memory {
  const known = memories.get(store) ?? new Map<string, Memory>();
  memories.set(store, known);
  const memory = known.get(rotationId) ?? { gaps: null, shown: null };
  known.set(rotationId, memory);
  return memory;
}
