import { type ProviderUsage, type TokenCounts, totalTokens, variantKey } from '../../domain/usage.ts';
import type { UsageWindow } from '../../ports/provider.ts';
import { MalformedAnswer } from './provider-error.ts';

/** Gathers one row per identity inside the window, page by page; idle rows are left out. */
export class UsageTidier {
  readonly #window: UsageWindow;
  readonly #buckets = new Map<number, ProviderUsage[]>();
  /** Where each row of one bucket stands in it. Answers go bucket by bucket, so one index at a time is enough. */
  #index = new Map<string, number>();
  #indexedStart = Number.NaN;
  #takenUntil = Number.NEGATIVE_INFINITY;
  /** What was sent last of each bucket. */
  readonly #sent = new Map<number, readonly ProviderUsage[]>();
  /** One copy of each name: an answer repeats every id in every bucket. */
  readonly #names = new Map<string, string>();

  constructor(window: UsageWindow) {
    this.#window = window;
  }

  /** One bucket, or the part of it that is on this page. A bucket that is sent twice counts once. */
  add(startAt: number, rows: readonly ProviderUsage[]): void {
    const before = this.#sent.get(startAt);
    if (before !== undefined && rows.length > 0 && sameRows(before, rows)) return;
    this.#sent.set(startAt, rows);
    for (const row of rows) this.#addRow(row);
  }

  #addRow(row: ProviderUsage): void {
    if (row.startAt < this.#window.from || row.startAt >= this.#window.to) return;
    if (totalTokens(row.tokens) === 0 && (row.requests ?? 0) === 0) return;
    if (row.startAt < this.#takenUntil) throw new MalformedAnswer('a bucket came after the page that it belongs to');
    const bucket = this.#bucketOf(row.startAt);
    const identity = identityOf(row);
    const place = this.#index.get(identity);
    const known = place === undefined ? undefined : bucket[place];
    if (place !== undefined && known !== undefined) bucket[place] = sumOf(known, row);
    else this.#index.set(identity, bucket.push(this.#named(row)) - 1);
  }

  /** Hands out the rows of every bucket that starts before `until`, ascending; nothing may be added to them any more. */
  take(until = Number.POSITIVE_INFINITY): ProviderUsage[] {
    const starts = [...this.#buckets.keys()].filter((startAt) => startAt < until).sort((a, b) => a - b);
    const rows = starts.flatMap((startAt) => this.#buckets.get(startAt) ?? []);
    for (const startAt of starts) this.#buckets.delete(startAt);
    for (const startAt of this.#sent.keys()) if (startAt < until) this.#sent.delete(startAt);
    this.#takenUntil = Math.max(this.#takenUntil, until);
    return rows;
  }

  #named(row: ProviderUsage): ProviderUsage {
    return {
      ...row,
      providerKeyId: row.providerKeyId && this.#one(row.providerKeyId),
      scopeId: row.scopeId && this.#one(row.scopeId),
      model: this.#one(row.model),
    };
  }

  #one(name: string): string {
    const known = this.#names.get(name);
    if (known === undefined) this.#names.set(name, name);
    return known ?? name;
  }

  #bucketOf(startAt: number): ProviderUsage[] {
    const bucket = this.#buckets.get(startAt) ?? [];
    if (startAt !== this.#indexedStart) {
      this.#buckets.set(startAt, bucket);
      this.#index = new Map(bucket.map((row, place) => [identityOf(row), place]));
      this.#indexedStart = startAt;
    }
    return bucket;
  }
}

function sameRows(a: readonly ProviderUsage[], b: readonly ProviderUsage[]): boolean {
  return a.length === b.length && a.every((row, index) => JSON.stringify(row) === JSON.stringify(b[index]));
}

/** What makes a row within its bucket. */
function identityOf({ providerKeyId, scopeId, model, endpoint, variant }: ProviderUsage): string {
  return `${providerKeyId ?? ''}\u0000${scopeId ?? ''}\u0000${model}\u0000${endpoint}\u0000${variantKey(variant)}`;
}

function sumOf(a: ProviderUsage, b: ProviderUsage): ProviderUsage {
  return {
    ...a,
    tokens: addTokens(a.tokens, b.tokens),
    requests: a.requests === null && b.requests === null ? null : (a.requests ?? 0) + (b.requests ?? 0),
  };
}

function addTokens(a: TokenCounts, b: TokenCounts): TokenCounts {
  return {
    uncachedInput: a.uncachedInput + b.uncachedInput,
    cachedInput: a.cachedInput + b.cachedInput,
    cacheWrite5m: a.cacheWrite5m + b.cacheWrite5m,
    cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
    output: a.output + b.output,
  };
}
