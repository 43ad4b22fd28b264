import type { Provider } from '../../ports/provider.ts';
import type { Deps } from '../deps.ts';
import { insertNewKey, newKeyContext } from './new-key.ts';

/** Usage of a key that the provider no longer lists: its money is real, so it gets a tombstone to stand under. */
export async function adoptUnknownKeys(
  deps: Pick<Deps, 'store' | 'clock' | 'ids' | 'policy'>,
  provider: Provider,
  unlisted: readonly (readonly [providerKeyId: string, scopeId: string | null])[],
): Promise<void> {
  await deps.store.write(async (tx) => {
    const known = new Set(
      (await tx.keys.all()).filter((key) => key.providerId === provider.id).map((key) => key.providerKeyId),
    );
    const context = await newKeyContext({ deps, provider, tx }, []);
    for (const [id, scopeId] of unlisted) {
      if (known.has(id)) continue;
      const unknown = { hint: null, createdAt: null, lastUsedAt: null, expiresAt: null, owner: null } as const;
      const label = `deleted ${id.slice(-6)}`;
      await insertNewKey(context, { ...unknown, id, scopeId, label, status: 'gone', kind: 'inference' }, 'usage');
    }
  });
}
