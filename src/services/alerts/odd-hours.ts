import type { Baseline } from '../../domain/baseline.ts';
import type { Store } from '../../ports/store.ts';

/** Lineages that were used at an hour that is none of theirs, by day. */
interface OddHours {
  /** Before this nobody looked: what was used then is not known here. */
  readonly since: number;
  readonly byDay: Map<number, Set<string>>;
}

const DAYS_KEPT = 3;
const memory = new WeakMap<Store, OddHours>();

/** Notes the hours at which a lineage was used; cheap, since it is asked of each of thousands at each poll. */
export function noteHours(
  store: Store,
  used: { readonly lineageId: string; readonly dayAt: number; readonly now: number; readonly hours: Iterable<number> },
  baseline: Baseline | null,
): void {
  const known = memory.get(store) ?? { since: used.now, byDay: new Map() };
  memory.set(store, known);
  const active = baseline?.activeHours ?? null;
  if (active === null) return;
  for (const hour of used.hours) {
    if (active.includes(hour)) continue;
    const lineages = known.byDay.get(used.dayAt) ?? new Set();
    known.byDay.set(used.dayAt, lineages.add(used.lineageId));
  }
  for (const dayAt of known.byDay.keys()) if (known.byDay.size > DAYS_KEPT) known.byDay.delete(dayAt);
}

/** Whether it may have been used at an odd hour of that day; yes where nobody looked for all of it. */
export function mayBeOdd(store: Store, lineageId: string, dayAt: number): boolean {
  const known = memory.get(store);
  return known === undefined || known.since > dayAt || (known.byDay.get(dayAt)?.has(lineageId) ?? false);
}
