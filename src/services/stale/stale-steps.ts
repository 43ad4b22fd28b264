import { systemActor } from '../../domain/actor.ts';
import type { Key } from '../../domain/key.ts';
import { type LadderRecord, type LadderStep, NEW_TURN } from '../../domain/stale-ladder.ts';
import { DAY_MS, HOUR_MS } from '../../domain/time.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import type { StaleDeps, StaleEntry } from './read-stale.ts';

/** Who asks, proposes and suspends. */
export const STALE_KEEPER = systemActor('stale-keys');

// One question a week for each person, one proposal a week in the channel: half a day less, so that it stays on its weekday.
export const GAP_MS = 7 * DAY_MS - 12 * HOUR_MS;

export type ClimbDeps = StaleDeps & Pick<Deps, 'ids' | 'outlets'>;

export interface ClimbContext {
  readonly deps: ClimbDeps;
  readonly tx: Repos;
}

export interface Climber extends StaleEntry {
  readonly step: LadderStep;
}

/** Those that are as they were when the step was decided: everything else is looked at again in the next round. */
export async function standing<Entry extends StaleEntry>(tx: Repos, entries: readonly Entry[]): Promise<Entry[]> {
  const kept: Entry[] = [];
  for (const entry of entries) {
    const key = await tx.keys.get(entry.key.id);
    const record = await tx.stale.get(entry.key.id);
    if (key === undefined || key.generation !== entry.key.generation || key.status !== entry.key.status) continue;
    if (key.lastUsedAt !== entry.key.lastUsedAt || key.lineageId !== entry.key.lineageId) continue;
    if ((record?.revision ?? 0) === (entry.record?.revision ?? 0)) kept.push(entry);
  }
  return kept;
}

export function newTurn({ id }: Pick<Key, 'id'>, before: LadderRecord | null, sinceAt: number): LadderRecord {
  return { ...NEW_TURN, keyId: id, state: 'asked', sinceAt, revision: (before?.revision ?? 0) + 1 };
}

export function latestOf(entries: readonly StaleEntry[], at: (record: LadderRecord) => number | null): number {
  return entries.reduce((latest, { record }) => Math.max(latest, (record && at(record)) ?? 0), 0);
}
