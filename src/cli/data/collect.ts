import { canonicalAddress } from '../../domain/address.ts';
import { FoldedRows, type Folding } from '../../domain/records/folding.ts';
import { type KeyNames, ownText } from '../../domain/records/key-names.ts';
import type { RequestLine, UsageLine } from '../../domain/records/lines.ts';
import { type Row, RowStore } from '../../domain/records/row-store.ts';
import { deservesNotice } from '../../domain/unpriced.ts';
import { totalTokens, USUAL_VARIANT } from '../../domain/usage.ts';
import type { PriceAnywhere } from '../../providers/lib/offline-prices.ts';
import type { Progress } from './file-text.ts';
import { type FileReport, readDataFile } from './read-file.ts';

/** Of addresses as they were written. */
const ADDRESSES_REMEMBERED = 10_000;

/** By model: what it was priced as, null for nothing. */
export type Unpriced = Map<string, { readonly pricedAs: string | null; rows: number }>;

export interface CollectOptions {
  readonly path: string;
  readonly names: KeyNames;
  readonly price: PriceAnywhere;
  /** What has no price of its own is added here. */
  readonly unpriced: Unpriced;
  readonly progress?: Progress;
  /** Requests are summed up; left out: each is kept. */
  readonly folding?: Folding;
}

export interface Collected {
  readonly store: RowStore;
  readonly report: FileReport;
}

/** Reads a file into memory, about eight bytes a row; what costs nothing there is priced by its tokens. */
export async function collectRows({ path, progress, folding, ...options }: CollectOptions): Promise<Collected> {
  const store = new RowStore();
  const nameOf = addressNames();
  const folded = folding === undefined ? null : new FoldedRows(store, folding);
  const take = (line: UsageLine | RequestLine) => {
    const row = rowOf(line, { ...options, nameOf });
    if (folded !== null && line.kind === 'requests') folded.add(row);
    else store.add(row);
  };
  const report = await readDataFile({ path, take, ...(progress === undefined ? {} : { progress }) });
  folded?.end();
  return { store, report };
}

/** One text for each address, however a log writes it; most lines repeat an address of some lines before. */
function addressNames(): (text: string | null) => string | null {
  const known = new Map<string, string>();
  return (text) => {
    if (text === null) return null;
    const name = known.get(text);
    if (name !== undefined) return name;
    if (known.size >= ADDRESSES_REMEMBERED) known.clear();
    const found = ownText(canonicalAddress(text));
    known.set(ownText(text), found);
    return found;
  };
}

interface Reading extends Omit<CollectOptions, 'path' | 'progress' | 'folding'> {
  readonly nameOf: (address: string | null) => string | null;
}

function rowOf(line: UsageLine | RequestLine, pricing: Reading): Row {
  const key = pricing.names.nameOf(line.key);
  const { model, endpoint } = line;
  if (line.kind === 'requests') {
    const { at: startAt, statusCode } = line;
    const address = pricing.nameOf(line.sourceIp);
    const costMicroUsd = line.costMicroUsd ?? costOf(line, { startAt, widthMs: 0, requests: 1 }, pricing);
    return { key, startAt, widthMs: 0, model, endpoint, address, statusCode, requests: 1, costMicroUsd };
  }
  const { startAt, widthMs, requests } = line;
  const costMicroUsd = line.costMicroUsd ?? costOf(line, line, pricing);
  return { key, startAt, widthMs, model, endpoint, address: null, statusCode: 200, requests, costMicroUsd };
}

function costOf(
  { model, endpoint, tokens }: UsageLine | RequestLine,
  { startAt, widthMs, requests }: Pick<Row, 'startAt' | 'widthMs' | 'requests'>,
  { price, unpriced }: Reading,
): number {
  const { costMicroUsd, source, pricedAs } = price({
    providerKeyId: null,
    scopeId: null,
    model,
    endpoint,
    variant: USUAL_VARIANT,
    startAt,
    widthMs,
    tokens,
    requests,
  });
  // A request that failed has no tokens, and no price to be missed.
  if (deservesNotice(source) && totalTokens(tokens) > 0) {
    const known = unpriced.get(model);
    if (known === undefined) unpriced.set(ownText(model), { pricedAs, rows: 1 });
    else known.rows += 1;
  }
  return costMicroUsd;
}
