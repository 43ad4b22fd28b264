import { type CapProposal, proposalFrom, proposeCap } from '../../domain/cap-proposal.ts';
import { DAY_MS, floorTo } from '../../domain/time.ts';
import type { Deps } from '../deps.ts';

type ProposeDeps = Pick<Deps, 'store' | 'clock'>;

/** Whose past a cap is proposed from: a lineage, or all keys and the usage without one of a scope. */
export interface Past {
  readonly keyIds: readonly string[];
  /** Whose incidents are left out. */
  readonly lineageIds: readonly string[];
}

export async function proposeFor({ store, clock }: ProposeDeps, { keyIds, lineageIds }: Past): Promise<CapProposal> {
  const now = clock.now();
  const range = { from: proposalFrom(now), to: floorTo(now, DAY_MS) + DAY_MS };
  const days = await store.read.usage.daySums(keyIds, range);
  const incidents = [];
  for (const id of new Set(lineageIds)) {
    for (const { startedAt, closedAt } of await store.read.lessons.incidentDays(id, range))
      incidents.push({ from: startedAt, to: closedAt });
  }
  return proposeCap({ now, days, incidents, knownFrom: range.from });
}
