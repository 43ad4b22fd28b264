import { AppError, publicMessageOf } from '../../domain/errors.ts';
import type { Key, ProviderKey } from '../../domain/key.ts';
import { plural } from '../../domain/time.ts';
import type { Provider } from '../../ports/provider.ts';

// Below this people do delete keys; above it, and more than half, an answer that broke off is likelier.
const FEW = 3;
const SHARE = 0.5;
const LOOKED_UP = 5;

/**
 * Refuses a key list in which most of the keys that we know are missing, unless the provider, asked for some of them one
 * by one, says that they are gone. What cannot be checked is not believed. Never inside a transaction.
 */
export async function refuseImplausible(
  provider: Provider,
  known: readonly Key[],
  listed: readonly ProviderKey[],
): Promise<void> {
  const ids = new Set(listed.map(({ id }) => id));
  const live = known.filter((key) => isLive(key, provider));
  const missing = live.filter((key) => !ids.has(key.providerKeyId));
  if (missing.length < FEW || missing.length <= live.length * SHARE) return;

  const asked = missing.toSorted(likelierAliveFirst).slice(0, LOOKED_UP);
  const answers = await Promise.allSettled(
    asked.map(({ providerKeyId, scopeId }) => provider.readKeyStatus({ providerKeyId, scopeId })),
  );
  const count = `${provider.title} listed ${live.length - missing.length} of ${plural(live.length, 'known key')}`;
  // An archived key cannot spend and may well be left out of a list.
  const alive = answers.filter(
    (answer) => answer.status === 'fulfilled' && answer.value !== 'gone' && answer.value !== 'archived',
  );
  if (alive.length > 0) {
    throw implausible(
      `${count}, but they still exist: of ${asked.length} looked up one by one, ${alive.length} ${alive.length === 1 ? 'is' : 'are'} there.`,
    );
  }
  const failure = answers.find((answer) => answer.status === 'rejected');
  if (failure === undefined) return;
  throw implausible(`${count}, and whether they still exist cannot be checked. ${publicMessageOf(failure.reason)}`);
}

function isLive(key: Key, { connectionId }: Provider): boolean {
  return key.connectionId === connectionId && key.kind === 'inference' && key.status !== 'gone';
}

function likelierAliveFirst(a: Key, b: Key): number {
  const working = Number(b.status === 'active') - Number(a.status === 'active');
  return working || (b.lastUsedAt ?? 0) - (a.lastUsedAt ?? 0) || (a.id < b.id ? -1 : 1);
}

function implausible(problem: string): AppError {
  return new AppError({
    code: 'provider_implausible',
    message: `key list not believed: ${problem}`,
    publicMessage: `${problem} The list was not believed and no key was marked as gone. If the admin key was replaced, check that the new one sees the same projects.`,
  });
}
