import type { Key } from '../../domain/key.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { Repos } from '../../ports/store.ts';
import { invalid } from '../actions/record-request.ts';
import type { Deps } from '../deps.ts';

/** Many make the new key first and press the button then. */
const BEFORE_MS = DAY_MS;

/** Keys that may be the new one: they appeared in the old key's scope since the rotation began. Newest first. */
export async function newKeyCandidates({ store }: Pick<Deps, 'store'>, rotation: Rotation): Promise<readonly Key[]> {
  const { keys } = store.read;
  const old = await keys.get(rotation.oldKeyId);
  if (old === undefined) return [];
  const scope = await keys.ofScope(old.providerId, old.scopeId);
  const since = rotation.startedAt - BEFORE_MS;
  const fresh = scope.filter((key) => key.status === 'active' && bornAt(key) >= since && mayReplace(key, rotation));
  return fresh.toSorted((a, b) => bornAt(b) - bornAt(a));
}

/** Throws when this key cannot be the one that replaces the old one. */
export async function requireNewKey(tx: Repos, rotation: Rotation, keyId: string): Promise<Key> {
  const key = await tx.keys.get(keyId);
  if (key === undefined) throw invalid('The chosen key is not in the inventory any more.');
  const old = await tx.keys.get(rotation.oldKeyId);
  if (!mayReplace(key, rotation) || key.providerId !== old?.providerId) {
    throw invalid('This key cannot be the new one. Choose one that was made for it.');
  }
  const other = await tx.rotations.openOfLineage(key.lineageId);
  if (other !== undefined && other.id !== rotation.id) {
    throw invalid('The chosen key is being rotated itself. Finish or cancel that rotation first.');
  }
  return key;
}

function mayReplace(key: Key, { oldKeyId }: Rotation): boolean {
  return key.id !== oldKeyId && key.kind === 'inference';
}

/** A first sync has seen old keys for the first time. */
function bornAt({ createdAt, firstSeenAt }: Key): number {
  return createdAt ?? firstSeenAt;
}
