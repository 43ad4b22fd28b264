import { groupBy, inSlices } from '../../domain/collections.ts';
import { type UnpricedThing, unpricedSubject, unpricedThings } from '../../domain/unpriced.ts';
import { noKeyId, type ProviderUsage, totalTokens, variantKey, worsePriceSource } from '../../domain/usage.ts';
import type { Provider, UsagePart } from '../../ports/provider.ts';
import type { KeyIdentity, UsageRow } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { reportUnpriced } from '../notices/report-unpriced.ts';
import { KeyBook } from './key-book.ts';
import { usageOwners } from './usage-owners.ts';

// A slice of this many rows is priced, compared and written in a few dozen milliseconds.
const SLICE_ROWS = 2_000;
const TOUCHES_AT_ONCE = 500;

export type StoreUsageDeps = Pick<
  Deps,
  'store' | 'clock' | 'ids' | 'policy' | 'logger' | 'prices' | 'providers' | 'breathe'
>;

/**
 * Prices what a provider says and makes the store hold exactly its rows, slice by slice of time. A slice is complete in
 * itself: a crash between two leaves some of the window as it was, and the next poll reads it again.
 */
export class UsageWriter {
  readonly #deps: StoreUsageDeps;
  readonly #provider: Provider;
  readonly #book: KeyBook;
  readonly #newestUse = new Map<string, number>();
  /** What was met without a known price, by its subject. */
  readonly #unpriced = new Map<string, UnpricedThing>();

  constructor(deps: StoreUsageDeps, provider: Provider) {
    this.#deps = deps;
    this.#provider = provider;
    this.#book = new KeyBook(deps, provider);
  }

  async write(part: UsagePart): Promise<void> {
    const { store, clock, breathe } = this.#deps;
    const keys = await this.#book.keysOf(part.usage);
    const owners = await usageOwners(this.#deps, this.#provider, keys);
    const context = { deps: this.#deps, provider: this.#provider, keys };
    for (const slice of slicesOf(part)) {
      const own = slice.usage.filter((item) => owners.isOwn(item));
      const rows = mergeRows(own.map((item) => priced(context, item)));
      await store.write(async (tx) => {
        await owners.takeOver(tx, own);
        await tx.usage.replaceWindow(this.#provider.connectionId, slice, rows);
      });
      for (const thing of unpricedThings(this.#provider.id, rows, clock.now())) {
        this.#unpriced.set(unpricedSubject(thing), thing);
      }
      noteUse(this.#newestUse, rows);
      await breathe();
    }
  }

  /** After the last part: what the rows mean besides money. */
  async finish(): Promise<void> {
    const met = this.#unpriced.values();
    await this.#deps.store.write((tx) => reportUnpriced({ deps: this.#deps, tx }, this.#provider, met));
    await this.#touchKeys();
  }

  /** A key's last use is the start of the newest bucket that it spent in, where the provider does not say it later. */
  async #touchKeys(): Promise<void> {
    const { store, breathe } = this.#deps;
    const later = [...this.#book.known()].flatMap(({ id, lastUsedAt }): [string, number][] => {
      const usedAt = this.#newestUse.get(id);
      return usedAt !== undefined && usedAt > (lastUsedAt ?? 0) ? [[id, usedAt]] : [];
    });
    for (const slice of inSlices(later, TOUCHES_AT_ONCE)) {
      await store.write(async (tx) => {
        for (const [id, usedAt] of slice) await tx.keys.touchLastUsed(id, usedAt);
      });
      await breathe();
    }
  }
}

/** Cuts an answer at bucket starts, ascending. Buckets with nothing in them belong to the slice before them. */
function slicesOf({ from, to, usage }: UsagePart): readonly UsagePart[] {
  const slices: UsagePart[] = [];
  let open: ProviderUsage[] = [];
  let openedAt = from;
  for (const [startAt, rows] of [...groupBy(usage, ({ startAt }) => startAt)].sort(([a], [b]) => a - b)) {
    if (open.length > 0 && open.length + rows.length > SLICE_ROWS) {
      slices.push({ from: openedAt, to: startAt, usage: open });
      open = [];
      openedAt = startAt;
    }
    open = open.length === 0 ? rows : open.concat(rows);
  }
  slices.push({ from: openedAt, to, usage: open });
  return slices;
}

interface PriceContext {
  readonly deps: StoreUsageDeps;
  readonly provider: Provider;
  /** By the provider's own id. */
  readonly keys: ReadonlyMap<string, KeyIdentity>;
}

function priced({ deps, provider, keys }: PriceContext, usage: ProviderUsage): UsageRow {
  const price = deps.prices.price(provider.id, usage);
  const keyId = usage.providerKeyId === null ? undefined : keys.get(usage.providerKeyId)?.id;
  return {
    connectionId: provider.connectionId,
    keyId: keyId ?? noKeyId(provider.connectionId, usage.scopeId),
    model: usage.model,
    endpoint: usage.endpoint,
    variant: variantKey(usage.variant),
    startAt: usage.startAt,
    widthMs: usage.widthMs,
    tokens: usage.tokens,
    requests: usage.requests,
    costMicroUsd: price.costMicroUsd,
    priceSource: price.source,
    priceVersion: deps.prices.version,
  };
}

/** One row per identity: a provider may split a bucket by something that we do not keep, such as the scope. */
function mergeRows(rows: readonly UsageRow[]): UsageRow[] {
  const merged = new Map<string, UsageRow>();
  for (const row of rows) {
    const { startAt, keyId, model, endpoint, variant } = row;
    const identity = `${startAt}\u0000${keyId}\u0000${model}\u0000${endpoint}\u0000${variant}`;
    const other = merged.get(identity);
    merged.set(identity, other === undefined ? row : addRows(other, row));
  }
  return [...merged.values()];
}

function addRows(a: UsageRow, b: UsageRow): UsageRow {
  return {
    ...a,
    tokens: {
      uncachedInput: a.tokens.uncachedInput + b.tokens.uncachedInput,
      cachedInput: a.tokens.cachedInput + b.tokens.cachedInput,
      cacheWrite5m: a.tokens.cacheWrite5m + b.tokens.cacheWrite5m,
      cacheWrite1h: a.tokens.cacheWrite1h + b.tokens.cacheWrite1h,
      output: a.tokens.output + b.tokens.output,
    },
    requests: a.requests === null || b.requests === null ? null : a.requests + b.requests,
    costMicroUsd: a.costMicroUsd + b.costMicroUsd,
    priceSource: worsePriceSource(a.priceSource, b.priceSource),
  };
}

function noteUse(newest: Map<string, number>, rows: readonly UsageRow[]): void {
  for (const row of rows) {
    if (totalTokens(row.tokens) === 0 && !row.requests) continue;
    newest.set(row.keyId, Math.max(newest.get(row.keyId) ?? 0, row.startAt));
  }
}
