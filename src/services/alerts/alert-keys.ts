import type { Alert } from '../../domain/alert.ts';
import type { Key } from '../../domain/key.ts';
import type { Repos } from '../../ports/store.ts';
import { keysCountedIn } from '../rotation/named-keys.ts';

export interface AlertKeys {
  /** All whose spend the alert adds up: those of the lineage, and those that it blames, wherever they count by now. */
  readonly counted: readonly Key[];
  /** Those that it blames; all of them where it blames none. */
  readonly blamed: readonly Key[];
}

export async function keysOfAlert(
  repos: Pick<Repos, 'keys' | 'rotations'>,
  { lineageId, keyId, perKey }: Pick<Alert, 'lineageId' | 'keyId' | 'perKey'>,
): Promise<AlertKeys> {
  const counted = new Map((await keysCountedIn(repos, lineageId)).map((key) => [key.id, key]));
  const blamed: Key[] = [];
  for (const id of new Set([...Object.keys(perKey), ...(keyId === null ? [] : [keyId])])) {
    const key = counted.get(id) ?? (await repos.keys.get(id));
    if (key === undefined) continue;
    counted.set(id, key);
    blamed.push(key);
  }
  const all = [...counted.values()];
  return { counted: all, blamed: blamed.length > 0 ? blamed : all };
}
