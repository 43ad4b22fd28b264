import { confirmedOwnerOf, type Key, type Lineage, STOPPED_STATUSES } from './key.ts';
import type { Rotation } from './rotation.ts';

/** The workspace closed their account, a provider does not know them any more, or a person says that they go. */
export type DepartureCause = 'slack' | 'provider' | 'hand';

/** What binds somebody to a key, the strongest alone: they own it, have made it and nobody else owns it, or could read it. */
export type Tie = 'owned' | 'made' | 'read';

/** What became of a key. `rotating` goes on in a thread of its own; `kept` is a decision, all others are facts. */
export type Outcome = 'reassigned' | 'rotating' | 'rotated' | 'stopped' | 'kept';

/** Somebody leaves, and with them what they own and know. */
export interface Departure {
  readonly id: string;
  /** Stands for the same person in every source: a Slack user id, an e-mail address, or a provider's id. */
  readonly person: string;
  /** Slack user id; null: the workspace does not know them. */
  readonly userId: string | null;
  readonly name: string;
  readonly email: string | null;
  readonly cause: DepartureCause;
  readonly beganAt: number;
  /** Actor text. */
  readonly beganBy: string;
  /** They are back: nothing more is asked. */
  readonly returnedAt: number | null;
  readonly closedAt: number | null;
}

export interface DepartureKey {
  readonly departureId: string;
  readonly lineageId: string;
  /** The one that worked when it began. */
  readonly keyId: string;
  readonly tie: Tie;
  /** Null: nothing yet. */
  readonly outcome: Outcome | null;
  /** Actor text; null while there is no outcome. */
  readonly settledBy: string | null;
  readonly settledAt: number | null;
}

export interface KeyTruth {
  readonly key: Pick<Key, 'status' | 'lineageId'> | undefined;
  readonly lineage: Lineage | undefined;
  /** The newest one of the lineage. */
  readonly rotation: Pick<Rotation, 'state' | 'kind' | 'startedAt'> | undefined;
}

/** What became of a key by now. A decision to keep it holds as long as nothing else is true. */
export function outcomeOf(
  row: DepartureKey,
  { userId, beganAt }: Pick<Departure, 'userId' | 'beganAt'>,
  { key, lineage, rotation }: KeyTruth,
): Outcome | null {
  const isRotation = rotation !== undefined && rotation.kind !== 'drill';
  if (isRotation && rotation.state === 'done' && rotation.startedAt >= beganAt) return 'rotated';
  if (key === undefined || STOPPED_STATUSES.has(key.status)) return 'stopped';
  if (isRotation && rotation.state === 'open') return 'rotating';
  const owner = confirmedOwnerOf(lineage ?? null);
  // Whoever could only read it still can, whosever it is.
  if (row.tie !== 'read' && owner !== null && owner !== userId) return 'reassigned';
  return row.outcome === 'kept' ? 'kept' : null;
}

/** Everything is decided, and nothing is under way. */
export function isThrough(rows: readonly DepartureKey[]): boolean {
  return rows.every(({ outcome }) => outcome !== null && outcome !== 'rotating');
}

/** What a person decides for one key. */
export type Decision =
  | { readonly kind: 'reassign'; readonly toUserId: string }
  | { readonly kind: 'rotate' }
  | { readonly kind: 'keep' };
