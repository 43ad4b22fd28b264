import { calcPrice } from '@pydantic/genai-prices';
import type { LineIdentity, TokenCounts, UsageLine } from './types.ts';

const MICRO_PER_USD = 1_000_000;
const BATCH_FACTOR = 0.5;
// Units are read off around a typical request of the window, so that tiered models give the right tier.
const TYPICAL_INPUT = { '0-200k': 8_000, '200k-1M': 300_000 } as const;
const TYPICAL_OUTPUT = 1_000;
const STEP = 1_000;

/** Micro-USD per token (a fraction), by kind. */
export type UnitPrices = TokenCounts;

/** Prices lines of usage the way the provider's invoice would, from the bundled price table. */
export interface PriceBook {
  units(line: LineIdentity): UnitPrices;
  /** Cost by token kind in micro-USD, not yet rounded. */
  parts(line: UsageLine): TokenCounts;
  /** Cost in micro-USD, not yet rounded: round once, after adding up. */
  cost(line: UsageLine): number;
}

/** A price book as of the instant `asOf`. */
export function createPriceBook(asOf: number): PriceBook {
  const known = new Map<string, UnitPrices>();

  function units(line: LineIdentity): UnitPrices {
    const name = `${line.provider} ${line.model} ${line.variant.batch} ${line.variant.contextWindow}`;
    const found = known.get(name);
    if (found !== undefined) return found;
    const made = readUnits(line, asOf);
    known.set(name, made);
    return made;
  }

  function parts(line: UsageLine): TokenCounts {
    const unit = units(line);
    return {
      uncachedInput: line.tokens.uncachedInput * unit.uncachedInput,
      cachedRead: line.tokens.cachedRead * unit.cachedRead,
      cacheWrite5m: line.tokens.cacheWrite5m * unit.cacheWrite5m,
      cacheWrite1h: line.tokens.cacheWrite1h * unit.cacheWrite1h,
      output: line.tokens.output * unit.output,
    };
  }

  function cost(line: UsageLine): number {
    const part = parts(line);
    return part.uncachedInput + part.cachedRead + part.cacheWrite5m + part.cacheWrite1h + part.output;
  }

  return { units, parts, cost };
}

function readUnits(line: LineIdentity, asOf: number): UnitPrices {
  const input = TYPICAL_INPUT[line.variant.contextWindow];
  const factor = (line.variant.batch ? BATCH_FACTOR : 1) * (MICRO_PER_USD / STEP);
  const price = (extra: Record<string, number>): number => priceOf(line, asOf, { input_tokens: input, ...extra });
  // Embeddings have no output, and the price table refuses to be asked for one.
  const output = line.endpoint === 'embeddings' ? 0 : TYPICAL_OUTPUT;
  const base = price({ output_tokens: output });
  const uncachedInput = price({ input_tokens: input + STEP, output_tokens: output }) - base;
  const instead = (kinds: Record<string, number>): number =>
    uncachedInput + price({ output_tokens: output, ...kinds }) - base;
  const cached = line.endpoint === 'embeddings' ? uncachedInput : instead({ cache_read_tokens: STEP });
  const writes = line.provider === 'anthropic';
  return {
    uncachedInput: tidy(uncachedInput * factor),
    cachedRead: tidy(cached * factor),
    cacheWrite5m: tidy((writes ? instead({ cache_write_tokens: STEP }) : uncachedInput) * factor),
    cacheWrite1h: tidy(
      (writes ? instead({ cache_write_tokens: STEP, cache_write_1h_tokens: STEP }) : uncachedInput) * factor,
    ),
    output: output === 0 ? 0 : tidy((price({ output_tokens: output + STEP }) - base) * factor),
  };
}

function priceOf(line: LineIdentity, asOf: number, usage: Record<string, number>): number {
  const price = calcPrice(usage, line.model, { providerId: line.provider, timestamp: new Date(asOf) });
  if (price === null) throw new Error(`the price table does not know ${line.provider} ${line.model}`);
  return price.total_price;
}

// Differences of floats end in ...9999; prices per token have at most six decimals in micro-USD.
function tidy(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
