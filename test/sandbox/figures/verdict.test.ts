import { expect, test } from 'vitest';
import type { RotationFigures } from '../../../src/sandbox/figures/figures.ts';
import { type Beside, figureFaults } from '../../../src/sandbox/figures/verdict.ts';

const FIGURES: RotationFigures = {
  rotated: 9,
  blocked: 1,
  overrides: 1,
  liveNewKeysMax: 1,
  oldRevokedBeforeVerified: 0,
  failedConsumerCalls: 12,
  rootMessages: 1,
  threadMessages: 40,
  edits: 300,
  maxPostsPerSecond: 1,
  auditVerified: true,
  days: 30,
};
const BESIDE: Beside = { failedOfOverridden: 12, maxEditsPerMinute: 50, rootMessages: 1 };

test('figures in which all holds, or in which nothing has happened yet, have no fault', () => {
  expect(figureFaults(FIGURES, BESIDE)).toEqual([]);
  expect(figureFaults({ ...FIGURES, liveNewKeysMax: 0, maxPostsPerSecond: 0 }, BESIDE)).toEqual([]);
  expect(figureFaults({ ...FIGURES, rootMessages: 3 }, { ...BESIDE, rootMessages: null })).toEqual([]);
});

test.each<[string, Partial<RotationFigures>, Partial<Beside>]>([
  ['2 new keys for one old key worked at the same time', { liveNewKeysMax: 2 }, {}],
  ['1 stopped before the new key was verified', { oldRevokedBeforeVerified: 1 }, {}],
  ['1 of the consumers’ calls failed although nobody gave them up', { failedConsumerCalls: 13 }, {}],
  ['12 of the consumers’ calls failed although nobody gave them up', {}, { failedOfOverridden: 0 }],
  ['2 posts in one second and channel', { maxPostsPerSecond: 2 }, {}],
  ['51 edits in one minute', {}, { maxEditsPerMinute: 51 }],
  ['2 messages in the channel instead of 1', { rootMessages: 2 }, {}],
  ['0 messages in the channel instead of 1', { rootMessages: 0 }, {}],
  ['the audit log is broken, or does not tell what the providers’ books show', { auditVerified: false }, {}],
])('a run is faulty with %s', (fault, figures, beside) => {
  const found = figureFaults({ ...FIGURES, ...figures }, { ...BESIDE, ...beside });
  expect(found).toEqual([expect.stringContaining(fault)]);
});
