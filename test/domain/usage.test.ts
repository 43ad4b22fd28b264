import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isEstimate,
  NO_KEY_PREFIX,
  NO_TOKENS,
  noKeyId,
  PRICE_SOURCES,
  parseVariant,
  totalTokens,
  type UsageVariant,
  unpricedUsage,
  variantKey,
  worsePriceSource,
} from '../../src/domain/usage.ts';

describe('variantKey', () => {
  test.each([
    [{}, ''],
    [{ batch: false }, ''],
    [{ batch: true }, 'batch'],
    [{ tier: 'priority' }, 'tier=priority'],
    [
      { speed: 'fast', geo: 'us', contextWindow: '200k-1M', tier: 'flex', batch: true },
      'batch,tier=flex,ctx=200k-1M,geo=us,speed=fast',
    ],
  ])('%j is written %j', (variant, key) => {
    expect(variantKey(variant)).toBe(key);
  });

  const words = fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/);
  const variants = fc
    .record({ batch: fc.boolean(), tier: words, contextWindow: words, geo: words, speed: words }, { requiredKeys: [] })
    .map((variant): UsageVariant => variant);

  test('does not depend on the order of the fields', () => {
    fc.assert(
      fc.property(variants, (variant) => {
        const reversed = Object.fromEntries(Object.entries(variant).reverse());
        return variantKey(reversed) === variantKey(variant);
      }),
    );
  });

  test('two variants that cost differently never share a row', () => {
    const meaning = ({ batch, ...rest }: UsageVariant) => JSON.stringify([batch === true, Object.entries(rest).sort()]);
    fc.assert(
      fc.property(variants, variants, (a, b) => (variantKey(a) === variantKey(b)) === (meaning(a) === meaning(b))),
    );
  });
});

describe('parseVariant', () => {
  // Providers may call a tier what they like, separators included.
  const texts = fc.oneof(fc.string({ minLength: 1 }), fc.stringMatching(/^[,=%2Cbatch]{1,6}$/));
  const variants = fc.record(
    {
      batch: fc.constant(true),
      tier: texts,
      contextWindow: texts,
      geo: texts,
      speed: texts,
      modality: fc.constantFrom('audio', 'image'),
    },
    { requiredKeys: [] },
  );

  test('gives back the variant that a text was made of', () => {
    fc.assert(
      fc.property(variants, (variant) => {
        expect(parseVariant(variantKey(variant))).toEqual(variant);
      }),
    );
  });

  test.each([
    ['', {}],
    ['new-thing', {}],
    ['new=thing,tier=flex', { tier: 'flex' }],
    ['tokens=smell', {}],
  ])('reads %j as %j: what it does not know is left out', (text, variant) => {
    expect(parseVariant(text)).toEqual(variant);
  });
});

test('a stored bucket becomes what was priced: its variant is read back, its key is of no matter', () => {
  const bucket = { model: 'm', endpoint: 'completions', startAt: 1, widthMs: 2, tokens: NO_TOKENS, requests: 3 };

  expect(unpricedUsage({ ...bucket, variant: 'batch,geo=us' })).toEqual({
    ...bucket,
    variant: { batch: true, geo: 'us' },
    providerKeyId: null,
    scopeId: null,
  });
});

test('the price sources stand in the order of their names, which SQL goes by for the worst', () => {
  expect([...PRICE_SOURCES].sort()).toEqual(PRICE_SOURCES);
  expect(PRICE_SOURCES.filter(isEstimate)).toEqual(['rough', 'sibling', 'unpriced']);
});

test('the worse of two price sources is what a sum is worth', () => {
  expect(worsePriceSource('listed', 'listed')).toBe('listed');
  expect(worsePriceSource('listed', 'sibling')).toBe('sibling');
  expect(worsePriceSource('unpriced', 'sibling')).toBe('unpriced');
});

test('all five kinds of token count', () => {
  expect(
    totalTokens({ uncachedInput: 1, cachedInput: 20, cacheWrite5m: 300, cacheWrite1h: 4_000, output: 50_000 }),
  ).toBe(54_321);
  expect(totalTokens(NO_TOKENS)).toBe(0);
});

test('usage without a key has a row per scope and connection', () => {
  const ids = [noKeyId('openai', null), noKeyId('openai', 'proj_1'), noKeyId('openai:acme', 'proj_1')];

  expect(new Set(ids).size).toBe(3);
  expect(ids.every((id) => id.startsWith(NO_KEY_PREFIX))).toBe(true);
});
