import { userIdIn } from '../../domain/actor.ts';
import { groupBy } from '../../domain/collections.ts';
import type { Lineage } from '../../domain/key.ts';
import { type Candidate, type OwnerTraces, type ProbableOwner, probableOwners } from '../../domain/probable-owner.ts';
import type { InventoryRow } from '../../ports/inventory.ts';
import type { Deps } from '../deps.ts';

type TraceDeps = Pick<Deps, 'store' | 'breathe'>;
type Reads = Pick<Deps, 'store'>;

// A few reads each: others are served between.
const ROWS_AT_ONCE = 20;

// What people did to a key long ago says little of whose it is.
const DEEDS = 20;
// Who gives a key to somebody, or answers a claim, says nothing of whose it is.
const NO_DEED = /^lineage\.(owner|claim)\./;

/** Who may own each of these keys, by lineage; one row per lineage. */
export async function probableOwnersOf(
  { store, breathe }: TraceDeps,
  rows: readonly InventoryRow[],
): Promise<ReadonlyMap<string, readonly ProbableOwner[]>> {
  if (rows.length === 0) return new Map();
  const { members, scopeMembers } = store.read;
  const people: readonly Candidate[] = (await members.all()).filter(({ isActiveFullMember }) => isActiveFullMember);
  const membersByScope = groupBy(
    (await scopeMembers.all()).filter(({ leftAt }) => leftAt === null),
    ({ providerId, scopeId }) => `${providerId}:${scopeId}`,
  );
  const found = new Map<string, readonly ProbableOwner[]>();
  for (const [at, row] of rows.entries()) {
    if (at % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await breathe();
    const { key, lineage, scopeName } = row;
    const { deeds, declined } = await deedsAbout({ store }, lineage);
    const traces: OwnerTraces = {
      slug: lineage.slug,
      label: key.label,
      scopeName,
      madeBy: await makerOf({ store }, row),
      namedOwner: key.owner?.kind === 'user' && key.owner.hasAccess ? key.owner : null,
      madeAt: key.createdAt,
      members: membersByScope.get(`${key.providerId}:${key.scopeId}`) ?? [],
      deeds,
    };
    found.set(
      lineage.id,
      probableOwners(traces, people).filter(({ userId }) => !declined.has(userId)),
    );
  }
  return found;
}

/** As the provider's own log has it. */
async function makerOf({ store }: Reads, { key }: InventoryRow): Promise<OwnerTraces['madeBy']> {
  const events = await store.read.providerEvents.ofKey(key, DEEDS);
  const made = events.findLast(({ keyChange }) => keyChange === 'created');
  return made?.actor?.includes('@') ? { email: made.actor, at: made.at } : null;
}

interface Deeds {
  readonly deeds: OwnerTraces['deeds'];
  /** Whose claim a responder declined. */
  readonly declined: ReadonlySet<unknown>;
}

async function deedsAbout({ store }: Reads, { id }: Lineage): Promise<Deeds> {
  const { audit, rotations } = store.read;
  const entries = await audit.page({ subjects: [id], verbs: ['lineage.'] }, { offset: 0, limit: DEEDS });
  const declined = new Set(
    entries.flatMap(({ verb, detail }) => (verb === 'lineage.claim.declined' ? [detail['owner']] : [])),
  );
  const deeds = entries.flatMap(({ actor, verb, at }) => {
    const userId = userIdIn(actor);
    if (userId === null || NO_DEED.test(verb)) return [];
    return [{ kind: verb === 'lineage.claimed' ? ('claimed' as const) : ('changed' as const), userId, at }];
  });
  const rotation = await rotations.latestOfLineage(id);
  const rotator = userIdIn(rotation?.driver ?? '');
  if (rotation === undefined || rotation.kind === 'drill' || rotator === null) return { deeds, declined };
  return { deeds: [{ kind: 'rotated', userId: rotator, at: rotation.startedAt }, ...deeds], declined };
}
