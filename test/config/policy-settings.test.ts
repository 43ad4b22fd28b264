import { expect, test } from 'vitest';
import { parsePolicy } from '../../src/config/policy.ts';
import { detectors } from '../../src/domain/detectors/index.ts';

const TEXT = `channels: { alerts: '#ai-keys' }
roles:
  admins: [U0CHRIS]
polling:
  usage_minutes: 7
environments:
  - match: '*-ci'
    environment: staging
owners:
  'billing-*': U0BEN
prices:
  - { model: gpt-x, input_usd: 4, output_usd: 20 }
`;

function settings(text = TEXT): ReadonlyMap<string, string> {
  const parsed = parsePolicy(text, { file: 'policy.yml', detectors });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return new Map(parsed.settings.map(({ key, value, line }) => [key, `${value} @ ${line ?? 'default'}`]));
}

test('a value of the file is told with its line, all others as defaults', () => {
  const found = settings();

  expect(found.get('channels.alerts')).toBe('#ai-keys @ 1');
  expect(found.get('roles.admins')).toBe('U0CHRIS @ 3');
  expect(found.get('roles.responders')).toBe('none @ default');
  expect(found.get('polling.usage_minutes')).toBe('7 @ 5');
  expect(found.get('polling.inventory_minutes')).toBe('60 @ default');
  expect(found.get('environments.0')).toBe('match: *-ci, environment: staging @ 7');
  expect(found.get('owners.billing-*')).toBe('U0BEN @ 10');
  expect(found.get('detectors.spend-acceleration.ratio')).toBe('5 @ default');
  expect(found.get('prices.0')).toMatch(/gpt-x.* @ 12$/);
});

test('what looks like a key is not shown', () => {
  const found = settings(`${TEXT}`.replace('billing-*', `sk-ant-api03-${'A1b2C3d4'.repeat(10)}`));

  expect(JSON.stringify([...found])).not.toContain('A1b2C3d4A1b2');
});
