import { describe, expect, test } from 'vitest';
import { US_DOLLAR } from '../../src/domain/money.ts';
import { parseEnd, parseWindow } from '../../src/domain/window-words.ts';

const NOW = Date.UTC(2026, 7, 3, 12);
const EURO = { code: 'EUR', usdRate: 0.8, rateDate: '2026-08-01' };

function words(text: string, currency = US_DOLLAR) {
  const parsed = parseWindow(text, { now: NOW, timeZone: 'UTC', currency });
  if (!parsed.ok) return parsed.fault;
  const until = new Date(parsed.untilAt).toISOString().slice(5, 16);
  return [until, parsed.ceilingMicroUsd / 1e6, parsed.reason].filter((part) => part !== '');
}

describe('a window as a person types it', () => {
  test.each([
    ['until 18:00 500', ['08-03T18:00', 500]],
    ['until 18:00 500 load test', ['08-03T18:00', 500, 'load test']],
    ['until tomorrow 9:00 $1,000 "the launch"', ['08-04T09:00', 1000, 'the launch']],
    ['until 2026-08-10 99.50 batch', ['08-11T00:00', 99.5, 'batch']],
    ['until 6h 500 usd load test', ['08-03T18:00', 500, 'load test']],
    ['500 until 18:00 load test', ['08-03T18:00', 500, 'load test']],
    ['$500 for 6h load test', ['08-03T18:00', 500, 'load test']],
    // Words of a reason that are currencies in capitals somewhere.
    ['until 18:00 500 all night', ['08-03T18:00', 500, 'all night']],
    ['until 18:00 500 for the test', ['08-03T18:00', 500, 'for the test']],
  ])('%s', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  test('is converted from the currency of policy', () => {
    expect(words('until 18:00 200 EUR load test', EURO)).toEqual(['08-03T18:00', 250, 'load test']);
    expect(words('until 18:00 €200', EURO)).toEqual(['08-03T18:00', 250]);
  });

  test('another currency is refused, and never taken for dollars', () => {
    expect(words('until 18:00 200 GBP load test')).toContain('there is no rate for GBP');
    expect(words('until 18:00 200 gbp')).toContain('there is no rate for GBP');
  });

  test.each([
    '',
    '18:00 500',
    'until',
    'until soon 500',
    'until 18:00',
    'until 18:00 none',
    'until 18:00 0',
    'until 18:00 -5',
    '500',
  ])('“%s” is asked back', (text) => {
    expect(words(text)).toEqual(expect.stringMatching(/\w/));
  });
});

test('the end of a mute may stand alone or after a word', () => {
  const setting = { now: NOW, timeZone: 'UTC' };
  expect(parseEnd('3d known batch', setting)).toMatchObject({ ok: true, reason: 'known batch' });
  expect(parseEnd('until friday', setting)).toMatchObject({ ok: true, untilAt: Date.UTC(2026, 7, 8) });
  expect(parseEnd('nonsense', setting).ok).toBe(false);
});
