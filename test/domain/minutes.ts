import fc from 'fast-check';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import type { UsageBucket } from '../../src/domain/usage.ts';
import { NOON, usageOf } from '../support/records.ts';

export const QUARTER_MS = 15 * MINUTE_MS;
export const FROM = NOON - DAY_MS;
export const MINUTES = DAY_MS / MINUTE_MS;

/** The definition, read literally: what every single minute cost, a wide bucket spread evenly over its minutes. */
export function minuteCosts(buckets: readonly UsageBucket[]): number[] {
  const minutes = new Array<number>(MINUTES).fill(0);
  for (const bucket of buckets) {
    const width = bucket.widthMs / MINUTE_MS;
    for (let index = 0; index < width; index += 1) {
      const minute = (bucket.startAt - FROM) / MINUTE_MS + index;
      if (minute >= 0 && minute < MINUTES) minutes[minute] = (minutes[minute] ?? 0) + bucket.costMicroUsd / width;
    }
  }
  return minutes;
}

export const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

const anyBucket = fc
  .record({
    widthMs: fc.constantFrom(MINUTE_MS, QUARTER_MS, HOUR_MS, DAY_MS),
    minute: fc.integer({ min: -2 * MINUTES, max: 2 * MINUTES }),
    costMicroUsd: fc.nat(50_000_000),
  })
  .map(({ widthMs, minute, costMicroUsd }) =>
    usageOf({ widthMs, costMicroUsd, startAt: Math.floor((FROM + minute * MINUTE_MS) / widthMs) * widthMs }),
  );
export const anyBuckets = fc.array(anyBucket, { maxLength: 60 });
