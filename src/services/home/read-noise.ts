import { confirmedOwnerOf, type Lineage } from '../../domain/key.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { Deps } from '../deps.ts';
import { openRolledUp, type QuietItem, quietFindings } from '../noise/quiet-findings.ts';
import { type HoldCard, holdsInForce } from '../noise/read-holds.ts';
import type { RolledUpAlert } from '../noise/roll-up.ts';

const SINCE_MS = 7 * DAY_MS;

/** What is kept from people, and by whose word. */
export interface Noise {
  readonly holds: readonly HoldCard[];
  /** Open alerts that are told on a day's roll-up alone. */
  readonly rolledUp: readonly RolledUpAlert[];
  /** Of the last seven days, the newest first. */
  readonly items: readonly QuietItem[];
  /** Who decides on whose keys. */
  readonly ownerOf: ReadonlyMap<string, string | null>;
}

export async function readNoise(deps: Pick<Deps, 'store' | 'clock' | 'detectors'>): Promise<Noise> {
  const now = deps.clock.now();
  const lineages = new Map((await deps.store.read.lineages.all()).map((lineage) => [lineage.id, lineage]));
  const slugOf = (id: string) => lineages.get(id)?.slug ?? 'a key that is gone';
  return {
    holds: await holdsInForce(deps),
    rolledUp: (await openRolledUp(deps)).map((alert) => ({ alert, slug: slugOf(alert.lineageId) })),
    items: await quietFindings(deps, { from: now - SINCE_MS, to: now + 1 }),
    ownerOf: new Map([...lineages.values()].map((lineage: Lineage) => [lineage.id, confirmedOwnerOf(lineage)])),
  };
}

/** The same of one person's own keys. */
export function noiseOf({ holds, rolledUp, items, ownerOf }: Noise, userId: string): Noise {
  const isTheirs = (lineageId: string) => ownerOf.get(lineageId) === userId;
  return {
    holds: holds.filter(({ hold }) => isTheirs(hold.lineageId)),
    rolledUp: rolledUp.filter(({ alert }) => isTheirs(alert.lineageId)),
    items: items.filter(({ lineageId }) => isTheirs(lineageId)),
    ownerOf,
  };
}
