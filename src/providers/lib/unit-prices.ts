import { DAY_MS } from '../../domain/time.ts';
import type { PriceSource, ProviderUsage } from '../../domain/usage.ts';

/** What a call, session or gigabyte costs where tokens do not tell; the count is in the row's `requests`. */
interface UnitPrice {
  readonly providerId: string;
  readonly endpoint: string;
  readonly microUsd: number;
  /** Models that the price is meant for; all without it. */
  readonly models?: RegExp;
  /** A price that may be too high or too low for the row, since the provider does not say which kind it was. */
  readonly source: Exclude<PriceSource, 'unpriced'>;
  readonly per: 'unit' | 'unit and day';
  readonly pricedAs: string;
}

// Source of all: OpenAI's API pricing page, section tools, as third parties repeat it; never read at its own address, so
// each counts as an estimate. The first row that fits holds.
const UNIT_PRICES: readonly UnitPrice[] = [
  {
    // $10 per 1,000 calls on reasoning models, of either search tool; repeated in March 2026.
    providerId: 'openai',
    endpoint: 'web_search_calls',
    microUsd: 10_000,
    models: /^(gpt-[5-9]|o\d)/,
    source: 'sibling',
    per: 'unit',
    pricedAs: 'web search',
  },
  {
    // $25 per 1,000 calls of the older tool on other models, $10 of the newer one; which it was is not told. Repeated in March 2026.
    providerId: 'openai',
    endpoint: 'web_search_calls',
    microUsd: 25_000,
    source: 'sibling',
    per: 'unit',
    pricedAs: 'web search preview',
  },
  {
    // $2.50 per 1,000 calls; repeated in 2025.
    providerId: 'openai',
    endpoint: 'file_search_calls',
    microUsd: 2_500,
    source: 'sibling',
    per: 'unit',
    pricedAs: 'file search',
  },
  {
    // $0.03 per session of the usual size, 1 GB; larger ones cost more and the size is not told. Repeated in 2025.
    providerId: 'openai',
    endpoint: 'code_interpreter_sessions',
    microUsd: 30_000,
    source: 'sibling',
    per: 'unit',
    pricedAs: 'code interpreter 1 GB',
  },
  {
    // $0.10 per GB and day; the first GB of an organization is free, which no row can know. Repeated in 2025.
    providerId: 'openai',
    endpoint: 'vector_stores',
    microUsd: 100_000,
    source: 'sibling',
    per: 'unit and day',
    pricedAs: 'vector store',
  },
];

export interface PricedUnits {
  /** Not rounded. */
  readonly microUsd: number;
  readonly source: UnitPrice['source'];
  readonly pricedAs: string;
}

/** The cost of a row that is billed by the unit; undefined where we know no such price. */
export function unitCost(providerId: string, usage: ProviderUsage): PricedUnits | undefined {
  const price = UNIT_PRICES.find(
    (each) =>
      each.providerId === providerId &&
      each.endpoint === usage.endpoint &&
      (each.models === undefined || each.models.test(usage.model)),
  );
  if (price === undefined || usage.requests === null) return undefined;
  const units = price.per === 'unit' ? usage.requests : (usage.requests * usage.widthMs) / DAY_MS;
  return { microUsd: units * price.microUsd, source: price.source, pricedAs: price.pricedAs };
}
