import { AppError, type ErrorCode } from '../../domain/errors.ts';
import type { ProviderUsage } from '../../domain/usage.ts';
import type { Provider } from '../../ports/provider.ts';
import type { KeyIdentity } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { adoptUnknownKeys } from '../inventory/adopt-unknown-keys.ts';
import { syncInventory } from '../inventory/sync-inventory.ts';

// All that a provider can do wrong with a list; our own faults are not among them.
const READING_FAULTS: ReadonlySet<ErrorCode> = new Set([
  'provider_implausible',
  'provider_auth',
  'provider_denied',
  'provider_not_found',
  'provider_rejected',
  'provider_rate_limited',
  'provider_unavailable',
]);

type BookDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'policy' | 'logger' | 'providers' | 'breathe'>;

/** Our keys by the provider's own ids, read once for a window of usage. */
export class KeyBook {
  readonly #deps: BookDeps;
  readonly #provider: Provider;
  #keys: ReadonlyMap<string, KeyIdentity> | undefined;

  constructor(deps: BookDeps, provider: Provider) {
    this.#deps = deps;
    this.#provider = provider;
  }

  /** As far as it was read. */
  known(): Iterable<KeyIdentity> {
    return this.#keys?.values() ?? [];
  }

  /** Our key for each provider key id in the answer. A key that nobody knows is money: the inventory is read at once. */
  async keysOf(usage: readonly ProviderUsage[]): Promise<ReadonlyMap<string, KeyIdentity>> {
    const known = this.#keys ?? (await this.#read());
    const isKnown = ({ providerKeyId }: ProviderUsage) => providerKeyId === null || known.has(providerKeyId);
    if (usage.every(isKnown)) return known;

    // A list that cannot be read must not stop the watching: what it would have named gets a tombstone until then.
    await syncInventory(this.#deps, this.#provider).catch((error: unknown) => {
      if (!(error instanceof AppError) || !READING_FAULTS.has(error.code)) throw error;
      this.#deps.logger.warn('the key list cannot be read for an unknown key', { error });
    });
    const listed = await this.#read();
    const unlisted = new Map<string, string | null>();
    for (const { providerKeyId, scopeId } of usage) {
      if (providerKeyId !== null && !listed.has(providerKeyId)) unlisted.set(providerKeyId, scopeId);
    }
    if (unlisted.size === 0) return listed;
    await adoptUnknownKeys(this.#deps, this.#provider, [...unlisted]);
    return this.#read();
  }

  async #read(): Promise<ReadonlyMap<string, KeyIdentity>> {
    const keys = await this.#deps.store.read.keys.identities();
    const own = keys.filter(({ providerId }) => providerId === this.#provider.id);
    this.#keys = new Map(own.map((key) => [key.providerKeyId, key]));
    return this.#keys;
  }
}
