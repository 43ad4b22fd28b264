import type { LadderEnd, LadderRecord } from '../../domain/stale-ladder.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

export interface StaleContext {
  readonly deps: Pick<Deps, 'clock' | 'ids'>;
  readonly tx: Repos;
}

/** The outbox's names: what one owner is asked, what the channel is told, and what happened to it since. */
export const STALE_ASK = 'stale_ask';
export const STALE_ROUND = 'stale_round';
export const STALE_NEWS = 'stale_news';
/** To the owner of what the ladder has suspended. */
export const STALE_STOPPED = 'stale_stopped';

/** `used`, `stopped` and `due` tell of all keys of a round that this happened to at one instant; `late` of one key. */
export type StaleNews = 'used' | 'stopped' | 'due' | 'late';

/** The messages of a record, brought up to date. */
export async function touchStale(context: StaleContext, { askRound, proposalRound }: LadderRecord): Promise<void> {
  if (askRound !== null) await enqueue(context, { kind: STALE_ASK, subjectId: askRound });
  if (proposalRound !== null) await enqueue(context, { kind: STALE_ROUND, subjectId: proposalRound });
}

export async function enqueue(
  { deps, tx }: StaleContext,
  { inMs = 0, ...row }: { readonly kind: string; readonly subjectId: string; readonly inMs?: number },
): Promise<void> {
  const createdAt = deps.clock.now();
  await tx.outbox.enqueue({
    ...row,
    id: deps.ids.next('out'),
    threadKey: `${row.kind === STALE_NEWS ? STALE_ROUND : row.kind}:${row.subjectId.split('/')[0]}`,
    createdAt,
    notBeforeAt: createdAt + inMs,
  });
}

/** A reply under the round's message: `about` is an instant, or a key's id. */
export function newsSubject(round: string, what: StaleNews, about: string | number): string {
  return [round, what, about].join('/');
}

/** Ends a turn; a record's messages say so. */
export async function endTurn(context: StaleContext, record: LadderRecord, why: LadderEnd): Promise<LadderRecord> {
  const ended: LadderRecord = {
    ...record,
    state: 'over',
    end: why,
    endedAt: context.deps.clock.now(),
    revision: record.revision + 1,
  };
  await context.tx.stale.put(ended);
  await touchStale(context, ended);
  return ended;
}
