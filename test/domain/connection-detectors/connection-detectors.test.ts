import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bindConnectionDetector, type ConnectionInput } from '../../../src/domain/connection-detector.ts';
import { blind } from '../../../src/domain/connection-detectors/blind.ts';
import { failedLogins } from '../../../src/domain/connection-detectors/failed-logins.ts';
import { shadowSpend } from '../../../src/domain/connection-detectors/shadow-spend.ts';
import type { ProviderEvent } from '../../../src/domain/detector.ts';
import { US_DOLLAR } from '../../../src/domain/money.ts';
import { renderSentence, type Sentence } from '../../../src/domain/sentence.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { NOON } from '../../support/records.ts';

const DOLLAR = 1_000_000;
const NOTHING: ConnectionInput = {
  now: NOON,
  connectionId: 'openai',
  readings: [],
  silence: null,
  days: [],
  events: [],
};
const DAY_AT = NOON - 36 * HOUR_MS;

function said(sentence: Sentence | undefined): string {
  const instant = (at: number) => new Date(at).toISOString().slice(11, 16);
  return renderSentence(sentence ?? [], { currency: US_DOLLAR, instant, foreign: (text) => `«${text}»`, own: String });
}

describe('shadow spend', () => {
  const detect = (providerUsd: number, keyedUsd: number, settings = {}) =>
    bindConnectionDetector(shadowSpend, settings).detect({
      ...NOTHING,
      days: [{ dayAt: DAY_AT, providerMicroUsd: providerUsd * DOLLAR, keyedMicroUsd: keyedUsd * DOLLAR }],
    });

  test.each([
    ['above both', 200, 180, true],
    ['exactly five dollars', 50, 45, false],
    ['above five dollars, exactly five percent', 200, 190, false],
    ['above five percent, a few cents', 1, 0, false],
    ['above five dollars, of a fortune', 10_000, 9_600, false],
    ['all of it', 6, 0, true],
    ['our prices say more than the provider', 50, 80, false],
    ['nothing', 0, 0, false],
  ])('%s', (_about, providerUsd, keyedUsd, fires) => {
    expect(detect(providerUsd, keyedUsd).map(({ severity }) => severity)).toEqual(fires ? ['medium'] : []);
  });

  test('says how much, of what day and where to look', () => {
    const [found] = detect(200, 180);

    expect(said(found?.headline)).toBe('No known key explains $20 that was spent on Mar 2');
    expect(said(found?.reason)).toMatch(/^The provider charged \$200, known keys account for \$180; 10 % is from /);
  });

  test('is bounded by policy', () => {
    expect(detect(200, 180, { percent: 10 })).toEqual([]);
    expect(detect(1, 0, { floor_usd: 0 })).toHaveLength(1);
  });

  test('says what the definition says, of any day', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(1_000_000), (provider, keyed) => {
        const days = [{ dayAt: DAY_AT, providerMicroUsd: provider * 1_000, keyedMicroUsd: keyed * 1_000 }];
        const fires = bindConnectionDetector(shadowSpend, {}).detect({ ...NOTHING, days }).length > 0;

        expect(fires).toBe(provider - keyed > Math.max(provider * 0.05, 5_000));
      }),
    );
  });
});

describe('silence', () => {
  const detect = (unseenMs: number, aroundTheClock = 3, settings = {}) =>
    bindConnectionDetector(blind, settings)
      .detect({ ...NOTHING, silence: { since: NOON - unseenMs, aroundTheClock, pollMs: 5 * MINUTE_MS } })
      .map(({ severity, headline }) => `${severity}: ${said(headline)}`);

  test.each([
    ['late, but not too late', 75 * MINUTE_MS - 1, 3, []],
    ['an hour and three polls', 75 * MINUTE_MS, 3, ['medium: No usage has come since 10:45, though no read failed']],
    ['two hours', 2 * HOUR_MS, 3, ['high: No usage has come since 10:00, though no read failed']],
    ['two keys may have been switched off', DAY_MS, 2, []],
  ])('%s', (_rule, unseenMs, aroundTheClock, expected) => {
    expect(detect(unseenMs, aroundTheClock)).toEqual(expected);
  });

  test('is bounded by policy', () => {
    expect(detect(75 * MINUTE_MS, 3, { polls: 4 })).toEqual([]);
    expect(detect(75 * MINUTE_MS, 3, { high_hours: 1 })).toHaveLength(1);
  });
});

describe('blindness', () => {
  const detect = (fields: Partial<ConnectionInput['readings'][number]>, settings = {}) =>
    bindConnectionDetector(blind, settings)
      .detect({
        ...NOTHING,
        readings: [
          { reading: 'usage', lastReadAt: NOON - HOUR_MS, failingSince: NOON - 55 * MINUTE_MS, misses: 11, ...fields },
        ],
      })
      .map(({ severity }) => severity);

  test.each([
    ['two misses are noise', { misses: 2 }, []],
    ['three are told', { misses: 3 }, ['medium']],
    ['just under two hours', { lastReadAt: NOON - 2 * HOUR_MS + 1 }, ['medium']],
    ['two hours without usage', { lastReadAt: NOON - 2 * HOUR_MS }, ['high']],
    ['two hours, never read before', { lastReadAt: null, failingSince: NOON - 2 * HOUR_MS }, ['high']],
    ['the key list alone', { reading: 'inventory' as const, lastReadAt: NOON - DAY_MS }, ['medium']],
    ['readable', { failingSince: null, misses: 0 }, []],
  ])('%s', (_about, fields, severities) => {
    expect(detect(fields)).toEqual(severities);
  });

  test('is bounded by policy', () => {
    expect(detect({ misses: 3 }, { polls: 4 })).toEqual([]);
    expect(detect({}, { high_hours: 1 })).toEqual(['high']);
  });
});

describe('failed log-ins', () => {
  const login = (minutes: number, kind = 'login.failed', ip = '198.51.100.7'): ProviderEvent => ({
    id: `${kind}${minutes}${ip}`,
    at: NOON + minutes * MINUTE_MS,
    kind,
    keyId: null,
    scopeId: null,
    keyChange: null,
    actor: 'eve@acme.test',
    detail: { ip },
  });
  const failures = (count: number, everyMinutes = 1) =>
    Array.from({ length: count }, (_, index) => login(index * everyMinutes));
  const detect = (events: readonly ProviderEvent[]) =>
    bindConnectionDetector(failedLogins, {}).detect({ ...NOTHING, events });
  const severities = (events: readonly ProviderEvent[]) => detect(events).map(({ severity }) => severity);

  test('ten within ten minutes are told, nine or slower ones are not', () => {
    expect(severities(failures(10))).toEqual(['medium']);
    expect(severities(failures(9))).toEqual([]);
    expect(severities(failures(10, 1.2))).toEqual([]);
  });

  test('a success from an address that was not seen before makes it worse', () => {
    const before = login(-60, 'login.succeeded', '192.0.2.10');
    const success = (ip: string) => login(20, 'sso_login_succeeded', ip);

    expect(severities([before, ...failures(10), success('198.51.100.7')])).toEqual(['high']);
    expect(severities([before, ...failures(10), success('192.0.2.10')])).toEqual(['medium']);
    // Where no address is known, none is new.
    expect(severities([...failures(10), success('198.51.100.7')])).toEqual(['medium']);
    const [found] = detect([before, ...failures(10), success('198.51.100.7')]);
    expect(said(found?.headline)).toBe('10 log-ins failed in 9 minutes, and then one from a new address succeeded');
    expect(said(found?.reason)).toContain('«eve@acme.test» got in from «198.51.100.7»');
  });

  test('other events are not counted', () => {
    expect(severities(failures(10).map((event) => ({ ...event, kind: 'api_key.created' })))).toEqual([]);
  });
});
