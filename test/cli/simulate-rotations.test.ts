import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { KEYSTEWARD } from '../support/program.ts';

const FIELDS = [
  'rotated',
  'blocked',
  'overrides',
  'liveNewKeysMax',
  'oldRevokedBeforeVerified',
  'failedConsumerCalls',
  'rootMessages',
  'threadMessages',
  'edits',
  'maxPostsPerSecond',
  'auditVerified',
  'days',
];

function simulate(...args: string[]) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME };
  const run = spawnSync(process.execPath, [...KEYSTEWARD, 'simulate', ...args, '--json'], { env, encoding: 'utf8' });
  const figures: Record<string, unknown> = JSON.parse(run.stdout);
  return { ...run, figures };
}

test('a simulated rotation prints the twelve figures and nothing else', { timeout: 60_000 }, () => {
  const { figures, stderr, status } = simulate('rotation', '--provider', 'openai');

  expect(Object.keys(figures)).toEqual(FIELDS);
  expect(figures).toMatchObject({ rotated: 1, liveNewKeysMax: 1, rootMessages: 1, auditVerified: true });
  expect([stderr, status]).toEqual(['', 0]);
});

test('a campaign that is not over prints the same, says what is not proven, and ends with 1', {
  timeout: 60_000,
}, () => {
  const { figures, stderr, status } = simulate('campaign', '--keys', '1', '--days', '2');

  expect(Object.keys(figures)).toEqual(FIELDS);
  expect(figures).toMatchObject({ rotated: 0, rootMessages: 1, days: 2 });
  expect(stderr).toMatch(/^Not proven: .* is neither rotated nor blocked with a reason\.$/m);
  expect(status).toBe(1);
});
