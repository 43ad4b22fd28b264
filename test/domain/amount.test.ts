import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAmount } from '../../src/domain/amount.ts';

const EURO = { code: 'EUR', usdRate: 0.8, rateDate: '2026-08-01' };

describe('an amount', () => {
  test.each([
    ['250', 250],
    ['$1,000', 1_000],
    ['1,000,000', 1_000_000],
    ['1.000,50', 1_000.5],
    ['99,50', 99.5],
    ['200 USD', 200],
    ['usd 200', 200],
    ['12 dollars', 12],
    ['1 000', 1_000],
    ["1'000.25", 1_000.25],
  ])('%s is %s dollars', (text, usd) => {
    expect(parseAmount(text)).toEqual({ ok: true, microUsd: usd * 1_000_000, converted: null });
  });

  test.each(['none', ' None', 'off', 'unlimited'])('%s is none', (text) => {
    expect(parseAmount(text)).toEqual({ ok: true, microUsd: null, converted: null });
  });

  test('in policy’s currency is converted to the cent, and says at which rate', () => {
    for (const text of ['€200', '200 EUR', '200 euros', 'eur 200', '200€']) {
      expect(parseAmount(text, EURO)).toEqual({
        ok: true,
        microUsd: 250_000_000,
        converted: '200 EUR at 0.8 for $1 (2026-08-01)',
      });
    }
    expect(parseAmount('€10.20', EURO)).toMatchObject({ microUsd: 12_750_000 });
  });

  test.each([
    ['ten', 'Write it in digits.'],
    ['ten dollars', 'Write it in digits.'],
    ['-5', 'cannot be negative'],
    ['$-5', 'cannot be negative'],
    ['1e9', 'plain digits'],
    ['1.000', 'Write 1000, or 1.00.'],
    ['€200', 'there is no rate for EUR'],
    ['£5', 'there is no rate for GBP'],
    ['99999999', 'Is a digit too many?'],
    ['$5 EUR', 'Give an amount'],
    ['1.005', 'two ways'],
    ['12x', 'Give an amount'],
    ['', 'Give an amount'],
  ])('%j is asked back', (text, sentence) => {
    const amount = parseAmount(text);
    expect(amount.ok ? '' : amount.fault).toContain(sentence);
  });

  test('is whole cents or a sentence, whatever is typed', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.double().map(String),
          fc.integer().map((n) => `€${n}`),
        ),
        (text) => {
          const amount = parseAmount(text, EURO);
          if (!amount.ok) expect(amount.fault).toMatch(/[.?]$/);
          else if (amount.microUsd !== null) expect(amount.microUsd % 10_000).toBe(0);
        },
      ),
    );
  });
});
