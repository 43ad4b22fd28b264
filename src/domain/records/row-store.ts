import { ByteChains, type Chain, type ChainReader } from './byte-chains.ts';
import { ownText } from './key-names.ts';

/** What a row is about, told once for all rows that share it. */
export interface RowKind {
  readonly model: string;
  readonly endpoint: string;
  readonly address: string | null;
  readonly statusCode: number;
}

/** A usage bucket, or a request as one without width. */
export interface Row extends RowKind {
  readonly key: string;
  readonly startAt: number;
  readonly widthMs: number;
  /** Null: not told. */
  readonly requests: number | null;
  readonly costMicroUsd: number;
}

/** All rows of a key as columns, ascending by start; rows of one start in the order in which they were read. */
export interface KeyRows {
  readonly key: string;
  readonly startAt: Float64Array;
  readonly widthMs: Float64Array;
  /** NaN: not told. */
  readonly requests: Float64Array;
  readonly costMicroUsd: Float64Array;
  /** Index into `kinds`. */
  readonly kind: Uint32Array;
  readonly kinds: readonly RowKind[];
}

// A row begins with one byte that tells what follows: most rows differ from the one before in little.
const START_SAME = 0;
const START_NEXT = 1;
const START_LATER = 2;
const START_EARLIER = 3;
const START_BITS = 3;
const NEW_WIDTH = 4;
const NEW_KIND = 8;
const REQUESTS_ONE = 16;
const REQUESTS_WHOLE = 32;
const REQUESTS_BROKEN = 48;
const REQUESTS_BITS = 48;

interface KeyChain extends Chain {
  count: number;
  firstEnd: number;
  startAt: number;
  widthMs: number;
  kind: number;
}

/** Keeps tens of millions of rows in any order, about eight bytes each, and gives them back key by key. */
export class RowStore {
  readonly #bytes = new ByteChains();
  readonly #chains = new Map<string, KeyChain>();
  readonly #kinds: RowKind[] = [];
  readonly #kindIds = new Map<string, number>();
  #count = 0;
  #from = Number.POSITIVE_INFINITY;
  #until = Number.NEGATIVE_INFINITY;

  /** From the start of the first row to the end of the last; the wrong way about where there is none. */
  get span(): { readonly from: number; readonly until: number } {
    return { from: this.#from, until: this.#until };
  }

  get count(): number {
    return this.#count;
  }

  /** In a fixed order, whatever the order of the rows. */
  keys(): readonly string[] {
    return [...this.#chains.keys()].sort();
  }

  has(key: string): boolean {
    return this.#chains.has(key);
  }

  /** When the first of a key's rows ended; infinite for a key that has none. */
  firstEndOf(key: string): number {
    return this.#chains.get(key)?.firstEnd ?? Number.POSITIVE_INFINITY;
  }

  add(row: Row): void {
    const chain = this.#chainOf(row.key);
    const kind = isKind(row, this.#kinds[chain.kind]) ? chain.kind : this.#kindOf(row);
    const { startAt, widthMs, requests } = row;
    const step = startAt - chain.startAt;
    const stepBits =
      step === 0 ? START_SAME : step < 0 ? START_EARLIER : step === chain.widthMs ? START_NEXT : START_LATER;
    const widthBit = widthMs === chain.widthMs ? 0 : NEW_WIDTH;
    const kindBit = kind === chain.kind ? 0 : NEW_KIND;
    const requestBits = requestBitsOf(requests);

    this.#bytes.byte(chain, stepBits | widthBit | kindBit | requestBits);
    if (stepBits >= START_LATER) this.#bytes.whole(chain, Math.abs(step));
    if (widthBit !== 0) this.#bytes.whole(chain, widthMs);
    if (kindBit !== 0) this.#bytes.whole(chain, kind);
    if (requestBits === REQUESTS_WHOLE) this.#bytes.whole(chain, requests ?? 0);
    if (requestBits === REQUESTS_BROKEN) this.#bytes.float(chain, requests ?? 0);
    this.#bytes.whole(chain, row.costMicroUsd);

    chain.startAt = startAt;
    chain.widthMs = widthMs;
    chain.kind = kind;
    chain.count += 1;
    chain.firstEnd = Math.min(chain.firstEnd, startAt + widthMs);
    this.#count += 1;
    this.#from = Math.min(this.#from, startAt);
    this.#until = Math.max(this.#until, startAt + widthMs);
  }

  /** Undefined for a key that has none. */
  rowsOf(key: string): KeyRows | undefined {
    const chain = this.#chains.get(key);
    return chain === undefined ? undefined : sorted(this.#read(key, chain));
  }

  #read(key: string, chain: KeyChain): KeyRows {
    const { count } = chain;
    const rows = columns({ key, count, kinds: this.#kinds });
    const reader = this.#bytes.reader(chain);
    let startAt = 0;
    let widthMs = 0;
    let kind = 0;
    for (let index = 0; index < count; index += 1) {
      const head = reader.byte();
      startAt += stepOf(head & START_BITS, widthMs, reader);
      if ((head & NEW_WIDTH) !== 0) widthMs = reader.whole();
      if ((head & NEW_KIND) !== 0) kind = reader.whole();
      rows.startAt[index] = startAt;
      rows.widthMs[index] = widthMs;
      rows.kind[index] = kind;
      rows.requests[index] = requestsOf(head & REQUESTS_BITS, reader);
      rows.costMicroUsd[index] = reader.whole();
    }
    return rows;
  }

  #chainOf(key: string): KeyChain {
    const known = this.#chains.get(key);
    if (known !== undefined) return known;
    const chain: KeyChain = {
      ...this.#bytes.open(),
      count: 0,
      firstEnd: Number.POSITIVE_INFINITY,
      startAt: 0,
      widthMs: 0,
      kind: 0,
    };
    this.#chains.set(key, chain);
    return chain;
  }

  #kindOf({ model, endpoint, address, statusCode }: RowKind): number {
    const text = `${model}\n${endpoint}\n${address ?? ''}\n${statusCode}`;
    const known = this.#kindIds.get(text);
    if (known !== undefined) return known;
    const id = this.#kinds.length;
    this.#kinds.push({
      model: ownText(model),
      endpoint: ownText(endpoint),
      address: address === null ? null : ownText(address),
      statusCode,
    });
    this.#kindIds.set(text, id);
    return id;
  }
}

function isKind(row: RowKind, kind: RowKind | undefined): boolean {
  return (
    kind !== undefined &&
    row.model === kind.model &&
    row.address === kind.address &&
    row.endpoint === kind.endpoint &&
    row.statusCode === kind.statusCode
  );
}

function requestBitsOf(requests: number | null): number {
  if (requests === null) return 0;
  if (requests === 1) return REQUESTS_ONE;
  return Number.isSafeInteger(requests) ? REQUESTS_WHOLE : REQUESTS_BROKEN;
}

function requestsOf(bits: number, reader: ChainReader): number {
  if (bits === 0) return Number.NaN;
  if (bits === REQUESTS_ONE) return 1;
  return bits === REQUESTS_WHOLE ? reader.whole() : reader.float();
}

function stepOf(bits: number, widthMs: number, reader: ChainReader): number {
  if (bits === START_SAME) return 0;
  if (bits === START_NEXT) return widthMs;
  return bits === START_LATER ? reader.whole() : -reader.whole();
}

function columns({ key, count, kinds }: Pick<KeyRows, 'key' | 'kinds'> & { readonly count: number }): KeyRows {
  return {
    key,
    kinds,
    startAt: new Float64Array(count),
    widthMs: new Float64Array(count),
    requests: new Float64Array(count),
    costMicroUsd: new Float64Array(count),
    kind: new Uint32Array(count),
  };
}

function sorted(rows: KeyRows): KeyRows {
  const { startAt } = rows;
  if (startAt.every((at, index) => index === 0 || at >= (startAt[index - 1] ?? 0))) return rows;
  const order = Uint32Array.from(startAt, (_, index) => index);
  order.sort((a, b) => (startAt[a] ?? 0) - (startAt[b] ?? 0) || a - b);
  return pick(rows, order);
}

/** These rows, in this order. */
export function pick(rows: KeyRows, order: ArrayLike<number>): KeyRows {
  const picked = columns({ key: rows.key, count: order.length, kinds: rows.kinds });
  for (let index = 0; index < order.length; index += 1) {
    const from = order[index] ?? 0;
    picked.startAt[index] = rows.startAt[from] ?? 0;
    picked.widthMs[index] = rows.widthMs[from] ?? 0;
    picked.requests[index] = rows.requests[from] ?? Number.NaN;
    picked.costMicroUsd[index] = rows.costMicroUsd[from] ?? 0;
    picked.kind[index] = rows.kind[from] ?? 0;
  }
  return picked;
}
