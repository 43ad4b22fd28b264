import { describe, expect, it } from 'vitest';
import { NO_TOKENS, type ProviderUsage } from '../../../src/domain/usage.ts';
import { createPriceTable } from '../../../src/providers/lib/price-table.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const row = (endpoint: string, requests: number | null, more: Partial<ProviderUsage> = {}): ProviderUsage => ({
  providerKeyId: null,
  scopeId: 'proj_1',
  model: '',
  endpoint,
  variant: {},
  startAt: Date.UTC(2026, 10, 21),
  widthMs: MINUTE_MS,
  tokens: NO_TOKENS,
  requests,
  ...more,
});

describe('prices of what has no tokens', () => {
  const { price } = createPriceTable();

  it.each([
    ['web_search_calls', { model: 'gpt-5-mini' }, 7, 70_000, 'sibling'],
    ['web_search_calls', { model: 'o4-mini' }, 1, 10_000, 'sibling'],
    // Which of the two search tools a model of this kind used is not told: the dearer one.
    ['web_search_calls', { model: 'gpt-4o' }, 1, 25_000, 'sibling'],
    ['web_search_calls', {}, 1, 25_000, 'sibling'],
    ['file_search_calls', {}, 4, 10_000, 'sibling'],
    ['code_interpreter_sessions', {}, 2, 60_000, 'sibling'],
    ['vector_stores', { widthMs: DAY_MS }, 3, 300_000, 'sibling'],
    ['vector_stores', { widthMs: MINUTE_MS }, 3, 208, 'sibling'],
  ] as const)('prices %s of %j by the unit', (endpoint, more, units, costMicroUsd, source) => {
    expect(price('openai', row(endpoint, units, more))).toMatchObject({ costMicroUsd, source });
  });

  it.each(['images', 'audio_speeches', 'audio_transcriptions', 'something_new'])(
    'says unpriced of %s, which has no price here',
    (endpoint) => {
      expect(price('openai', row(endpoint, 3))).toEqual({ costMicroUsd: 0, source: 'unpriced', pricedAs: null });
    },
  );

  it('prices no other provider by these, and nothing that was not counted', () => {
    expect(price('anthropic', row('web_search_calls', 3)).source).toBe('unpriced');
    expect(price('openai', row('web_search_calls', null)).costMicroUsd).toBe(0);
  });
});
