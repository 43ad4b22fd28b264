import { AppError } from '../../domain/errors.ts';
import type { Rotation } from '../../domain/rotation.ts';
import type { Deps } from '../deps.ts';
import { readInventory } from '../inventory/read-inventory.ts';
import { followOldKeys } from './follow-old-keys.ts';

type ReadDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'policy' | 'logger' | 'providers' | 'breathe'>;

/** Reads the key list of the old key's connection out of turn: for a new key, or a stopped one, that somebody waits for. */
export async function readKeyListNow(deps: ReadDeps, { oldKeyId }: Rotation): Promise<void> {
  const key = await deps.store.read.keys.get(oldKeyId);
  const provider = key && deps.providers.get(key.connectionId);
  if (provider === undefined) {
    throw new AppError({
      code: 'not_supported',
      message: `no connection to read the keys of ${oldKeyId} with`,
      publicMessage: 'The connection of this key is not configured any more, so its key list cannot be read.',
    });
  }
  await readInventory(deps, provider);
  await followOldKeys(deps);
}
