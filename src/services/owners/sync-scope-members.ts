import { toError } from '../../domain/errors.ts';
import { mapInFlight } from '../../domain/in-flight.ts';
import { STOPPED_STATUSES } from '../../domain/key.ts';
import type { ScopeMember } from '../../ports/owners.ts';
import type { Provider } from '../../ports/provider.ts';
import type { Scope } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

type SyncDeps = Pick<Deps, 'store' | 'clock' | 'providers' | 'logger'>;

/**
 * Reads who is in each project or workspace with working keys. Where one cannot be read, all of its connection stay as
 * they were; one of which the provider does not tell stays as it was told last.
 */
export async function syncScopeMembers(deps: SyncDeps): Promise<{ readonly members: number }> {
  const { keys, scopes } = deps.store.read;
  const inUse = new Set(
    (await keys.identities()).flatMap(({ providerId, scopeId, status }) =>
      scopeId === null || STOPPED_STATUSES.has(status) ? [] : [`${providerId}:${scopeId}`],
    ),
  );
  const wanted = (await scopes.all()).filter(
    ({ providerId, id, archived }) => !archived && inUse.has(`${providerId}:${id}`),
  );
  let members = 0;
  for (const provider of deps.providers.values()) {
    const found = await read(deps, provider, wanted).catch((error: unknown) => {
      deps.logger.warn('members not read', { connectionId: provider.connectionId, error: toError(error) });
      return null;
    });
    if (found === null) continue;
    members += found.length;
    await deps.store.write((tx) => tx.scopeMembers.replace(provider.connectionId, found, deps.clock.now()));
  }
  return { members };
}

/** Null where the provider does not tell. */
async function read(
  { store }: SyncDeps,
  provider: Provider,
  scopes: readonly Scope[],
): Promise<readonly Omit<ScopeMember, 'leftAt'>[] | null> {
  const { listMembers, connectionId } = provider;
  if (listMembers === undefined) return null;
  const own = scopes.filter((scope) => scope.connectionId === connectionId);
  const known = (await store.read.scopeMembers.all()).filter(({ leftAt }) => leftAt === null);
  const knownOf = ({ providerId, id }: Scope) =>
    known.filter((one) => one.providerId === providerId && one.scopeId === id);
  const lists = await mapInFlight(own, async (scope) => {
    const people = await listMembers(scope);
    if (people === null) return knownOf(scope);
    return people.map(({ id, name, email }) => ({
      providerId: provider.id,
      scopeId: scope.id,
      providerUserId: id,
      name,
      email,
    }));
  });
  return lists.flat();
}
