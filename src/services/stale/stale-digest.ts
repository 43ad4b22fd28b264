import { staleGroupOf } from '../../domain/staleness.ts';
import { readStale, type StaleDeps } from './read-stale.ts';

export interface StaleLine {
  readonly keyId: string;
  readonly slug: string;
  readonly sinceAt: number;
}

/** The ladder as the weekly digest tells it. */
export interface StaleDigest {
  /** Of the working keys that are not exempt. */
  readonly unused: number;
  readonly neverUsed: number;
  readonly unknown: number;
  /** With the announced date, the next first. */
  readonly proposed: readonly (StaleLine & { readonly actAt: number })[];
  /** By the ladder, and can still be taken back, the first to end first. */
  readonly suspended: readonly (StaleLine & { readonly undoUntil: number })[];
  /** Somebody wants them until a day. */
  readonly kept: number;
}

/** What the digest says of keys without traffic. */
export async function staleForDigest(deps: StaleDeps): Promise<StaleDigest> {
  const now = deps.clock.now();
  const { askMs } = deps.policy.staleness;
  const entries = await readStale(deps);
  const counts = { unused: 0, never: 0, unknown: 0 };
  const proposed: StaleDigest['proposed'][number][] = [];
  const suspended: StaleDigest['suspended'][number][] = [];
  let kept = 0;
  for (const { key, lineage, idle, exemption, record } of entries) {
    const line = { keyId: key.id, slug: lineage.slug, sinceAt: idle.sinceAt };
    if (record?.state === 'suspended' && record.undoUntil !== null && key.status !== 'active') {
      suspended.push({ ...line, undoUntil: record.undoUntil });
    }
    if (key.status !== 'active' || exemption !== null) continue;
    if (record?.state === 'kept') {
      kept += 1;
      continue;
    }
    const group = staleGroupOf(idle, askMs, now);
    if (group !== null) counts[group] += 1;
    if (record?.state === 'proposed' && record.actAt !== null) proposed.push({ ...line, actAt: record.actAt });
  }
  return {
    unused: counts.unused,
    neverUsed: counts.never,
    unknown: counts.unknown,
    proposed: proposed.sort((a, b) => a.actAt - b.actAt),
    suspended: suspended.sort((a, b) => a.undoUntil - b.undoUntil),
    kept,
  };
}
