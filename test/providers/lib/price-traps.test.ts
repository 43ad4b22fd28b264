import { describe, expect, it } from 'vitest';
import { NO_TOKENS, type ProviderUsage, type TokenCounts } from '../../../src/domain/usage.ts';
import { createPriceTable } from '../../../src/providers/lib/price-table.ts';

const MILLION = 1_000_000;
const { price } = createPriceTable();

function row(model: string, tokens: Partial<TokenCounts>, extra: Partial<ProviderUsage> = {}): ProviderUsage {
  return {
    providerKeyId: 'key',
    scopeId: null,
    model,
    endpoint: 'completions',
    variant: {},
    startAt: Date.UTC(2026, 10, 20),
    widthMs: 60_000,
    tokens: { ...NO_TOKENS, ...tokens },
    requests: null,
    ...extra,
  };
}

// Each is a way in which the bundled list answers a wrong price without a word.
describe('the traps of the price list', () => {
  it('1: its input is a total with the cache in it; ours are disjoint, so the cache is not charged twice', () => {
    const tokens = { uncachedInput: 100, cachedInput: 900 * MILLION, cacheWrite1h: MILLION };

    expect(price('anthropic', row('claude-opus-5', tokens)).costMicroUsd).toBe(500 + 450 * MILLION + 10 * MILLION);
  });

  it('1: more cached than fresh input is priced, where the list throws', () => {
    expect(price('openai', row('gpt-5', { cachedInput: MILLION })).costMicroUsd).toBe(125_000);
  });

  it('2: its tiers are for one request: the average request is priced, not the sum', () => {
    expect(price('openai', row('gpt-5.5', { uncachedInput: MILLION }, { requests: 1000 })).costMicroUsd).toBe(
      5 * MILLION,
    );
    expect(price('openai', row('gpt-5.5', { uncachedInput: MILLION }, { requests: 1 })).costMicroUsd).toBe(
      10 * MILLION,
    );
  });

  it.each(['claude-haiku-5-5', 'claude-fable-5-2', 'claude-mythos-5-2'])(
    '3: %s is missing and yet never $0',
    (model) => {
      const found = price('anthropic', row(model, { output: MILLION }));

      expect(found.source).toBe('sibling');
      expect(found.costMicroUsd).toBeGreaterThan(0);
    },
  );

  it('4: a listed prefix that catches a later model is not taken for its price', () => {
    expect(price('anthropic', row('claude-sonnet-5', { output: 1 })).source).toBe('listed');
    expect(price('anthropic', row('claude-sonnet-5-5', { output: 1 }))).toMatchObject({
      source: 'sibling',
      pricedAs: 'claude-sonnet-5',
    });
  });

  it.each([
    ['openai', 'gpt-5', { batch: true }, 0.5],
    ['openai', 'gpt-5', { tier: 'flex' }, 0.5],
    ['openai', 'gpt-5', { tier: 'priority' }, 2],
    ['anthropic', 'claude-opus-5', { geo: 'us' }, 1.1],
    ['anthropic', 'claude-opus-5', { speed: 'fast' }, 2],
  ])('5: it knows no factor for %s %s %j, we do', (provider, model, variant, factor) => {
    const plain = price(provider, row(model, { output: MILLION })).costMicroUsd;

    expect(price(provider, row(model, { output: MILLION }, { variant })).costMicroUsd).toBe(Math.round(plain * factor));
  });

  it('6: web searches are a count, and are priced as one', () => {
    const searches = { endpoint: 'web_search', requests: 2000 };

    expect(price('anthropic', row('claude-opus-5', {}, searches)).costMicroUsd).toBe(20 * MILLION);
  });

  it('6: it adds floats; our money is whole micro-dollars', () => {
    const costs = Array.from(
      { length: 100 },
      (_, n) => price('openai', row('gpt-4o-mini', { output: n })).costMicroUsd,
    );

    expect(costs.every(Number.isSafeInteger)).toBe(true);
  });

  it.each([
    ['audio', 32, 64, 0.4],
    ['image', 5, 16, 0.5],
  ] as const)('%s tokens have a price of their own', (modality, input, output, cached) => {
    const cost = (kind: string) =>
      price('openai', row('gpt-realtime', { [kind]: MILLION }, { variant: { modality } })).costMicroUsd / MILLION;

    expect([cost('uncachedInput'), cost('output'), cost('cachedInput')]).toEqual([input, output, cached]);
  });

  it('a model that is listed for its text alone borrows the price of sound', () => {
    const heard = { variant: { modality: 'audio' } } as const;

    expect(price('openai', row('gpt-4o-audio-preview', { output: MILLION }, heard))).toMatchObject({
      costMicroUsd: 64 * MILLION,
      source: 'sibling',
      pricedAs: 'gpt-audio',
    });
  });

  it('where nobody has a price for sound it costs what text does', () => {
    const heard = { variant: { modality: 'audio' } } as const;

    expect(price('anthropic', row('claude-opus-5', { output: MILLION }, heard)).costMicroUsd).toBe(25 * MILLION);
  });

  it('unknown audio models borrow the audio price of their next of kin', () => {
    const heard = { variant: { modality: 'audio' } } as const;

    expect(price('openai', row('gpt-audio-7', { uncachedInput: MILLION }, heard))).toMatchObject({
      costMicroUsd: 32 * MILLION,
      source: 'sibling',
      pricedAs: 'gpt-audio',
    });
  });
});
