import { expect, test } from 'vitest';
import { globPattern } from '../../src/domain/glob.ts';
import { hooksFor, type RedeployRule } from '../../src/domain/redeploy.ts';

const rule = (match: string, hooks: readonly string[], consumer?: string): RedeployRule => ({
  match,
  pattern: globPattern(match),
  hooks,
  consumer: consumer === undefined ? null : { match: consumer, pattern: globPattern(consumer) },
});

test('each hook is named once, with every consumer that it serves; whom no hook serves is left to people', () => {
  const redeploy = [
    rule('prod-*', ['web', 'workers'], 'worker-*'),
    rule('prod-api', ['web'], 'checkout'),
    rule('prod-*', ['web']),
    rule('prod-*', ['cdn']),
    rule('staging-*', ['other']),
    rule('prod-*', ['batch'], 'nobody'),
  ];

  expect(hooksFor('prod-api', ['worker-1', 'checkout', 'cron', 'worker-2'], { redeploy })).toEqual({
    hooks: [
      { name: 'web', consumers: ['worker-1', 'checkout', 'worker-2'] },
      { name: 'workers', consumers: ['worker-1', 'worker-2'] },
      { name: 'cdn', consumers: [] },
    ],
    byPeople: ['cron'],
  });
});

test('without a rule that matches, people see to all of them', () => {
  expect(hooksFor('prod-api', ['a'], { redeploy: [rule('dev-*', ['web'])] })).toEqual({ hooks: [], byPeople: ['a'] });
});
