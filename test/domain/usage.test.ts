import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  NO_KEY_PREFIX,
  NO_TOKENS,
  noKeyId,
  totalTokens,
  type UsageVariant,
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
