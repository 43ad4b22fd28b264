import { DAY_MS } from '../../domain/time.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

// More than a year, so that a yearly review finds its evidence.
const KEEP_EVIDENCE_MS = 400 * DAY_MS;
const KEEP_OUTBOX_MS = 30 * DAY_MS;
// It is found for some hours at most.
const KEEP_NEWS_MS = 7 * DAY_MS;
// A digest that is late by a week still tells of the one before.
const KEEP_LAGS_MS = 21 * DAY_MS;
// A transaction of this size is over in a few milliseconds.
const SLICE = 500;

export interface Pruned {
  readonly messages: number;
  readonly findings: number;
  readonly told: number;
  readonly events: number;
  readonly lags: number;
}

type PruneDeps = Pick<Deps, 'store' | 'clock' | 'breathe'>;

/**
 * Removes what nobody asks for any more. Never touched: the audit log, alerts with their history, actions, keys, and where
 * each message stands in Slack, since people click on messages that are months old.
 */
export async function prune(deps: PruneDeps): Promise<Pruned> {
  const now = deps.clock.now();
  const evidenceBefore = now - KEEP_EVIDENCE_MS;
  return {
    messages: await untilNothingIsLeft(deps, (tx) => tx.outbox.prune(now - KEEP_OUTBOX_MS, SLICE)),
    findings:
      (await untilNothingIsLeft(deps, (tx) => tx.alerts.pruneFindings(evidenceBefore, SLICE))) +
      (await untilNothingIsLeft(deps, (tx) => tx.quiet.prune(evidenceBefore, SLICE))),
    told:
      (await untilNothingIsLeft(deps, (tx) => tx.told.pruneNews(now - KEEP_NEWS_MS, SLICE))) +
      (await untilNothingIsLeft(deps, (tx) => tx.told.prune(evidenceBefore, SLICE))),
    events: await untilNothingIsLeft(deps, (tx) => tx.providerEvents.prune(evidenceBefore, SLICE)),
    lags: await untilNothingIsLeft(deps, (tx) => tx.usageLags.prune(now - KEEP_LAGS_MS, SLICE)),
  };
}

/** Between two slices others may write. */
async function untilNothingIsLeft(
  { store, breathe }: PruneDeps,
  removeSome: (tx: Repos) => Promise<number>,
): Promise<number> {
  let removed = 0;
  for (;;) {
    const some = await store.write(removeSome);
    removed += some;
    if (some < SLICE) return removed;
    await breathe();
  }
}
