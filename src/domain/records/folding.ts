import { floorTo } from '../time.ts';
import { ownText } from './key-names.ts';
import type { Row, RowStore } from './row-store.ts';
import { FOLD_MS } from './series.ts';

/** A bucket is written early where so many models were seen in it. */
const MOST_OPEN = 64;

export interface Folding {
  /** Whether the first request of a key from each address is kept with it; else addresses are left out. */
  readonly addresses: boolean;
  /** Requests that are kept one by one. */
  readonly isKept: (key: string, at: number) => boolean;
}

/** One row of it, of a model and an endpoint. */
interface Sum {
  readonly model: string;
  readonly endpoint: string;
  lastAt: number;
  requests: number;
  costMicroUsd: number;
}

interface OpenBucket {
  startAt: number;
  sums: Sum[];
  readonly addresses: Set<string>;
}

/**
 * Sums requests up by five minutes on their way into a store, so that a file takes memory by its time and keys, not by its
 * lines. Days, hours, what was used and, as the end of its row, the last request stay as they were; outcomes are lost.
 */
export class FoldedRows {
  readonly #store: RowStore;
  readonly #folding: Folding;
  readonly #open = new Map<string, OpenBucket>();
  readonly #texts = new Map<string, string>();

  constructor(store: RowStore, folding: Folding) {
    this.#store = store;
    this.#folding = folding;
  }

  add(row: Row): void {
    const open = this.#openOf(row.key);
    if (this.#folding.isKept(row.key, row.startAt) || this.#isNewAddress(open, row.address)) {
      this.#store.add(this.#folding.addresses ? row : { ...row, address: null });
      return;
    }
    const startAt = floorTo(row.startAt, FOLD_MS);
    if (startAt !== open.startAt || open.sums.length >= MOST_OPEN) this.#write(row.key, open);
    open.startAt = startAt;
    const sum = this.#sumOf(open, row);
    sum.lastAt = Math.max(sum.lastAt, row.startAt);
    sum.requests += row.requests ?? 0;
    sum.costMicroUsd += row.costMicroUsd;
  }

  /** Nothing is in the store for certain before. */
  end(): void {
    for (const [key, open] of this.#open) this.#write(key, open);
  }

  #openOf(key: string): OpenBucket {
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    const open: OpenBucket = { startAt: Number.NaN, sums: [], addresses: new Set() };
    this.#open.set(key, open);
    return open;
  }

  #isNewAddress({ addresses }: OpenBucket, address: string | null): boolean {
    if (!this.#folding.addresses || address === null || addresses.has(address)) return false;
    addresses.add(this.#textOf(address));
    return true;
  }

  #sumOf(open: OpenBucket, { model, endpoint }: Row): Sum {
    const known = open.sums.find((sum) => sum.model === model && sum.endpoint === endpoint);
    if (known !== undefined) return known;
    const names = { model: this.#textOf(model), endpoint: this.#textOf(endpoint) };
    const sum: Sum = { ...names, lastAt: open.startAt, requests: 0, costMicroUsd: 0 };
    open.sums.push(sum);
    return sum;
  }

  #write(key: string, open: OpenBucket): void {
    const { startAt, sums } = open;
    for (const { model, endpoint, lastAt, requests, costMicroUsd } of sums) {
      const widthMs = lastAt - startAt;
      this.#store.add({
        ...{ key, startAt, widthMs, model, endpoint, address: null, statusCode: 200 },
        ...{ requests, costMicroUsd },
      });
    }
    open.sums = [];
  }

  #textOf(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const own = ownText(text);
    this.#texts.set(own, own);
    return own;
  }
}
