import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bindDetector, type RequestRecord } from '../../../src/domain/detector.ts';
import { authFailures } from '../../../src/domain/detectors/auth-failures.ts';
import { capForecast, forecastOf } from '../../../src/domain/detectors/cap-forecast.ts';
import { bindDetectors } from '../../../src/domain/detectors/index.ts';
import { unknownAddress } from '../../../src/domain/detectors/unknown-address.ts';
import { DAY_MS, MINUTE_MS, nextMonthStart } from '../../../src/domain/time.ts';
import { NOON, usageOf } from '../../support/records.ts';
import { inputOf } from './fixture.ts';
import { baselineOf } from './fixture-facts.ts';

const KNOWN = [{ address: '192.0.2.1', country: 'DE', network: null }];
const record = fc.record<RequestRecord>({
  at: fc.integer({ min: NOON - 60 * MINUTE_MS, max: NOON }),
  keyId: fc.constantFrom('key_1', 'key_2'),
  model: fc.constantFrom('model-a', 'model-b'),
  endpoint: fc.constant('completions'),
  inputTokens: fc.nat(100),
  outputTokens: fc.nat(100),
  sourceIp: fc.constantFrom('192.0.2.1', '192.0.2.2', '2001:db8::1', null, 'nonsense'),
  userAgent: fc.constant(null),
  statusCode: fc.constantFrom(200, 200, 401, 403, 500),
  costMicroUsd: fc.nat(1_000_000),
});
const records = fc.array(record, { maxLength: 80 });

function detect(detector: Parameters<typeof bindDetector>[0], requests: readonly RequestRecord[]) {
  const baseline = baselineOf({ known: KNOWN, days: [] }, NOON);
  return bindDetector(detector, {}).detect({ ...inputOf([], NOON), requests, baseline });
}

test('an unknown address fires exactly where a record is from another address than the known', () => {
  fc.assert(
    fc.property(records, (given) => {
      const fires = detect(unknownAddress, given).length > 0;

      expect(fires).toBe(given.some(({ sourceIp }) => sourceIp !== null && sourceIp !== '192.0.2.1'));
    }),
  );
});

test('refusals fire exactly for the keys of which ten lie within ten minutes', () => {
  const seen = new Set<boolean>();
  fc.assert(
    fc.property(records, (given) => {
      const keys = ['key_1', 'key_2'].filter((keyId) => {
        const refused = given.filter((one) => one.keyId === keyId && [401, 403].includes(one.statusCode));
        const within = (from: number) => refused.filter(({ at }) => at >= from && at <= from + 10 * MINUTE_MS).length;
        return refused.some(({ at }) => within(at) >= 10);
      });
      seen.add(keys.length > 0);
      const found = detect(authFailures, given).map(({ keyId }) => keyId);
      expect(found.toSorted()).toEqual(keys);
    }),
    { numRuns: 500 },
  );
  expect(seen.has(false)).toBe(true);
});

test('the order of records never changes what fires, nor how gravely', () => {
  const shuffled = records.chain((given) =>
    fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length, maxLength: given.length })),
  );
  fc.assert(
    fc.property(shuffled, ([given, other]) => {
      for (const detector of [unknownAddress, authFailures] as const) {
        const verdicts = (requests: readonly RequestRecord[]) =>
          detect(detector as Parameters<typeof bindDetector>[0], requests)
            .map(({ dedupeKey, severity, startedAt }) => `${dedupeKey} ${severity} ${startedAt}`)
            .toSorted();
        expect(verdicts(other)).toEqual(verdicts(given));
      }
    }),
  );
});

test('no detector throws on empty input, on one bucket, or on money that is no number', () => {
  const bucket = usageOf({ startAt: NOON - MINUTE_MS });
  for (const usage of [[], [bucket], [{ ...bucket, costMicroUsd: Number.NaN }]]) {
    for (const { id, detect: run } of bindDetectors({})) {
      expect(Array.isArray(run(inputOf(usage, NOON))), id).toBe(true);
    }
  }
});

test('a forecast is the month so far and usual days, and the cap is reached within the month exactly where it goes over', () => {
  const money = fc.nat(1_000_000_000);
  fc.assert(
    fc.property(money, money, money, fc.nat(30 * DAY_MS), (month, day, others, laterMs) => {
      const now = NOON + laterMs;
      const cap = { monthMicroUsd: month, capMicroUsd: 5_000_000_000, usualDayMicroUsd: { own: day, others } };
      const forecast = forecastOf({ ...inputOf([], now), baseline: null }, cap);

      const expected = month + ((day + others) * (nextMonthStart(now) - now)) / DAY_MS;
      expect(Math.abs(forecast.monthEndMicroUsd - expected)).toBeLessThan(2);
      if (forecast.monthEndMicroUsd > cap.capMicroUsd) expect(forecast.reachedAt).not.toBeNull();
      if (forecast.reachedAt !== null) expect(forecast.reachedAt).toBeLessThan(nextMonthStart(now));
    }),
  );
  expect(capForecast.historyMs).toBeGreaterThan(0);
});
