import { isUnowned, STOPPED_STATUSES } from '../../domain/key.ts';
import type { UnclaimedDetail } from '../../domain/notice.ts';
import type { Deps } from '../deps.ts';
import { type KeySummary, listAllKeys } from '../inventory/list-keys.ts';

type DescribeDeps = Pick<Deps, 'store' | 'clock' | 'providers' | 'policy'>;

export interface UnclaimedCard {
  readonly kind: 'unclaimed';
  /** Those that have no owner yet, the dearest first. */
  readonly left: readonly KeySummary[];
  /** How many were told of. */
  readonly total: number;
  /** Whom each was asked, by lineage; nobody where nothing told who it might be. */
  readonly asked: ReadonlyMap<string, readonly string[]>;
}

export async function describeUnclaimed(deps: DescribeDeps, { lineageIds }: UnclaimedDetail): Promise<UnclaimedCard> {
  return { kind: 'unclaimed', total: lineageIds.length, ...(await unclaimed(deps, new Set(lineageIds))) };
}

export interface Unclaimed extends Pick<UnclaimedCard, 'left' | 'asked'> {
  /** Since when nobody has owned each, by lineage. */
  readonly since: ReadonlyMap<string, number>;
}

/** For the digest: keys whose owner has been looked for so long as policy says, in vain. */
export async function unclaimedForDigest(deps: DescribeDeps): Promise<Unclaimed> {
  const before = deps.clock.now() - deps.policy.ownership.digestMs;
  const searches = (await deps.store.read.ownerQuestions.searches()).filter(({ beganAt }) => beganAt <= before);
  const since = new Map(searches.map(({ lineageId, beganAt }) => [lineageId, beganAt]));
  return { since, ...(await unclaimed(deps, new Set(since.keys()))) };
}

async function unclaimed(
  deps: DescribeDeps,
  lineageIds: ReadonlySet<string>,
): Promise<Pick<UnclaimedCard, 'left' | 'asked'>> {
  if (lineageIds.size === 0) return { left: [], asked: new Map() };
  const working = (await listAllKeys(deps)).filter(
    ({ key, lineage }) => lineageIds.has(lineage.id) && isUnowned(lineage) && !STOPPED_STATUSES.has(key.status),
  );
  const dearest = working.toSorted((a, b) => a.last30dMicroUsd - b.last30dMicroUsd);
  // One per name: where a rotation is under way it has two keys.
  const left = [...new Map(dearest.map((summary) => [summary.lineage.id, summary])).values()].reverse();
  const asked = new Map<string, readonly string[]>();
  for (const { lineage } of left) {
    const questions = await deps.store.read.ownerQuestions.ofLineage(lineage.id);
    asked.set(
      lineage.id,
      questions.map(({ userId }) => userId),
    );
  }
  return { left, asked };
}
