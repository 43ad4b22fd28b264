import type { Key, KeyOwner } from '../../domain/key.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

/** The service account that owns a key, and what would go with it. */
export interface Account {
  readonly owner: KeyOwner;
  /** Every key of the account that is still there, the one that was asked about included. */
  readonly keys: readonly Key[];
  /** Why it is never deleted from here; null when it may be. */
  readonly refusal: string | null;
}

/** Null for a key whose account cannot be deleted from here: owned by a person, an admin key, or without the right. */
export async function accountOf(
  { providers, repos }: { readonly providers: Deps['providers']; readonly repos: Pick<Repos, 'keys'> },
  key: Key,
): Promise<Account | null> {
  const { owner } = key;
  const canDelete = providers.get(key.connectionId)?.deleteKeyOwner !== undefined;
  if (owner?.kind !== 'service_account' || key.kind === 'admin' || !canDelete || isOver(key)) return null;
  const scopes = key.scopeId === null ? [null] : [key.scopeId, null];
  const all = (await Promise.all(scopes.map((scopeId) => repos.keys.ofScope(key.providerId, scopeId)))).flat();
  const keys = all.filter((each) => each.owner?.id === owner.id && !isOver(each));
  const admin = keys.find(({ kind }) => kind === 'admin');
  return {
    owner,
    keys: keys.filter(({ kind }) => kind !== 'admin'),
    refusal: admin ? adminRefusal(admin.label) : null,
  };
}

/** An account as people are shown it before they agree to its end. */
export interface AccountCard {
  readonly owner: KeyOwner;
  readonly keyIds: readonly string[];
  /** The other keys that go with it, by slug. */
  readonly siblings: readonly string[];
  readonly refusal: string | null;
}

/** Null where there is no account to delete. */
export async function describeAccount(
  { providers, store }: Pick<Deps, 'providers' | 'store'>,
  key: Key,
): Promise<AccountCard | null> {
  const account = await accountOf({ providers, repos: store.read }, key);
  if (account === null) return null;
  const { owner, keys, refusal } = account;
  const others = keys.filter(({ id }) => id !== key.id);
  const siblings = await Promise.all(
    others.map(async ({ lineageId, label }) => (await store.read.lineages.get(lineageId))?.slug ?? label),
  );
  return { owner, keyIds: keys.map(({ id }) => id), siblings: siblings.sort(), refusal };
}

/** Stands for a list of keys, however long, in a modal: keys are added to an account, never exchanged. */
export function seenOf(keyIds: readonly string[]): string {
  return `${keyIds.length} ${keyIds.at(-1) ?? ''}`;
}

/** For an account that owns an admin key: Keysteward itself may work with it. */
export function adminRefusal(label: string): string {
  return `This account also owns the admin key ${label}, and Keysteward never deletes an admin key: it may be the one that Keysteward works with. Delete the account in the provider’s console.`;
}

function isOver({ status }: Key): boolean {
  return status === 'gone' || status === 'archived';
}
