import { alertName } from '../../domain/alert.ts';
import { isStale } from '../../domain/staleness.ts';
import { DAY_MS, formatLength } from '../../domain/time.ts';
import { type KeySummary, type ListDeps, listAllKeys } from './list-keys.ts';

const STALE_MS = 30 * DAY_MS;
const EXPIRES_SOON_MS = 14 * DAY_MS;

export interface OwnKeys {
  readonly keys: readonly KeySummary[];
  /** What waits for the owner, in whole clauses, by key id. */
  readonly todo: ReadonlyMap<string, readonly string[]>;
}

interface Asked {
  readonly userId: string;
  readonly withClaims: boolean;
}

/** The keys that a person owns, and those that wait for a claim to be confirmed; those first that need something. */
export async function ownKeys(deps: ListDeps, asked: Asked): Promise<OwnKeys> {
  return ownKeysAmong(deps, await listAllKeys(deps), asked);
}

/** The same where the inventory is at hand. */
export async function ownKeysAmong(
  deps: Pick<ListDeps, 'store' | 'clock'>,
  all: readonly KeySummary[],
  { userId, withClaims }: Asked,
): Promise<OwnKeys> {
  const now = deps.clock.now();
  const mine = all.filter(
    ({ key, lineage }) =>
      lineage.ownerSlackId === userId && (withClaims || lineage.ownerStanding === 'confirmed') && key.status !== 'gone',
  );
  const alerts = new Map((await deps.store.read.alerts.unresolved()).map((alert) => [alert.lineageId, alert]));
  const todo = new Map<string, readonly string[]>();
  for (const summary of mine) {
    const { key, lineage } = summary;
    const alert = alerts.get(lineage.id);
    const quietMs = now - summary.quietSince;
    const said = [
      alert === undefined ? '' : `${alertName(alert)} is ${alert.state}`,
      lineage.ownerStanding === 'claimed' ? 'your claim waits for a responder' : '',
      isStale(key, quietMs, STALE_MS) ? `nobody has used it for ${formatLength(quietMs)}: is it still needed?` : '',
      key.expiresAt !== null && key.expiresAt - now < EXPIRES_SOON_MS ? expiry(key.expiresAt - now) : '',
      lineage.workload === null ? `nobody has said what it is for: \`/keys edit ${lineage.slug}\`` : '',
    ].filter((text) => text !== '');
    if (said.length > 0) todo.set(key.id, said);
  }
  const needs = ({ key }: KeySummary) => (todo.has(key.id) ? 0 : 1);
  return { keys: mine.toSorted((a, b) => needs(a) - needs(b)), todo };
}

function expiry(leftMs: number): string {
  return leftMs <= 0 ? 'it has expired' : `it expires in ${formatLength(leftMs)}`;
}
