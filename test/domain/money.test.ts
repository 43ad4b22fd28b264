import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatMoney, microUsdFromUsd, rateText, US_DOLLAR } from '../../src/domain/money.ts';

const usd = (amount: number) => formatMoney(microUsdFromUsd(amount));

describe('formatMoney', () => {
  test.each([
    [0, '$0'],
    [0.000001, 'under $0.01'],
    [0.0049, 'under $0.01'],
    [0.005, '$0.01'],
    [0.47, '$0.47'],
    [1, '$1.00'],
    [9.99, '$9.99'],
    [9.994999, '$9.99'],
    [9.995, '$10'],
    [10, '$10'],
    [21.5, '$22'],
    [203.4, '$203'],
    [12_720, '$12,720'],
    [1_000_000, '$1,000,000'],
    [0.4712, '$0.47'],
    [1_234.56, '$1,235'],
    [-0.47, '-$0.47'],
    [-5.2, '-$5.20'],
    [-0.003, '$0'],
    [-0, '$0'],
    [-12_720, '-$12,720'],
  ])('shows %d dollars as %s: cents below ten, whole units above', (amount, text) => {
    expect(usd(amount)).toBe(text);
  });

  test('converts into the display currency before it rounds', () => {
    const euro = { code: 'EUR', usdRate: 0.92 };

    expect(formatMoney(220_652_000, euro)).toBe('€203');
    expect(formatMoney(10_500_000, euro)).toBe('€9.66');
    expect(formatMoney(5_300, euro)).toBe('under €0.01');
  });

  test('writes no cents in a currency that has none, and cents at most in one with three digits', () => {
    const yen = { code: 'JPY', usdRate: 150 };

    expect(formatMoney(50_000, yen)).toBe('¥8');
    expect(formatMoney(3_000, yen)).toBe('under ¥1');
    expect(formatMoney(22_000_000, yen)).toBe('¥3,300');
    expect(formatMoney(4_000_000, { code: 'KWD', usdRate: 0.31 })).toMatch(/1\.24$/);
  });

  test('never calls something nothing, and errs by half of what it shows at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000_000_000 }), (microUsd) => {
        const text = formatMoney(microUsd);
        const shown = Number(text.replace(/[^0-9.]/g, ''));
        if (text.startsWith('under ')) return microUsd < 5_000;
        const half = microUsd < 9_995_000 ? 0.005 : 0.5;
        return shown > 0 && Math.abs(shown - microUsd / 1e6) <= half + 1e-6;
      }),
    );
  });

  test('a dearer amount never reads as a cheaper one', () => {
    const shownOf = (microUsd: number) => Number(formatMoney(microUsd).replace(/[^0-9.]/g, ''));
    fc.assert(
      fc.property(fc.nat(20_000_000), fc.nat(20_000_000), (a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        return shownOf(less) <= shownOf(more) || formatMoney(less).startsWith('under ');
      }),
    );
  });
});

test('the rate is told with its day, and not for dollars', () => {
  expect(rateText({ code: 'EUR', usdRate: 0.92, rateDate: '2026-08-01' })).toBe(
    'amounts in EUR at 0.92 for $1 (2026-08-01)',
  );
  expect(rateText({ code: 'EUR', usdRate: 0.92 })).toBe('amounts in EUR at 0.92 for $1');
  expect(rateText(US_DOLLAR)).toBe(null);
});

describe('microUsdFromUsd', () => {
  test.each([
    [0, 0],
    [0.1 + 0.2, 300_000],
    [0.0000005, 1],
    [0.0000004, 0],
    [1.005, 1_005_000],
    [12_720.42, 12_720_420_000],
  ])('%d dollars are %d micro-dollars', (amount, microUsd) => {
    expect(microUsdFromUsd(amount)).toBe(microUsd);
  });

  test('is always a whole number that lies within half a micro-dollar', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (amount) => {
        const microUsd = microUsdFromUsd(amount);
        return Number.isInteger(microUsd) && Math.abs(microUsd - amount * 1e6) <= 0.5;
      }),
    );
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses %d', (amount) => {
    expect(() => microUsdFromUsd(amount)).toThrow(RangeError);
  });
});
