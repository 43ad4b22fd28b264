import type { DepartureKey, Tie } from '../../domain/departure.ts';
import { STOPPED_STATUSES } from '../../domain/key.ts';
import { folded } from '../../domain/key-query.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { InventoryRow } from '../../ports/inventory.ts';
import type { Deps } from '../deps.ts';
import { shownSince } from '../inventory/list-keys.ts';

// Whoever was in the project at the end knows its keys, also when the provider's account went first.
const STILL_KNOWS_MS = 90 * DAY_MS;

/** Somebody as every source knows them. */
export interface Leaver {
  /** Slack user id, where the workspace knows them. */
  readonly userId: string | null;
  readonly name: string;
  readonly email: string | null;
  /** `provider:id`, where the provider gives no address. */
  readonly account: string | null;
}

/** The same person has the same id, whoever tells that they leave. */
export function personIdOf({ userId, email, account, name }: Leaver): string {
  return userId ?? email?.toLowerCase() ?? account ?? folded(name);
}

export type FoundTie = Pick<DepartureKey, 'lineageId' | 'keyId' | 'tie'>;

/** The working keys that somebody owns, has made or could read; one row for each lineage, with the strongest tie. */
export async function findTies({ store, clock }: Pick<Deps, 'store' | 'clock'>, leaver: Leaver): Promise<FoundTie[]> {
  const now = clock.now();
  const read = await readableScopes({ store }, leaver, now);
  const found = new Map<string, FoundTie>();
  for (const row of await store.inventory(shownSince(now))) {
    const { key, lineage } = row;
    if (key.kind !== 'inference' || STOPPED_STATUSES.has(key.status)) continue;
    const tie = tieOf(row, leaver, read.has(`${key.providerId}:${key.scopeId}`));
    const known = found.get(lineage.id);
    if (tie === null || (known !== undefined && STRENGTH[known.tie] >= STRENGTH[tie])) continue;
    found.set(lineage.id, { lineageId: lineage.id, keyId: key.id, tie });
  }
  return [...found.values()];
}

const STRENGTH: Readonly<Record<Tie, number>> = { owned: 3, made: 2, read: 1 };

function tieOf({ key, lineage }: InventoryRow, leaver: Leaver, isInScope: boolean): Tie | null {
  if (leaver.userId !== null && lineage.ownerSlackId === leaver.userId) return 'owned';
  const isMaker =
    key.owner !== null &&
    key.owner.kind === 'user' &&
    (sameText(key.owner.email, leaver.email) || `${key.providerId}:${key.owner.id}` === leaver.account);
  if (isMaker && lineage.ownerSlackId === null) return 'made';
  // Whoever made it has seen its value.
  return isMaker || isInScope || lineage.consumers.some((name) => isThem(name, leaver)) ? 'read' : null;
}

async function readableScopes(
  { store }: Pick<Deps, 'store'>,
  leaver: Leaver,
  now: number,
): Promise<ReadonlySet<string>> {
  const members = (await store.read.scopeMembers.all()).filter(
    ({ email, providerId, providerUserId, leftAt }) =>
      (leftAt === null || leftAt > now - STILL_KNOWS_MS) &&
      (sameText(email, leaver.email) || `${providerId}:${providerUserId}` === leaver.account),
  );
  return new Set(members.map(({ providerId, scopeId }) => `${providerId}:${scopeId}`));
}

/** A consumer of a key may be a person: by mention, address or whole name. */
function isThem(consumer: string, { userId, email, name }: Leaver): boolean {
  if (userId !== null && consumer.includes(userId)) return true;
  return sameText(consumer, email) || sameText(consumer, name);
}

function sameText(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && folded(a) === folded(b);
}
