import { calcPrice, findProvider } from '@pydantic/genai-prices';
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
    ['web_search_calls', { model: 'gpt-5-mini' }, 7, 70_000, 'rough'],
    ['web_search_calls', { model: 'o4-mini' }, 1, 10_000, 'rough'],
    // Which of the two search tools a model of this kind used is not told: the dearer one.
    ['web_search_calls', { model: 'gpt-4o' }, 1, 25_000, 'rough'],
    ['web_search_calls', {}, 1, 25_000, 'rough'],
    ['file_search_calls', {}, 4, 10_000, 'rough'],
    ['code_interpreter_sessions', {}, 2, 60_000, 'rough'],
    // Gigabytes times minutes: three gigabytes for a day, and for a minute.
    ['vector_stores', { widthMs: DAY_MS }, 3 * 1440, 300_000, 'rough'],
    ['vector_stores', { widthMs: MINUTE_MS }, 3, 208, 'rough'],
  ] as const)('prices %s of %j by the unit', (endpoint, more, units, costMicroUsd, source) => {
    expect(price('openai', row(endpoint, units, more))).toMatchObject({ costMicroUsd, source });
  });

  it.each([
    ['images', { model: 'dall-e-3' }, 3, 360_000, 'rough'],
    ['images', { model: 'gpt-image-1' }, 1, 250_000, 'rough'],
    ['images', { model: 'gpt-image-1-mini' }, 1, 52_000, 'rough'],
    ['images', { model: 'gpt-image-1.5-2025-12-16' }, 1, 200_000, 'rough'],
    ['images', { model: 'gpt-image-2-2026-04-21' }, 2, 840_000, 'rough'],
    ['audio_speeches', { model: 'tts-1' }, 2_000, 30_000, 'listed'],
    ['audio_speeches', { model: 'tts-1-hd' }, 2_000, 60_000, 'listed'],
    ['audio_speeches', { model: 'gpt-4o-mini-tts' }, 2_000, 60_000, 'rough'],
    ['audio_transcriptions', { model: 'whisper-1' }, 600, 60_000, 'listed'],
    ['audio_transcriptions', { model: 'gpt-4o-mini-transcribe' }, 60, 3_000, 'rough'],
    ['audio_transcriptions', { model: 'gpt-4o-transcribe-diarize' }, 60, 6_000, 'rough'],
  ] as const)('prices %s of %j by what they are billed by', (endpoint, more, units, costMicroUsd, source) => {
    expect(price('openai', row(endpoint, units, more))).toMatchObject({ costMicroUsd, source });
  });

  it.each([
    ['images', 'gpt-image-7', 420_000],
    ['audio_speeches', 'tts-9', 30],
    ['audio_transcriptions', 'whisper-9', 100],
  ])('takes the dearest known price for %s of an unknown model, and says so', (endpoint, model, costMicroUsd) => {
    expect(price('openai', row(endpoint, 1, { model }))).toMatchObject({ costMicroUsd, source: 'sibling' });
  });

  it('has no dearer price for a known model of an endpoint than for an unknown one', () => {
    for (const [endpoint, models] of [
      ['images', ['dall-e-2', 'dall-e-3', 'gpt-image-1', 'gpt-image-1-mini', 'gpt-image-1.5', 'gpt-image-2']],
      ['audio_speeches', ['tts-1', 'tts-1-hd', 'gpt-4o-mini-tts']],
      ['audio_transcriptions', ['whisper-1', 'gpt-transcribe', 'gpt-4o-transcribe', 'gpt-4o-mini-transcribe']],
    ] as const) {
      const unknown = price('openai', row(endpoint, 1_000_000)).costMicroUsd;
      const known = models.map((model) => price('openai', row(endpoint, 1_000_000, { model })).costMicroUsd);
      expect(Math.max(...known), endpoint).toBe(unknown);
    }
  });

  it('agrees with the bundled list where that has the price', () => {
    const listed = (providerId: string, model: string) =>
      calcPrice({ input_tokens: 1 }, model, { providerId })?.model_price ?? {};
    const hour = (model: string) => price('openai', row('audio_transcriptions', 3600, { model })).costMicroUsd / 1e6;

    expect(hour('whisper-1')).toBe(listed('openai', 'whisper-1')['audio_hours']);
    expect(hour('gpt-transcribe')).toBe(listed('openai', 'gpt-transcribe')['audio_hours']);
    for (const { id } of findProvider({ providerId: 'anthropic' })?.models ?? []) {
      const searches = listed('anthropic', id)['web_searches_kcount'] ?? 10;
      expect(price('anthropic', row('web_search', 1000, { model: id }))).toEqual({
        costMicroUsd: Number(searches) * 1e6,
        source: 'listed',
        pricedAs: 'web search',
      });
    }
  });

  it.each(['something_new', 'images_uncounted'])('says unpriced of %s, which has no price here', (endpoint) => {
    expect(price('openai', row(endpoint, 3))).toEqual({ costMicroUsd: 0, source: 'unpriced', pricedAs: null });
  });

  it('prices no other provider by these, and nothing that was not counted', () => {
    expect(price('anthropic', row('web_search_calls', 3)).source).toBe('unpriced');
    expect(price('openai', row('web_search_calls', null)).source).toBe('unpriced');
  });
});
