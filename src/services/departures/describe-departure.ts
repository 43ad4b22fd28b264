import { groupBy } from '../../domain/collections.ts';
import type { Departure, DepartureKey } from '../../domain/departure.ts';
import { STOPPED_STATUSES } from '../../domain/key.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { Deps } from '../deps.ts';
import { type KeySummary, listAllKeys } from '../inventory/list-keys.ts';

export const TRAFFIC_DAYS = 7;

export interface DepartureRow {
  readonly row: DepartureKey;
  readonly summary: KeySummary;
  /** Of all its working keys, of which there are two while it is rotated, in the last seven days; null where the provider counts none. */
  readonly requests: number | null;
  readonly costMicroUsd: number;
  /** Nobody used it in those days, and its traffic can be seen. */
  readonly isQuiet: boolean;
  /** It can be ended from here. */
  readonly canRevoke: boolean;
}

export interface DepartureCard {
  readonly departure: Departure;
  /** The dearest first. */
  readonly rows: readonly DepartureRow[];
}

type DescribeDeps = Pick<Deps, 'store' | 'clock' | 'providers'>;

export async function describeDeparture(deps: DescribeDeps, departureId: string): Promise<DepartureCard | undefined> {
  const { departures, usage } = deps.store.read;
  const departure = await departures.get(departureId);
  if (departure === undefined) return undefined;
  const rows = await departures.keys(departureId);
  const all = await listAllKeys(deps);
  const byKey = new Map(all.map((summary) => [summary.key.id, summary]));
  const working = groupBy(
    all.filter(({ key }) => key.kind === 'inference' && !STOPPED_STATUSES.has(key.status)),
    ({ lineage }) => lineage.id,
  );
  const keysOf = ({ keyId, lineageId }: DepartureKey): readonly KeySummary[] => {
    const own = byKey.get(keyId);
    return working.get(lineageId) ?? (own === undefined ? [] : [own]);
  };
  const now = deps.clock.now();
  const range = { from: now - TRAFFIC_DAYS * DAY_MS, to: now };
  const buckets = await usage.ofKeysFolded(
    rows.flatMap((row) => keysOf(row).map(({ key }) => key.id)),
    range,
    DAY_MS,
  );
  const described = rows.flatMap((row): DepartureRow[] => {
    const summary = byKey.get(row.keyId);
    if (summary === undefined) return [];
    const keys = keysOf(row);
    const ids = new Set(keys.map(({ key }) => key.id));
    const own = buckets.filter(({ keyId }) => ids.has(keyId));
    const counted = own.filter(({ requests }) => requests !== null);
    const provider = deps.providers.get(summary.key.connectionId);
    const lastUsedAt = Math.max(...keys.map(({ key }) => key.lastUsedAt ?? 0));
    return [
      {
        row,
        summary,
        requests: own.length > 0 && counted.length === 0 ? null : sum(counted.map(({ requests }) => requests ?? 0)),
        costMicroUsd: sum(own.map(({ costMicroUsd }) => costMicroUsd)),
        // Of what no connection reads nobody can say that it is quiet.
        isQuiet: provider !== undefined && own.length === 0 && lastUsedAt < range.from,
        canRevoke: provider?.revokeKey !== undefined,
      },
    ];
  });
  return { departure, rows: described.toSorted((a, b) => b.costMicroUsd - a.costMicroUsd) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
