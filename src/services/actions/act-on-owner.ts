import { ownerDeletion } from '../../domain/action-params.ts';
import { AppError, isAppError } from '../../domain/errors.ts';
import { mapInFlight } from '../../domain/in-flight.ts';
import { type Key, type KeyStatus, STOPPED_STATUSES } from '../../domain/key.ts';
import { plural } from '../../domain/time.ts';
import { readInventory } from '../inventory/read-inventory.ts';
import { adminRefusal } from './account.ts';
import { type Act, type ActInput, noRight, notShown, type Proven, refOf, unproven } from './act.ts';

const DELETED: ReadonlySet<KeyStatus> = new Set(['gone', 'archived']);

/** Deletes the account that owns the key; proven when none of its keys is there any more. */
export const deleteOwner: Act = async (input) => {
  const { deps, provider, action, key } = input;
  const { ownerId, keyIds } = ownerDeletion.parse(action.params);
  if (provider.deleteKeyOwner === undefined) throw noRight(`connection ${key.connectionId} cannot delete accounts`);
  const found = await Promise.all(keyIds.map((id) => deps.store.read.keys.get(id)));
  const keys = found.filter((each) => each !== undefined);
  // An earlier try may have been applied although its answer was lost.
  if (action.attempts > 1) {
    const statuses = await readStatuses(input, keys);
    if (allDeleted(statuses)) return proven(statuses, ownerId, true);
  }
  await refuseUnseen(input, ownerId, keys);
  try {
    await provider.deleteKeyOwner(refOf(key), ownerId);
  } catch (error) {
    if (!isAppError(error, 'provider_not_found')) throw error;
  }
  const statuses = await readStatuses(input, keys).catch((cause: unknown) => {
    throw unproven('the account', cause);
  });
  if (allDeleted(statuses)) return proven(statuses, ownerId, false);
  const left = [...statuses.values()].filter((status) => !DELETED.has(status)).length;
  throw notShown('the account', `the owner of ${plural(left, 'key')}`);
};

/** The account's keys are read from the provider: one that the person did not see must not die unseen. */
async function refuseUnseen(input: ActInput, ownerId: string, keys: readonly Key[]): Promise<void> {
  const { deps, provider, key } = input;
  const scopes = (await deps.store.read.scopes.all()).filter(
    ({ id, providerId }) => id === key.scopeId && providerId === key.providerId,
  );
  // Without a scope nothing would be listed, and nothing would be missing.
  if (scopes.length === 0) throw conflict(ownerId, 'Nothing was deleted: where the account is, is not known any more.');
  const owned = (await provider.listKeys(scopes)).filter(({ owner }) => owner?.id === ownerId);
  const admin = owned.find(({ kind }) => kind === 'admin');
  if (admin !== undefined) throw conflict(ownerId, `Nothing was deleted. ${adminRefusal(admin.label)}`);
  const seen = new Set(keys.map(({ providerKeyId }) => providerKeyId));
  const unseen = owned.filter(({ id, status }) => !seen.has(id) && !STOPPED_STATUSES.has(status));
  if (unseen.length === 0) return;
  // The next look must show them, or nobody could ever agree to it.
  await readInventory(deps, provider);
  throw conflict(
    ownerId,
    `Nothing was deleted: the account has ${plural(unseen.length, 'more key')} than you were shown. Look again and decide anew.`,
  );
}

async function readStatuses({ provider }: ActInput, keys: readonly Key[]): Promise<ReadonlyMap<string, KeyStatus>> {
  return new Map(await mapInFlight(keys, async (key) => [key.id, await provider.readKeyStatus(refOf(key))] as const));
}

function allDeleted(statuses: ReadonlyMap<string, KeyStatus>): boolean {
  return [...statuses.values()].every((status) => DELETED.has(status));
}

function proven(statuses: ReadonlyMap<string, KeyStatus>, ownerId: string, already: boolean): Proven {
  return { already, statuses, limits: null, detail: { ownerId, keys: statuses.size } };
}

function conflict(ownerId: string, publicMessage: string): AppError {
  return new AppError({ code: 'conflict', message: `deletion of ${ownerId} refused`, publicMessage });
}
