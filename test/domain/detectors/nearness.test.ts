import { describe, expect, test } from 'vitest';
import { bindDetector } from '../../../src/domain/detector.ts';
import { bindDetectors, detectors } from '../../../src/domain/detectors/index.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { NOON, usageOf } from '../../support/records.ts';
import { fixtureNames, inputOf, inputOfFixture, readFixture } from './fixture.ts';

describe.each(detectors.filter(({ nearness }) => nearness !== undefined))('how near $id says it is', (detector) => {
  test.each(fixtureNames(detector.id))('is above one exactly where it fires: %s', (name) => {
    const fixture = readFixture(detector.id, name);
    const { detect, nearness } = bindDetector(detector, fixture.settings);
    const input = inputOfFixture(fixture);

    expect(nearness(input) > 1).toBe(detect(input).length > 0);
  });
});

test('a detector that cannot tell says zero', () => {
  const { nearness: _, ...silent } = detectors[0];

  expect(bindDetector(silent, {}).nearness(inputOf([], NOON))).toBe(0);
});

test('half of the floor in the last rolling hour is half the way', () => {
  const [detector] = bindDetectors({});
  const bucket = usageOf({ startAt: NOON - HOUR_MS + MINUTE_MS, costMicroUsd: 2_500_000 });
  const long = usageOf({ startAt: NOON - HOUR_MS - MINUTE_MS, costMicroUsd: 2_500_000 });

  expect(detector?.nearness(inputOf([bucket], NOON))).toBe(0.5);
  expect(detector?.nearness(inputOf([long], NOON))).toBe(0);
});
