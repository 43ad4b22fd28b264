import { z } from 'zod';
import { globPattern } from '../domain/glob.ts';
import type { OverridePrice, PriceOverride, TokenRates } from '../domain/price-override.ts';
import { DAY_MS, dayAt } from '../domain/time.ts';

const MICRO = 1_000_000;
// Of the input rate: what both Anthropic and OpenAI ask for writing to the cache, and Anthropic for an hour of it.
const CACHE_WRITE = 1.25;
const CACHE_WRITE_1H = 2;
const MTOK = 'US dollars per million tokens, for instance 1.25';
const RATES = ['input_usd', 'output_usd', 'cached_input_usd', 'cache_write_usd', 'cache_write_1h_usd'] as const;

const usd = (advice: string) => z.number().min(0).max(1_000_000).optional().describe(advice);
const day = z
  .string()
  .refine((text) => dayAt(text) !== null, 'is not a day')
  .optional()
  .describe('a day in UTC such as 2026-08-01');

/** One entry of `prices`. `providerIds` are the ones that can be meant; without them any may stand. */
export function priceEntrySchema(providerIds: readonly string[] | undefined) {
  const provider = providerIds === undefined ? z.string().min(1) : z.enum([...providerIds]);
  return z
    .strictObject({
      model: z
        .string()
        .min(1)
        .optional()
        .describe("a model, or a pattern in quotes such as 'gpt-5.5*' (* is any text)"),
      provider: provider.optional().describe(`the provider’s id: ${providerIds?.join(', ') ?? 'such as openai'}`),
      endpoint: z.string().min(1).optional().describe('an endpoint such as images or web_search_calls'),
      from: day,
      until: day,
      input_usd: usd(MTOK),
      cached_input_usd: usd(MTOK),
      cache_write_usd: usd(MTOK),
      cache_write_1h_usd: usd(MTOK),
      output_usd: usd(MTOK),
      modality: z.enum(['audio', 'image']).optional().describe('audio or image; leave it out for text tokens'),
      flat: z.boolean().default(false).describe('true or false'),
      per_unit_usd: usd('US dollars for one picture, search, session …, for instance 0.04'),
      discount_percent: z.number().min(0).max(100).optional().describe('a number from 0 to 100'),
    })
    .describe('input_usd and output_usd, or per_unit_usd, or discount_percent')
    .superRefine((entry, context) => {
      for (const [path, message] of contradictions(entry))
        context.addIssue({ code: 'custom', path: [...path], message });
    });
}

type PriceEntry = z.output<ReturnType<typeof priceEntrySchema>>;
type Contradiction = readonly [path: readonly (keyof PriceEntry)[], message: string];

/** Faults between keys, each on the key to change. */
function contradictions(entry: PriceEntry): readonly Contradiction[] {
  const hasRates = RATES.some((key) => entry[key] !== undefined);
  const others = (['per_unit_usd', 'discount_percent'] as const).filter((key) => entry[key] !== undefined);
  const faults: Contradiction[] = [];
  if (!hasRates && others.length === 0) faults.push([[], 'has no price']);
  const spare = others.at(-1);
  if (spare !== undefined && (hasRates || others.length > 1)) {
    faults.push([[spare], 'stands beside another kind of price, which needs an entry of its own']);
  }
  for (const key of hasRates ? (['model', 'input_usd', 'output_usd'] as const) : []) {
    if (entry[key] === undefined) faults.push([[key], 'is missing']);
  }
  if (!hasRates && entry.modality !== undefined) faults.push([['modality'], 'only goes with prices of tokens']);
  if (!hasRates && entry.flat) faults.push([['flat'], 'only goes with prices of tokens']);
  if (entry.per_unit_usd !== undefined && entry.endpoint === undefined) faults.push([['endpoint'], 'is missing']);
  if (entry.from !== undefined && entry.until !== undefined && entry.until < entry.from) {
    faults.push([['until'], 'is before from']);
  }
  return faults;
}

/** The entry in our units. */
export function toOverride(entry: PriceEntry): PriceOverride {
  const lastDayAt = dayAt(entry.until ?? '');
  return {
    providerId: entry.provider ?? null,
    model: entry.model === undefined ? null : { match: entry.model, pattern: globPattern(entry.model) },
    endpoint: entry.endpoint ?? null,
    fromAt: dayAt(entry.from ?? ''),
    // The last day is included.
    untilAt: lastDayAt === null ? null : lastDayAt + DAY_MS,
    price: priceOf(entry),
  };
}

function priceOf(entry: PriceEntry): OverridePrice {
  if (entry.discount_percent !== undefined) return { kind: 'discount', factor: 1 - entry.discount_percent / 100 };
  if (entry.per_unit_usd !== undefined) return { kind: 'units', microUsd: entry.per_unit_usd * MICRO };
  return { kind: 'tokens', rates: ratesOf(entry), modality: entry.modality ?? null, flat: entry.flat };
}

function ratesOf({ input_usd: input = 0, output_usd: output = 0, ...entry }: PriceEntry): TokenRates {
  const cacheWrite5m = entry.cache_write_usd ?? input * CACHE_WRITE;
  return {
    uncachedInput: input,
    cachedInput: entry.cached_input_usd ?? input,
    cacheWrite5m,
    cacheWrite1h: entry.cache_write_1h_usd ?? Math.max(cacheWrite5m, input * CACHE_WRITE_1H),
    output,
  };
}
