import { canRequest } from '../../domain/action.ts';
import type { EarlyEnd } from '../../domain/early-end.ts';
import { AppError } from '../../domain/errors.ts';
import { recordEarlyEnds, refuseUntold } from '../rotation/early-end.ts';
import { accountOf, seenOf } from './account.ts';
import { type ConsentDeps, type ConsentInput, type RequestOutcome, recordConsented } from './record-consented.ts';
import { type Decide, invalid, type RequestDeps, refuseWrongSlug } from './record-request.ts';
import { changed } from './request-action.ts';

export interface RequestOwnerDeletionInput extends ConsentInput {
  readonly generation: number;
  /** What the person was shown, as `seenOf` gives it. */
  readonly seen: string;
  /** What the person was told that speaks against it, for any of those keys. */
  readonly told?: readonly EarlyEnd[];
}

/** Makes the deletion of the account that owns a key durable; all keys that go with it must have been shown. */
export async function requestOwnerDeletion(
  deps: ConsentDeps,
  input: RequestOwnerDeletionInput,
): Promise<RequestOutcome> {
  return recordConsented(deps, input, async (asked) => {
    const wanted = await decideOwnerDeletion(deps, input)(asked);
    refuseWrongSlug(asked.lineage, input.typedSlug);
    return wanted;
  });
}

/** Whether the account is as it was shown; asked again when a second person approves it. */
export function decideOwnerDeletion(
  deps: RequestDeps,
  input: Pick<RequestOwnerDeletionInput, 'generation' | 'seen' | 'told'>,
): Decide {
  return async ({ tx, key, lineage }) => {
    if (key.generation !== input.generation || !canRequest('revoke', key.status)) {
      throw changed(key, lineage, input.generation);
    }
    const account = await accountOf({ providers: deps.providers, repos: tx }, key);
    if (account === null) throw invalid('This key has no account that can be deleted from here.');
    if (account.refusal !== null)
      throw new AppError({
        code: 'forbidden',
        message: 'owns an admin key',
        publicMessage: `Nothing was done. ${account.refusal}`,
      });
    const keyIds = account.keys.map(({ id }) => id);
    if (seenOf(keyIds) !== input.seen) {
      throw new AppError({
        code: 'conflict',
        message: `the account of ${key.id} has other keys than were shown`,
        publicMessage: 'Nothing was done: the account has other keys than when you looked. Look again and decide anew.',
      });
    }
    const told = input.told ?? [];
    await refuseUntold(tx, keyIds, told);
    return {
      kind: 'delete_owner',
      idempotencyKey: `delete_owner:${key.connectionId}:${account.owner.id}`,
      params: { ownerId: account.owner.id, keyIds, ...(told.length === 0 ? {} : { overrides: told }) },
      detail: { ownerId: account.owner.id, keys: keyIds.length },
      withIt: (repos, action) => recordEarlyEnds(deps, { tx: repos, action }, told),
    };
  };
}
