import { expect, test } from 'vitest';
import { simulateCampaign } from '../../../src/sandbox/campaign/simulate-campaign.ts';
import { createLogger } from '../../../src/system/logger.ts';

// Of the first five keys of a fleet one is blocked, and one is still called with by a script that its owner gives up.
test('a campaign leaves one new key each, ends no old key before its time, posts no faster than Slack takes, and is told', async () => {
  const logger = createLogger({ level: 'error' });

  const { figures, details } = await simulateCampaign({ keys: 5, seed: 1, days: 10, tempo: 'brisk', logger });

  expect(details.unproven).toEqual([]);
  expect(figures).toMatchObject({ rotated: 4, blocked: 1, overrides: 1, liveNewKeysMax: 1, auditVerified: true });
  expect(figures.oldRevokedBeforeVerified).toBe(0);
  // The campaign's own: second persons are asked in its thread, and nothing that was expected is an alert.
  expect(figures.rootMessages).toBe(1);
  expect(figures.maxPostsPerSecond).toBeLessThanOrEqual(1);
  // Only the script that its owner has given up runs into the stopped key.
  expect(figures.failedConsumerCalls).toBeGreaterThan(0);
  expect(details.failedOfOverridden).toBe(figures.failedConsumerCalls);
}, 90_000);
