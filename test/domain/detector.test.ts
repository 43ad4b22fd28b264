import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { bindDetector, type Detector } from '../../src/domain/detector.ts';
import { bindDetectors, detectors } from '../../src/domain/detectors/index.ts';
import { NOON } from '../support/records.ts';
import { inputOf } from './detectors/fixture.ts';

const settings = z.strictObject({ limit: z.number().default(3) });
const echo: Detector<z.infer<typeof settings>> = {
  id: 'echo',
  title: 'Says its limit',
  historyMs: 7,
  settings,
  detect: (input, { limit }) => [
    {
      detectorId: 'echo',
      lineageId: input.lineage.id,
      keyId: null,
      severity: 'info',
      startedAt: input.now,
      observedUntil: input.now,
      costMicroUsd: limit,
      headline: [],
      reason: [],
      evidence: {},
      dedupeKey: 'echo',
    },
  ],
};
const limitOf = (raw: unknown) => bindDetector(echo, raw).detect(inputOf([], NOON))[0]?.costMicroUsd;

describe('binding a detector', () => {
  test('without a section of policy it works with its defaults', () => {
    expect([limitOf(undefined), limitOf(null), limitOf({})]).toEqual([3, 3, 3]);
  });

  test('a section is its own to read', () => {
    expect(limitOf({ limit: 8 })).toBe(8);
  });

  test('a section that it does not understand is refused at once, not at the first leak', () => {
    expect(() => bindDetector(echo, { limt: 8 })).toThrow(z.ZodError);
  });

  test('keeps what it is called and how much history it reads', () => {
    expect(bindDetector(echo, {})).toMatchObject({ id: 'echo', title: 'Says its limit', historyMs: 7 });
  });
});

describe('all detectors', () => {
  test('have ids of their own that policy can name, and defaults for everything', () => {
    const ids = bindDetectors({}).map(({ id }) => id);

    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  test.each(detectors.map(({ id }) => id))('%s reads the section of its own name', (id) => {
    expect(() => bindDetectors({ [id]: { 'no-such-setting': 1 } })).toThrow(z.ZodError);
    expect(() => bindDetectors({ another: { 'no-such-setting': 1 } })).not.toThrow();
  });
});
