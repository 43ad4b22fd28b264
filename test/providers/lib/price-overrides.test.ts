import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../src/config/policy.ts';
import { NO_TOKENS, type ProviderUsage } from '../../../src/domain/usage.ts';
import { createPriceTable, PRICE_TABLE_VERSION } from '../../../src/providers/lib/price-table.ts';

const AT = Date.UTC(2026, 7, 3, 12);
const MILLION = 1_000_000;

function tableOf(...entries: readonly string[]) {
  const text = `channels: { alerts: '#a' }\nroles: { admins: [U0ADMIN] }\nprices: [${entries.join(', ')}]\n`;
  const parsed = parsePolicy(text, { file: 'policy.yml', detectors: [] });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return createPriceTable({ overrides: parsed.policy.prices });
}

function row(fields: Partial<ProviderUsage> = {}): ProviderUsage {
  return {
    providerKeyId: 'key',
    scopeId: null,
    model: 'gpt-5',
    endpoint: 'completions',
    variant: {},
    startAt: AT,
    widthMs: 60_000,
    tokens: { ...NO_TOKENS, uncachedInput: MILLION },
    requests: null,
    ...fields,
  };
}

const pictures = (fields: Partial<ProviderUsage> = {}) =>
  row({ model: 'gpt-image-1', endpoint: 'images', tokens: NO_TOKENS, requests: 10, ...fields });

describe('prices of policy', () => {
  it('go before the list, for each kind of token', () => {
    const { price } = tableOf(
      '{ model: gpt-5, input_usd: 1, cached_input_usd: 2, cache_write_usd: 3, cache_write_1h_usd: 4, output_usd: 5 }',
    );
    const cost = (kind: string) => price('openai', row({ tokens: { ...NO_TOKENS, [kind]: MILLION } })).costMicroUsd;

    expect(['uncachedInput', 'cachedInput', 'cacheWrite5m', 'cacheWrite1h', 'output'].map(cost)).toEqual(
      [1, 2, 3, 4, 5].map((usd) => usd * MILLION),
    );
    expect(price('openai', row())).toEqual({ costMicroUsd: MILLION, source: 'policy', pricedAs: 'policy' });
  });

  it('give an unknown model a price that is no estimate', () => {
    const { price } = tableOf("{ model: 'claude-xyz*', input_usd: 7, output_usd: 9 }");

    expect(price('anthropic', row({ model: 'claude-xyz-9' }))).toMatchObject({ costMicroUsd: 7e6, source: 'policy' });
    expect(price('anthropic', row({ model: 'claude-opus-5' }))).toMatchObject({ source: 'listed' });
    expect(price('anthropic', row({ model: 'claude-opus-77' }))).toMatchObject({ source: 'sibling' });
  });

  it('count in the order in which they stand', () => {
    const { price } = tableOf(
      '{ model: gpt-5, input_usd: 1, output_usd: 1 }',
      "{ model: 'gpt-*', input_usd: 2, output_usd: 2 }",
      '{ discount_percent: 50 }',
    );
    const cost = (model: string) => price('openai', row({ model })).costMicroUsd / 1e6;

    expect([cost('gpt-5'), cost('gpt-5.5'), cost('o3')]).toEqual([1, 2, 1]);
  });

  it('hold for their provider, endpoint and days only', () => {
    const { price } = tableOf(
      '{ model: gpt-5, provider: openai, endpoint: completions, input_usd: 9, output_usd: 9, from: 2026-08-03, until: 2026-08-04 }',
    );
    const source = (fields: Partial<ProviderUsage> = {}) => price('openai', row(fields)).source;

    expect(source()).toBe('policy');
    expect(source({ endpoint: 'embeddings' })).toBe('listed');
    expect(price('litellm', row()).source).toBe('unpriced');
    expect(source({ startAt: Date.UTC(2026, 7, 3) - 1 })).toBe('listed');
    expect(source({ startAt: Date.UTC(2026, 7, 3) })).toBe('policy');
    expect(source({ startAt: Date.UTC(2026, 7, 5) - 1 })).toBe('policy');
    expect(source({ startAt: Date.UTC(2026, 7, 5) })).toBe('listed');
  });

  it.each([
    ['', { batch: true }, 2],
    ['', { tier: 'priority' }, 8],
    [', flat: true', { batch: true }, 4],
  ])('are for a plain request%s: %j of $4 costs $%d', (flat, variant, usd) => {
    const { price } = tableOf(`{ model: gpt-5, input_usd: 4, output_usd: 4${flat} }`);

    expect(price('openai', row({ variant })).costMicroUsd).toBe(usd * MILLION);
  });

  it('know no dearer tier for long requests', () => {
    const { price } = tableOf('{ model: gpt-5.5, input_usd: 4, output_usd: 4 }');

    expect(price('openai', row({ model: 'gpt-5.5', requests: 1 })).costMicroUsd).toBe(4 * MILLION);
  });

  it('of text say nothing of audio, which has an entry of its own', () => {
    const text = '{ model: gpt-realtime, input_usd: 1, output_usd: 1 }';
    const audio = '{ model: gpt-realtime, input_usd: 3, output_usd: 3, modality: audio }';
    const heard = row({ model: 'gpt-realtime', variant: { modality: 'audio' } });

    expect(tableOf(text).price('openai', heard)).toMatchObject({ costMicroUsd: 32 * MILLION, source: 'listed' });
    expect(tableOf(text, audio).price('openai', heard)).toMatchObject({ costMicroUsd: 3 * MILLION });
    expect(tableOf(text, audio).price('openai', row({ model: 'gpt-realtime' })).costMicroUsd).toBe(MILLION);
  });

  it.each([
    ['images', 1, 10, 10],
    ['audio_speeches', 15, 2_000_000, 30],
    ['audio_transcriptions', 6, 90, 9],
    ['web_search_calls', 2, 3, 6],
    ['something_new', 2, 3, 6],
  ])('of %s at $%d a unit make %d of them $%d', (endpoint, usd, requests, sum) => {
    const { price } = tableOf(`{ endpoint: ${endpoint}, per_unit_usd: ${usd} }`);

    expect(price('openai', pictures({ endpoint, requests }))).toEqual({
      costMicroUsd: sum * MILLION,
      source: 'policy',
      pricedAs: 'policy',
    });
  });

  it('of a unit pass over rows with tokens, and prices of tokens over rows without', () => {
    const { price } = tableOf(
      "{ model: '*', input_usd: 1, output_usd: 1 }",
      '{ endpoint: completions, per_unit_usd: 9 }',
      '{ endpoint: images, per_unit_usd: 0.5 }',
    );

    expect(price('openai', row()).costMicroUsd).toBe(MILLION);
    expect(price('openai', pictures()).costMicroUsd).toBe(5 * MILLION);
    expect(price('openai', row({ tokens: NO_TOKENS, requests: 3 })).costMicroUsd).toBe(0);
  });

  it('take a discount off what the list says, factors included, and leave an estimate one', () => {
    const { price } = tableOf("{ model: 'gpt-*', discount_percent: 20 }");

    expect(price('openai', row({ variant: { batch: true } }))).toEqual({
      costMicroUsd: 500_000,
      source: 'policy',
      pricedAs: 'gpt-5',
    });
    expect(price('openai', pictures())).toMatchObject({ costMicroUsd: 2 * MILLION, source: 'rough' });
    expect(price('openai', row({ model: 'gpt-77' }))).toMatchObject({ source: 'sibling' });
    expect(price('nobody', row())).toMatchObject({ source: 'unpriced' });
  });

  it('are part of the version, which is the same for the same prices and another for others', () => {
    const entry = '{ model: gpt-5, input_usd: 1, output_usd: 1 }';
    const versions = [
      tableOf(),
      tableOf(entry),
      tableOf(entry),
      tableOf(entry.replace('input_usd: 1', 'input_usd: 2')),
    ];

    expect(tableOf().version).toBe(PRICE_TABLE_VERSION);
    expect(tableOf(entry).version).toMatch(/^genai-prices .+, keysteward \d+, policy [0-9a-f]{8}$/);
    expect(new Set(versions.map(({ version }) => version)).size).toBe(3);
    expect(tableOf(entry.replace('gpt-5', 'gpt-6')).version).not.toBe(tableOf(entry).version);
  });
});
