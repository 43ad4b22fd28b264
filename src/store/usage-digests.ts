import { createHash } from 'node:crypto';
import type { UsageRange, UsageRow } from '../ports/store.ts';

// Of one connection; far more than its trailing minutes. A first start passes here with a month of hours.
const MAX_REMEMBERED = 5_000;
// Where traffic is sparse, one query over all is cheaper than one for each gap.
const MAX_PARTS = 8;

interface Digest {
  readonly endAt: number;
  readonly text: string;
}

/** By the bucket's start. */
export type Digests = ReadonlyMap<number, Digest>;

/**
 * What this process last made each bucket of a connection hold. A poll reads the same minutes again and again; where the
 * answer is what it was, the stored rows need not be read to know that nothing changes.
 */
export class UsageDigests {
  readonly #byConnection = new Map<string, Map<number, Digest>>();
  #dataVersion: number | undefined;

  /** To be called in each transaction before a digest is relied on: another process may have written meanwhile. */
  checkVersion(dataVersion: number): void {
    if (dataVersion !== this.#dataVersion) this.clear();
    this.#dataVersion = dataVersion;
  }

  /** The parts of the range in which the stored rows may differ from what is wanted, ascending. */
  changedParts(connectionId: string, range: UsageRange, wanted: Digests): readonly UsageRange[] {
    const known = this.#byConnection.get(connectionId);
    if (known === undefined) return [range];
    const parts: UsageRange[] = [];
    let from = range.from;
    for (const [startAt, { text, endAt }] of [...wanted].sort(([a], [b]) => a - b)) {
      const before = known.get(startAt);
      if (before?.text !== text || before.endAt !== endAt || startAt < from) continue;
      if (startAt > from) parts.push({ from, to: startAt });
      from = endAt;
    }
    if (from < range.to) parts.push({ from, to: range.to });
    const [first, last] = [parts[0], parts.at(-1)];
    return parts.length <= MAX_PARTS || !first || !last ? parts : [{ from: first.from, to: last.to }];
  }

  /** Before these parts are written: until the transaction commits nobody can say what they hold. */
  forget(connectionId: string, parts: readonly UsageRange[]): void {
    const known = this.#byConnection.get(connectionId);
    for (const startAt of known?.keys() ?? []) {
      if (parts.some(({ from, to }) => startAt >= from && startAt < to)) known?.delete(startAt);
    }
  }

  /** Of every connection: older buckets are being folded. */
  forgetBefore(at: number): void {
    for (const known of this.#byConnection.values()) {
      for (const startAt of known.keys()) if (startAt < at) known.delete(startAt);
    }
  }

  /** After the commit. */
  keep(connectionId: string, digests: Digests): void {
    const known = this.#byConnection.get(connectionId) ?? new Map<number, Digest>();
    if (known.size + digests.size > MAX_REMEMBERED) known.clear();
    for (const [startAt, digest] of digests) known.set(startAt, digest);
    this.#byConnection.set(connectionId, known);
  }

  clear(): void {
    this.#byConnection.clear();
  }
}

/** One digest per bucket. The order of rows counts: another one only costs a look at the stored rows. */
export function digestsOf(rows: readonly UsageRow[]): Digests {
  const texts = new Map<number, { endAt: number; lines: string[] }>();
  for (const row of rows) {
    const bucket = texts.get(row.startAt) ?? { endAt: row.startAt + row.widthMs, lines: [] };
    bucket.endAt = Math.max(bucket.endAt, row.startAt + row.widthMs);
    bucket.lines.push(lineOf(row));
    texts.set(row.startAt, bucket);
  }
  return new Map(
    [...texts].map(([startAt, { endAt, lines }]) => {
      const text = createHash('sha256').update(lines.join('\n')).digest('base64');
      return [startAt, { endAt, text }];
    }),
  );
}

function lineOf(row: UsageRow): string {
  const { uncachedInput, cachedInput, cacheWrite5m, cacheWrite1h, output } = row.tokens;
  const identity = `${row.keyId}\u0000${row.model}\u0000${row.endpoint}\u0000${row.variant}\u0000${row.widthMs}`;
  const figures = `${uncachedInput} ${cachedInput} ${cacheWrite5m} ${cacheWrite1h} ${output} ${row.requests}`;
  return `${identity}\u0000${figures} ${row.costMicroUsd} ${row.priceSource} ${row.priceVersion}`;
}
