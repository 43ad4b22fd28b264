import { HOUR_MS } from '../../domain/time.ts';
import type { Store } from '../../ports/store.ts';
import type { UseSum } from '../../ports/usage-glances.ts';
import type { Deps } from '../deps.ts';

/** Sums of one hour, by key. */
interface Cell {
  readonly sums: ReadonlyMap<string, UseSum>;
  /** The how manieth read it was. */
  readonly turn: number;
}

interface Day {
  readonly dayAt: number;
  readonly cells: Map<number, Cell>;
  turn: number;
}

const days = new WeakMap<Store, Map<string, Day>>();

/**
 * What each key of a connection used from the start of a day to `to`. A day of minutes is half a million rows: the hours
 * that are over are remembered, and one of them is read again each time, since late usage still changes them.
 */
export async function sumsOfDay(
  deps: Pick<Deps, 'store' | 'breathe'>,
  connectionId: string,
  { dayAt, to }: { readonly dayAt: number; readonly to: number },
): Promise<ReadonlyMap<string, UseSum>> {
  const day = dayOf(deps.store, connectionId, dayAt);
  day.turn += 1;
  const settled = hoursOf(dayAt, to);
  const missing = settled.filter((at) => !day.cells.has(at));
  const oldest = settled
    .filter((at) => day.cells.has(at))
    .toSorted((a, b) => (day.cells.get(a)?.turn ?? 0) - (day.cells.get(b)?.turn ?? 0))
    .slice(0, 1);
  for (const at of [...missing, ...oldest]) {
    const sums = await deps.store.read.usage.useByKey(connectionId, { from: at, to: at + HOUR_MS });
    day.cells.set(at, { sums, turn: day.turn });
    await deps.breathe();
  }
  const rest = await deps.store.read.usage.useByKey(connectionId, { from: dayAt + settled.length * HOUR_MS, to });
  await deps.breathe();
  return total([...settled.map((at) => day.cells.get(at)?.sums), rest]);
}

function dayOf(store: Store, connectionId: string, dayAt: number): Day {
  const ofStore = days.get(store) ?? new Map<string, Day>();
  days.set(store, ofStore);
  const known = ofStore.get(connectionId);
  if (known?.dayAt === dayAt) return known;
  const day: Day = { dayAt, cells: new Map(), turn: 0 };
  ofStore.set(connectionId, day);
  return day;
}

/** The starts of the whole hours between. */
function hoursOf(from: number, to: number): readonly number[] {
  const count = Math.max(0, Math.floor((to - from) / HOUR_MS));
  return Array.from({ length: count }, (_, index) => from + index * HOUR_MS);
}

function total(parts: readonly (ReadonlyMap<string, UseSum> | undefined)[]): ReadonlyMap<string, UseSum> {
  const sums = new Map<string, { costMicroUsd: number; requests: number }>();
  for (const part of parts) {
    for (const [keyId, { costMicroUsd, requests }] of part ?? []) {
      const sum = sums.get(keyId);
      if (sum === undefined) sums.set(keyId, { costMicroUsd, requests });
      else {
        sum.costMicroUsd += costMicroUsd;
        sum.requests += requests;
      }
    }
  }
  return sums;
}
