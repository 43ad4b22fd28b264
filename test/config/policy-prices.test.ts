import { describe, expect, test } from 'vitest';
import { formatFaults } from '../../src/config/faults.ts';
import { parsePolicy } from '../../src/config/policy.ts';
import { DETECTORS, POLICY } from './given.ts';

const parse = (entries: string) =>
  parsePolicy(`${POLICY}prices:\n${entries}`, {
    file: 'policy.yml',
    detectors: DETECTORS,
    providerIds: ['openai', 'anthropic'],
  });

function pricesOf(entries: string) {
  const result = parse(entries);
  if (!result.ok) throw new Error(formatFaults(result.faults));
  return result.policy.prices;
}

function faultsOf(entries: string): readonly string[] {
  const result = parse(entries);
  return result.ok ? [] : result.faults.map(({ where, problem, fix }) => `${where} ${problem}. ${fix}`);
}

const TOKENS = 'model: m, input_usd: 4, output_usd: 20';

describe('prices in policy.yml', () => {
  test('of tokens come with everything that they say', () => {
    const entry = `- { model: 'gpt-5.5*', provider: openai, endpoint: completions, input_usd: 4, cached_input_usd: 0.4, cache_write_usd: 5,
      cache_write_1h_usd: 6, output_usd: 20, from: 2026-08-01, until: 2026-12-31, modality: audio, flat: true }`;

    expect(pricesOf(entry)).toEqual([
      {
        providerId: 'openai',
        model: { match: 'gpt-5.5*', pattern: /^gpt-5\.5.*$/is },
        endpoint: 'completions',
        fromAt: Date.UTC(2026, 7, 1),
        untilAt: Date.UTC(2027, 0, 1),
        price: {
          kind: 'tokens',
          rates: { uncachedInput: 4, cachedInput: 0.4, cacheWrite5m: 5, cacheWrite1h: 6, output: 20 },
          modality: 'audio',
          flat: true,
        },
      },
    ]);
  });

  test('of tokens take cache prices for no bargain where they are left out', () => {
    expect(pricesOf(`- { ${TOKENS} }`)).toEqual([
      {
        providerId: null,
        model: { match: 'm', pattern: /^m$/is },
        endpoint: null,
        fromAt: null,
        untilAt: null,
        price: {
          kind: 'tokens',
          rates: { uncachedInput: 4, cachedInput: 4, cacheWrite5m: 5, cacheWrite1h: 8, output: 20 },
          modality: null,
          flat: false,
        },
      },
    ]);
  });

  test('of units and discounts', () => {
    const entries = '- { endpoint: images, per_unit_usd: 0.042 }\n- { provider: anthropic, discount_percent: 15 }';

    expect(pricesOf(entries)).toMatchObject([
      { endpoint: 'images', price: { kind: 'units', microUsd: 42_000 } },
      { providerId: 'anthropic', price: { kind: 'discount', factor: 0.85 } },
    ]);
  });

  test.each([
    ['{ model: m }', 'prices.0 has no price. Write input_usd and output_usd, or per_unit_usd, or discount_percent.'],
    [
      '{ model: m, input_usd: 4 }',
      'prices.0.output_usd is missing. Write US dollars per million tokens, for instance 1.25.',
    ],
    [
      '{ input_usd: 4, output_usd: 2 }',
      "prices.0.model is missing. Write a model, or a pattern in quotes such as 'gpt-5.5*' (* is any text).",
    ],
    ['{ model: m, cached_input_usd: 4, output_usd: 1 }', 'prices.0.input_usd is missing.'],
    [
      '{ model: m, per_unit_usd: 4 }',
      'prices.0.endpoint is missing. Write an endpoint such as images or web_search_calls.',
    ],
    [`{ ${TOKENS}, discount_percent: 4 }`, 'prices.0.discount_percent stands beside another kind of price'],
    [`{ ${TOKENS}, endpoint: images, per_unit_usd: 4 }`, 'prices.0.per_unit_usd stands beside another kind of price'],
    [
      '{ endpoint: images, per_unit_usd: 4, discount_percent: 3 }',
      'prices.0.discount_percent stands beside another kind',
    ],
    ['{ endpoint: images, per_unit_usd: 4, modality: audio }', 'prices.0.modality only goes with prices of tokens'],
    ['{ discount_percent: 4, flat: true }', 'prices.0.flat only goes with prices of tokens'],
    ['{ discount_percent: 101 }', 'prices.0.discount_percent is too large. Write a number from 0 to 100.'],
    [`{ ${TOKENS}, cache_write_usd: -1 }`, 'prices.0.cache_write_usd is too small.'],
    ['{ model: m, input_usd: four, output_usd: 2 }', 'prices.0.input_usd should be a number.'],
    [
      `{ ${TOKENS}, provider: opnai }`,
      'prices.0.provider is not written in a known form. Write the provider’s id: openai, anthropic.',
    ],
    [`{ ${TOKENS}, from: 2026-02-30 }`, 'prices.0.from is not a day. Write a day in UTC such as 2026-08-01.'],
    [`{ ${TOKENS}, from: 2026-08-02, until: 2026-08-01 }`, 'prices.0.until is before from.'],
    [`{ ${TOKENS}, inputusd: 3 }`, 'prices.0.inputusd is not a known key. Did you mean input_usd?'],
  ])('%s is a fault with its line', (entry, fault) => {
    const faults = faultsOf(`- { ${TOKENS} }\n- ${entry}`);

    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(`policy.yml:5 ${fault.replace('prices.0', 'prices.1')}`);
  });

  test('that are no list are a fault', () => {
    expect(faultsOf('  model: m')).toEqual([
      'policy.yml:3 prices should be a list. Write a list of prices: - { model: gpt-x, input_usd: 4, output_usd: 20 }.',
    ]);
  });
});
