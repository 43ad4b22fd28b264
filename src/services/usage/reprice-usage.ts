import type { Actor } from '../../domain/actor.ts';
import { dayText } from '../../domain/time.ts';
import { unpricedUsage } from '../../domain/usage.ts';
import type { UsageRange, UsageRow } from '../../ports/store.ts';
import type { NewPrice } from '../../ports/usage-prices.ts';
import type { Deps } from '../deps.ts';

export interface RepriceOptions {
  /** Null: everything that was priced under another version, whenever it was used. */
  readonly window: UsageRange | null;
  /** Of these connections, by id: the provider that priced them. */
  readonly providerOf: ReadonlyMap<string, string>;
  readonly actor: Actor;
  readonly dryRun: boolean;
}

export interface RepricedModel {
  readonly model: string;
  readonly endpoint: string;
  readonly rows: number;
  readonly beforeMicroUsd: number;
  readonly afterMicroUsd: number;
}

export interface RepriceReport {
  readonly version: string;
  /** Looked at. */
  readonly rows: number;
  /** Of these, the ones whose price, its source or its version is another one now. */
  readonly changed: number;
  readonly beforeMicroUsd: number;
  readonly afterMicroUsd: number;
  /** Where money changes, the largest change first. */
  readonly models: readonly RepricedModel[];
}

type RepriceDeps = Pick<Deps, 'store' | 'clock' | 'prices'>;

// One transaction: short enough that a poll of the running bot does not wait for it.
const SLICE_ROWS = 1_000;
const ALWAYS: UsageRange = { from: 0, to: Number.MAX_SAFE_INTEGER };

/**
 * Prices stored usage again with the present prices, in slices, also beside a running bot. The first pass only reads, so
 * that the audit entry, which is written together with the first change, already says what it comes to.
 */
export async function repriceUsage(deps: RepriceDeps, options: RepriceOptions): Promise<RepriceReport> {
  const sums = new Sums();
  for await (const slice of slices(deps, options)) for (const price of slice) sums.add(price);
  const report = sums.report(deps.prices.version);
  if (options.dryRun || report.changed === 0) return report;

  let isAudited = false;
  for await (const slice of slices(deps, options)) {
    const changed = slice.filter(isChange);
    if (changed.length === 0) continue;
    await deps.store.write(async (tx) => {
      await tx.usagePrices.reprice(changed);
      if (!isAudited) await tx.audit.append(auditEntry(deps, options, report));
    });
    isAudited = true;
  }
  return report;
}

/** Every row of the window with its price of today. Read outside of any transaction. */
async function* slices(
  { store, prices }: RepriceDeps,
  { window, providerOf }: RepriceOptions,
): AsyncGenerator<readonly NewPrice[]> {
  const range = window ?? ALWAYS;
  const exceptVersion = window === null ? prices.version : null;
  for (const [connectionId, providerId] of providerOf) {
    let last: UsageRow | null = null;
    for (;;) {
      const which = { ...range, connectionId, exceptVersion };
      const rows: readonly UsageRow[] = await store.read.usagePrices.page(which, last, SLICE_ROWS);
      yield rows.map((row) => {
        const { costMicroUsd, source } = prices.price(providerId, unpricedUsage(row));
        return { row, costMicroUsd, priceSource: source, priceVersion: prices.version };
      });
      last = rows.at(-1) ?? null;
      if (last === null || rows.length < SLICE_ROWS) break;
    }
  }
}

function isChange({ row, costMicroUsd, priceSource, priceVersion }: NewPrice): boolean {
  return row.costMicroUsd !== costMicroUsd || row.priceSource !== priceSource || row.priceVersion !== priceVersion;
}

class Sums {
  readonly #models = new Map<string, { -readonly [Field in keyof RepricedModel]: RepricedModel[Field] }>();
  #changed = 0;

  add(price: NewPrice): void {
    const { model, endpoint, costMicroUsd } = price.row;
    const key = `${endpoint}|${model}`;
    const sum = this.#models.get(key) ?? { model, endpoint, rows: 0, beforeMicroUsd: 0, afterMicroUsd: 0 };
    sum.rows += 1;
    sum.beforeMicroUsd += costMicroUsd;
    sum.afterMicroUsd += price.costMicroUsd;
    this.#models.set(key, sum);
    if (isChange(price)) this.#changed += 1;
  }

  report(version: string): RepriceReport {
    const all = [...this.#models.values()];
    const total = (of: (sum: RepricedModel) => number) => all.reduce((sum, model) => sum + of(model), 0);
    const change = (sum: RepricedModel) => Math.abs(sum.afterMicroUsd - sum.beforeMicroUsd);
    return {
      version,
      rows: total(({ rows }) => rows),
      changed: this.#changed,
      beforeMicroUsd: total(({ beforeMicroUsd }) => beforeMicroUsd),
      afterMicroUsd: total(({ afterMicroUsd }) => afterMicroUsd),
      models: all.filter((sum) => change(sum) > 0).sort((a, b) => change(b) - change(a)),
    };
  }
}

function auditEntry({ clock }: RepriceDeps, { window, providerOf, actor }: RepriceOptions, report: RepriceReport) {
  return {
    at: clock.now(),
    actor,
    verb: 'usage.repriced',
    subject: [...providerOf.keys()].join(', '),
    detail: {
      from: window === null ? null : dayText(window.from),
      to: window === null ? null : dayText(window.to - 1),
      rows: report.changed,
      beforeMicroUsd: report.beforeMicroUsd,
      afterMicroUsd: report.afterMicroUsd,
      version: report.version,
    },
  };
}
