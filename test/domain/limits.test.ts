import { describe, expect, test } from 'vitest';
import {
  capFault,
  capWords,
  modelWords,
  parseCap,
  rateWords,
  sameModels,
  widestRates,
} from '../../src/domain/limits.ts';
import { monthStart, nextMonthStart } from '../../src/domain/time.ts';

describe('a typed cap', () => {
  test.each([
    ['250', 250_000_000],
    [' $1,250.50 ', 1_250_500_000],
    ['0.01', 10_000],
    ['99.9', 99_900_000],
    ['1.15', 1_150_000],
    ['None', null],
  ])('%s is taken as it is', (text, monthlyMicroUsd) => {
    expect(parseCap(text)).toEqual({ ok: true, monthlyMicroUsd, converted: null });
  });

  test.each(['', '0', '-5', '1.005', '1e3', 'ten dollars', '10000001', 'NaN'])('%s is refused, not rounded', (text) => {
    expect(parseCap(text)).toMatchObject({ ok: false });
  });

  test('that reached us otherwise is held to the same', () => {
    expect(capFault(10_001)).not.toBeNull();
    expect(capFault(0)).not.toBeNull();
    expect(capFault(null)).toBeNull();
    expect(capFault(500_000_000)).toBeNull();
  });
});

test('a cap is shown to the cent', () => {
  expect([capWords(500_000_000), capWords(1_499_500_000), capWords(null)]).toEqual([
    '$500 a month',
    '$1,499.50 a month',
    'none',
  ]);
});

test('models and rates read as words', () => {
  expect(modelWords({ mode: 'all', models: [] })).toBe('all');
  expect(modelWords({ mode: 'allow', models: ['a', 'b'] })).toBe('only a, b');
  expect(modelWords({ mode: 'allow', models: [] })).toBe('none');
  expect(modelWords({ mode: 'deny', models: ['a'] })).toBe('all but a');
  expect(rateWords({ kind: 'max_tokens_per_1_minute', value: 4_000 })).toBe('4,000 tokens per minute');
  expect(rateWords({ kind: 'requests_per_minute', value: null })).toBe('no limit of requests per minute');
});

test('the order of models does not matter, their mode does', () => {
  expect(sameModels({ mode: 'allow', models: ['a', 'b'] }, { mode: 'allow', models: ['b', 'a'] })).toBe(true);
  expect(sameModels({ mode: 'allow', models: ['a'] }, { mode: 'deny', models: ['a'] })).toBe(false);
  expect(sameModels({ mode: 'allow', models: ['a'] }, { mode: 'allow', models: ['a', 'b'] })).toBe(false);
});

test('the widest rates come first, one for each model, tokens before requests', () => {
  const rate = (model: string, kind: string, value: number) => ({ id: `${model}#${kind}`, model, kind, value });
  const rates = [
    rate('small', 'tokens_per_minute', 10),
    rate('big', 'requests_per_minute', 9_999_999),
    rate('big', 'tokens_per_minute', 50),
  ];

  expect(widestRates(rates, 3).map(({ id }) => id)).toEqual(['big#tokens_per_minute', 'small#tokens_per_minute']);
  expect(widestRates(rates, 1)).toHaveLength(1);
});

test('a month begins and ends in UTC', () => {
  const at = Date.UTC(2026, 11, 31, 23, 59);

  expect([monthStart(at), nextMonthStart(at)]).toEqual([Date.UTC(2026, 11, 1), Date.UTC(2027, 0, 1)]);
});
