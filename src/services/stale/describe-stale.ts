import type { Action } from '../../domain/action.ts';
import type { LadderRecord } from '../../domain/stale-ladder.ts';
import type { KeyAct } from '../../ports/provider.ts';
import { possibleActs } from '../alerts/describe-alert.ts';
import { type RiskDeps, recentRisk } from '../risk/read-risk.ts';
import type { StaleNews } from './announce-stale.ts';
import { readStale, type StaleEntry } from './read-stale.ts';

/** One key of a message, with what can be done about it now. */
export interface StaleCard extends StaleEntry {
  readonly acts: readonly KeyAct[];
  /** What the ladder did; null: nothing yet. */
  readonly action: Action | null;
  /** What it could cost in 48 hours if it leaked; null: not known. */
  readonly worstMicroUsd: number | null;
}

export type DescribeDeps = RiskDeps;

/** With what is known of each, the longest quiet first. */
export async function cardsOf(
  deps: DescribeDeps,
  belongs: (entry: StaleEntry) => boolean,
): Promise<readonly StaleCard[]> {
  return describeEntries(deps, byQuiet((await readStale(deps)).filter(belongs)));
}

/** The longest quiet first. */
export function byQuiet(entries: readonly StaleEntry[]): readonly StaleEntry[] {
  return entries.toSorted((a, b) => a.idle.sinceAt - b.idle.sinceAt);
}

/** In the order in which they are given. */
export async function describeEntries(
  deps: DescribeDeps,
  entries: readonly StaleEntry[],
): Promise<readonly StaleCard[]> {
  if (entries.length === 0) return [];
  const { byKey } = await recentRisk(deps);
  const cards: StaleCard[] = [];
  for (const entry of entries) {
    const actionId = entry.record?.actionId ?? null;
    cards.push({
      ...entry,
      acts: possibleActs(deps, entry.key),
      action: actionId === null ? null : ((await deps.store.read.actions.get(actionId)) ?? null),
      worstMicroUsd: byKey.get(entry.key.id)?.radius.worst48hMicroUsd ?? null,
    });
  }
  return cards;
}

/** Of what one owner was asked in one message. */
export function askedCards(deps: DescribeDeps, round: string): Promise<readonly StaleCard[]> {
  return cardsOf(deps, ({ record }) => record?.askRound === round);
}

/** Of what one message in the channel proposes. */
export function proposedCards(deps: DescribeDeps, round: string): Promise<readonly StaleCard[]> {
  return cardsOf(deps, ({ record }) => record?.proposalRound === round);
}

/** Of what happened to keys of a round, as `newsSubject` names it. */
export async function newsCards(
  deps: DescribeDeps,
  subject: string,
): Promise<{ readonly round: string; readonly what: StaleNews; readonly cards: readonly StaleCard[] }> {
  const [round = '', what = '', about = ''] = subject.split('/');
  const isAbout = (record: LadderRecord) => {
    if (what === 'late') return record.keyId === about && record.state === 'suspended';
    const at = Number(about);
    if (what === 'used') return record.end === 'used' && record.endedAt === at;
    return record.actedAt === at && (what === 'stopped') === (record.undoUntil !== null);
  };
  const cards = await cardsOf(deps, ({ record }) => record?.proposalRound === round && isAbout(record));
  return { round, what: what as StaleNews, cards };
}

/** Of what was suspended at one instant and belongs to one person. */
export function stoppedCards(deps: DescribeDeps, subject: string): Promise<readonly StaleCard[]> {
  const [ownerId = '', at = ''] = subject.split('/');
  return cardsOf(
    deps,
    ({ record, facts }) => facts.ownerId === ownerId && record?.actedAt === Number(at) && record.undoUntil !== null,
  );
}
