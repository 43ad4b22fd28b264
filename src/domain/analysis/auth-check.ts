import { AUTH_FAILURES, isSuccess, REFUSED } from '../auth-burst.ts';
import { HOUR_MS, MINUTE_MS } from '../time.ts';
import type { Check, Found } from './found.ts';
import type { Traffic } from './traffic.ts';

/** A success so much later has nothing to do with it. */
const FOLLOWED_MS = 2 * HOUR_MS;

/** A burst of refused requests; worse when one from an address that the history does not know goes through after it. */
export const checkAuth: Check = ({ traffic, days, history, limits }) => {
  const { count, minutes } = limits.authFailures;
  const known = history?.addresses ?? new Set<string>();
  const through = known.size === 0 ? [] : successesFrom(traffic, known);
  const failures = indexesOf(traffic, (index) => REFUSED.has(traffic.kindOf(index).statusCode));
  const bursts = failures.filter((index, place) => {
    const first = failures[place - count + 1];
    return first !== undefined && (traffic.at[index] ?? 0) - (traffic.at[first] ?? 0) <= minutes * MINUTE_MS;
  });
  return days.flatMap(({ dayAt, from, to }): Found[] => {
    const [first, ...more] = bursts.filter((index) => index >= from && index < to);
    if (first === undefined) return [];
    const ends = [first, ...more].map((index) => traffic.at[index] ?? 0);
    const success = firstAfter(ends, through);
    const refused = failures.filter((index) => index >= from && index < to).length;
    return [
      {
        kind: AUTH_FAILURES,
        severity: success === undefined ? 'medium' : 'high',
        dayAt,
        at: traffic.at[first] ?? 0,
        evidence: { failures: refused, minutes, address: success?.address ?? null },
      },
    ];
  });
};

interface Success {
  readonly at: number;
  readonly address: string;
}

/** The first that comes soon enough after any of them; both ascend. */
function firstAfter(ends: readonly number[], through: readonly Success[]): Success | undefined {
  let next = 0;
  return through.find(({ at }) => {
    while (next < ends.length && (ends[next] ?? 0) <= at) next += 1;
    const end = ends[next - 1];
    return end !== undefined && at - end <= FOLLOWED_MS;
  });
}

function successesFrom(traffic: Traffic, known: ReadonlySet<string>): readonly Success[] {
  return indexesOf(traffic, (index) => {
    const { address, statusCode } = traffic.kindOf(index);
    return isSuccess(statusCode) && address !== null && !known.has(address);
  })
    .map((index) => ({ at: traffic.at[index] ?? 0, address: traffic.kindOf(index).address ?? '' }))
    .sort((a, b) => a.at - b.at || (a.address < b.address ? -1 : 1));
}

function indexesOf({ count }: Traffic, isMeant: (index: number) => boolean): readonly number[] {
  const indexes: number[] = [];
  for (let index = 0; index < count; index += 1) if (isMeant(index)) indexes.push(index);
  return indexes;
}
