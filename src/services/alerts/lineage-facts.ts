import { groupBy } from '../../domain/collections.ts';
import { type Key, type Lineage, STOPPED_STATUSES } from '../../domain/key.ts';
import { type KeyFacts, type LineageFacts, NO_FACTS } from '../../domain/lineage-facts.ts';
import { modelBoundsOf } from '../../domain/policy.ts';
import type { KeyIdentity } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

type FactsDeps = Pick<Deps, 'store' | 'policy'>;

/**
 * What detectors may want to know of lineages besides their usage, of those only of which there is something to say: a key
 * that is stopped, or a bound on models. Read once for a whole pass.
 */
export async function lineageFacts(
  { store, policy }: FactsDeps,
  allKeys: readonly KeyIdentity[],
): Promise<ReadonlyMap<string, LineageFacts>> {
  const { lineages, told } = store.read;
  const isBounded = policy.models.length > 0;
  const bounded = new Map((isBounded ? await lineages.all() : await lineages.bounded()).map((one) => [one.id, one]));
  const withStopped = new Set(allKeys.filter(({ stoppedAt }) => stoppedAt !== null).map(({ lineageId }) => lineageId));
  const wanted = allKeys.filter(({ lineageId }) => withStopped.has(lineageId) || bounded.has(lineageId));
  if (wanted.length === 0) return new Map();
  const known = await told.all();
  return new Map(
    [...groupBy(wanted, ({ lineageId }) => lineageId)].map(([lineageId, keys]): [string, LineageFacts] => {
      const lineage = bounded.get(lineageId);
      const models = lineage === undefined ? NO_FACTS.models : modelBoundsOf(lineage, policy);
      return [lineageId, { ...NO_FACTS, keys: keys.map((key) => keyFacts(key)), told: known, models }];
    }),
  );
}

/** The same of one lineage as the list of keys shows it. */
export function listedFacts(lineage: Lineage, keys: readonly Key[], told: ReadonlySet<string>): LineageFacts {
  const facts = keys.map((key) => ({
    ...keyFacts(key),
    kind: key.kind,
    madeBy: key.owner?.email ?? key.owner?.name ?? null,
  }));
  return { ...NO_FACTS, keys: facts, isOwned: lineage.ownerSlackId !== null, told };
}

function keyFacts({ id, status, firstSeenAt, stoppedAt, lastUsedAt, announced }: KeyIdentity): KeyFacts {
  const isActive = !STOPPED_STATUSES.has(status);
  return { id, kind: 'inference', isActive, firstSeenAt, stoppedAt, lastUsedAt, announced, madeBy: null };
}
