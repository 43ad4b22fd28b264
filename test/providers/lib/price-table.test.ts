import { readFileSync } from 'node:fs';
import { calcPrice, findProvider } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_TOKENS, type ProviderUsage, type TokenCounts } from '../../../src/domain/usage.ts';
import { createPriceTable, PRICE_TABLE_VERSION } from '../../../src/providers/lib/price-table.ts';

const AT = Date.UTC(2026, 10, 20, 12);
const MILLION = 1_000_000;
const table = createPriceTable();

function row(model: string, tokens: Partial<TokenCounts>, extra: Partial<ProviderUsage> = {}): ProviderUsage {
  return {
    providerKeyId: 'key',
    scopeId: null,
    model,
    endpoint: 'completions',
    variant: {},
    startAt: AT,
    widthMs: 60_000,
    tokens: { ...NO_TOKENS, ...tokens },
    requests: null,
    ...extra,
  };
}

const cost = (provider: string, usage: ProviderUsage) => table.price(provider, usage).costMicroUsd;

describe('the price table', () => {
  it('carries the version of the bundled list in its own', () => {
    const url = new URL('../../../node_modules/@pydantic/genai-prices/package.json', import.meta.url);
    const { version } = JSON.parse(readFileSync(url, 'utf8')) as { version: string };

    expect(PRICE_TABLE_VERSION).toContain(`genai-prices ${version},`);
    expect(table.version).toBe(PRICE_TABLE_VERSION);
  });

  it('prices each kind of token at its own rate', () => {
    const price = (tokens: Partial<TokenCounts>) => cost('anthropic', row('claude-opus-5', tokens));

    expect(price({ uncachedInput: MILLION })).toBe(5_000_000);
    expect(price({ cachedInput: MILLION })).toBe(500_000);
    expect(price({ cacheWrite5m: MILLION })).toBe(6_250_000);
    expect(price({ cacheWrite1h: MILLION })).toBe(10_000_000);
    expect(price({ output: MILLION })).toBe(25_000_000);
    expect(cost('anthropic', row('claude-3-haiku', { cacheWrite1h: MILLION }))).toBe(500_000);
  });

  it('chooses the tier by the average request, not by the sum of the bucket', () => {
    const tokens = { uncachedInput: MILLION };

    expect(cost('openai', row('gpt-5.5', tokens, { requests: 1000 }))).toBe(5_000_000);
    expect(cost('openai', row('gpt-5.5', tokens, { requests: 1 }))).toBe(10_000_000);
    expect(cost('openai', row('gpt-5.5', { uncachedInput: 1, cachedInput: 999_999 }, { requests: 1 }))).toBe(1_000_009);
  });

  it('takes requests for short where they are not counted, unless the context window says otherwise', () => {
    const tokens = { uncachedInput: MILLION };
    const long = { variant: { contextWindow: '200k-1M' } };

    expect(cost('anthropic', row('claude-sonnet-4-5', tokens))).toBe(3_000_000);
    expect(cost('anthropic', row('claude-sonnet-4-5', tokens, long))).toBe(6_000_000);
    expect(cost('anthropic', row('claude-sonnet-4-5', tokens, { variant: { contextWindow: '0-200k' } }))).toBe(
      3_000_000,
    );
  });

  it.each([
    ['openai', 'gpt-5', { batch: true }, 0.5],
    ['openai', 'gpt-5', { tier: 'flex' }, 0.5],
    ['openai', 'gpt-5', { batch: true, tier: 'flex' }, 0.5],
    ['openai', 'gpt-5', { tier: 'priority' }, 2],
    ['openai', 'gpt-5.5', { tier: 'priority' }, 2.5],
    ['openai', 'gpt-4.1', { tier: 'priority' }, 1.75],
    ['openai', 'gpt-5', { tier: 'something new' }, 1],
    ['anthropic', 'claude-opus-5', { batch: true }, 0.5],
    ['anthropic', 'claude-opus-5', { geo: 'us' }, 1.1],
    ['anthropic', 'claude-opus-5', { batch: true, geo: 'us' }, 0.55],
    ['anthropic', 'claude-opus-5', { speed: 'fast' }, 2],
    ['anthropic', 'claude-opus-4-7', { speed: 'fast' }, 6],
    ['anthropic', 'claude-opus-5', { tier: 'priority' }, 1],
  ])('multiplies %s %s %j by %f', (provider, model, variant, factor) => {
    const plain = cost(provider, row(model, { uncachedInput: MILLION, output: MILLION }));

    expect(cost(provider, row(model, { uncachedInput: MILLION, output: MILLION }, { variant }))).toBe(
      Math.round(plain * factor),
    );
  });

  it('uses the price of the day on which the tokens were used', () => {
    const on = (startAt: number) => cost('openai', row('gpt-5.6-sol', { uncachedInput: MILLION }, { startAt }));

    expect(on(Date.UTC(2026, 7, 20))).toBe(5_000_000);
    expect(on(Date.UTC(2026, 7, 21))).toBe(4_000_000);
  });

  it.each([
    ['openai', 'gpt-5-2025-08-07', 'gpt-5'],
    ['openai', 'gpt-5.3-codex-2026-01-01', 'gpt-5.3-codex'],
    ['openai', 'ft:gpt-4o-2024-08-06:acme::id', 'ft:gpt-4o'],
    ['anthropic', 'claude-sonnet-4-20250514', 'claude-sonnet-4-0'],
    ['anthropic', 'claude-haiku-4-5-20251001', 'claude-haiku-4-5'],
    ['anthropic', 'claude-3-5-haiku-latest', 'claude-3-5-haiku-latest'],
    ['anthropic', 'claude-opus-5-5', 'claude-opus-5-5'],
  ])('knows %s %s as listed', (provider, model, pricedAs) => {
    expect(table.price(provider, row(model, { uncachedInput: MILLION }))).toMatchObject({ source: 'listed', pricedAs });
  });

  // The bundled list would answer claude-sonnet-5 for the first without a word.
  it.each([
    ['anthropic', 'claude-sonnet-5-5', 'claude-sonnet-5'],
    ['anthropic', 'claude-haiku-5-5', 'claude-haiku-4-5'],
    ['anthropic', 'claude-opus-4-9', 'claude-opus-4-0'],
    ['anthropic', 'claude-mythos-5-2', 'claude-fable-5'],
    ['openai', 'gpt-7', 'gpt-5.5'],
    ['openai', 'gpt-7-mini', 'gpt-5.4-mini'],
    ['openai', 'text-embedding-4-large', 'text-embedding-3-large'],
    ['openai', 'ft:gpt-4.1-2025-04-14:acme::id', 'gpt-4.1'],
    ['openai', 'unknown', 'gpt-6-astra'],
  ])('prices unlisted %s %s as its dearest next of kin', (provider, model, pricedAs) => {
    const price = table.price(provider, row(model, { uncachedInput: MILLION }));

    expect(price).toMatchObject({ source: 'sibling', pricedAs });
    expect(price.costMicroUsd).toBeGreaterThan(0);
  });

  it('knows every model of the list that bills tokens as itself', () => {
    for (const provider of ['openai', 'anthropic']) {
      for (const { id } of findProvider({ providerId: provider })?.models ?? []) {
        if (id.startsWith('ft:') || id === 'moderation') continue;
        const billsTokens = calcPrice({ input_tokens: 1 }, id, { providerId: provider })?.model_price['input_mtok'];
        const expected = billsTokens === undefined ? 'unpriced' : 'listed';
        expect(table.price(provider, row(id, { uncachedInput: MILLION })).source, id).toBe(expected);
      }
    }
  });

  it('says unpriced, never zero, where tokens have no price', () => {
    const unpriced = { costMicroUsd: 0, source: 'unpriced', pricedAs: null };

    expect(table.price('nobody', row('gpt-5', { output: 5 }))).toEqual(unpriced);
    expect(table.price('litellm', row('gpt-5', { output: 5 }))).toEqual(unpriced);
    expect(table.price('openai', row('whisper-1', { uncachedInput: 5 }))).toEqual(unpriced);
    expect(table.price('openai', row('sora', {}, { endpoint: 'videos', requests: 3 }))).toEqual(unpriced);
  });

  it('calls moderation free and a failed request without tokens worth nothing', () => {
    const free = { costMicroUsd: 0, source: 'listed' };

    expect(table.price('openai', row('omni-moderation-latest', { uncachedInput: 9 }))).toMatchObject(free);
    expect(table.price('openai', row('gpt-5', {}, { requests: 3 }))).toMatchObject(free);
  });

  it('agrees with the bundled list for one request of any mix of tokens', () => {
    fc.assert(
      fc.property(models(), counts(100_000), ([provider, model], tokens) => {
        const input = tokens.uncachedInput + tokens.cachedInput + tokens.cacheWrite5m;
        const usage = {
          input_tokens: input,
          cache_read_tokens: tokens.cachedInput,
          cache_write_tokens: tokens.cacheWrite5m,
          output_tokens: tokens.output,
        };
        const listed = calcPrice(usage, model, { providerId: provider, timestamp: new Date(AT) });
        const ours = cost(provider, row(model, { ...tokens, cacheWrite1h: 0 }, { requests: 1 }));

        expect(Math.abs(ours - (listed?.total_price ?? Number.NaN) * 1e6)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('answers whole micro-dollars and never nothing for something', () => {
    fc.assert(
      fc.property(models(), counts(1_000_000_000), fc.option(fc.nat(1000)), ([provider, model], tokens, requests) => {
        const price = table.price(provider, row(model, tokens, { requests }));

        expect(Number.isSafeInteger(price.costMicroUsd) && price.costMicroUsd >= 0).toBe(true);
        const any = Object.values(tokens).some((count) => count > 0);
        expect(price.costMicroUsd > 0).toBe(any);
      }),
    );
  });

  it('adds up: a bucket costs what its kinds of tokens cost, to the rounding', () => {
    fc.assert(
      fc.property(models(), counts(1_000_000), ([provider, model], tokens) => {
        const kinds = Object.entries(tokens).map(([kind, count]) => cost(provider, row(model, { [kind]: count })));
        const sum = kinds.reduce((total, part) => total + part, 0);

        expect(Math.abs(cost(provider, row(model, tokens)) - sum)).toBeLessThanOrEqual(5);
      }),
    );
  });

  it('scales: n times the tokens in n times the requests cost n times as much, to the rounding', () => {
    fc.assert(
      fc.property(models(), counts(1_000_000), fc.integer({ min: 1, max: 50 }), ([provider, model], tokens, n) => {
        const times = Object.fromEntries(Object.entries(tokens).map(([kind, count]) => [kind, count * n]));
        const once = cost(provider, row(model, tokens, { requests: 1 }));

        expect(Math.abs(cost(provider, row(model, times, { requests: n })) - once * n)).toBeLessThanOrEqual(n);
      }),
    );
  });

  it('grows with every kind of token, and a cached token is never dearer than a fresh one', () => {
    const kind = fc.constantFrom<keyof TokenCounts>(
      'uncachedInput',
      'cachedInput',
      'cacheWrite5m',
      'cacheWrite1h',
      'output',
    );
    fc.assert(
      fc.property(models(), counts(1_000_000), kind, fc.nat(1_000_000), ([provider, model], tokens, grown, more) => {
        const bigger = { ...tokens, [grown]: tokens[grown] + more };
        const cached = { ...tokens, uncachedInput: 0, cachedInput: tokens.uncachedInput + tokens.cachedInput };
        const price = (counts: TokenCounts) => cost(provider, row(model, counts, { requests: 1 }));

        expect(price(bigger)).toBeGreaterThanOrEqual(price(tokens));
        expect(price(cached)).toBeLessThanOrEqual(price(tokens));
      }),
    );
  });

  it('rounds half up, and lifts the smallest price to one micro-dollar', () => {
    expect([1, 2, 3].map((uncachedInput) => cost('openai', row('gpt-5', { uncachedInput })))).toEqual([1, 3, 4]);
    expect(cost('openai', row('gpt-6-luna', { cachedInput: 1 }))).toBe(1);
  });

  it('does not lose money by rounding over many small rows', () => {
    let difference = 0;
    for (let uncachedInput = 1; uncachedInput <= 1000; uncachedInput += 1) {
      difference += cost('openai', row('gpt-5', { uncachedInput })) - uncachedInput * 1.25;
    }

    expect(Math.abs(difference / 1000)).toBeLessThan(0.2);
  });
});

function models(): fc.Arbitrary<readonly [provider: string, model: string]> {
  return fc.constantFrom(
    ['openai', 'gpt-5'] as const,
    ['openai', 'gpt-5.5'] as const,
    ['openai', 'gpt-6-luna'] as const,
    ['openai', 'gpt-4o-mini'] as const,
    ['anthropic', 'claude-opus-5-5'] as const,
    ['anthropic', 'claude-sonnet-4-5'] as const,
    ['anthropic', 'claude-haiku-4-5'] as const,
  );
}

function counts(max: number): fc.Arbitrary<TokenCounts> {
  const count = fc.nat(max);
  return fc.record({
    uncachedInput: count,
    cachedInput: count,
    cacheWrite5m: count,
    cacheWrite1h: count,
    output: count,
  });
}
