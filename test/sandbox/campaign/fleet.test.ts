import { expect, test } from 'vitest';
import { parsePolicy } from '../../../src/config/policy.ts';
import { detectorSections as detectors } from '../../../src/domain/detectors/index.ts';
import { createFleet } from '../../../src/sandbox/campaign/fleet.ts';
import { secretStores } from '../../../src/secret-stores/index.ts';

test('a fleet has keys at both providers, several owners, every manner, and a policy that is valid', () => {
  const { keys, policy } = createFleet(200, 1);

  expect(new Set(keys.map(({ keyId }) => keyId)).size).toBe(200);
  expect(new Set(keys.map(({ provider }) => provider))).toEqual(new Set(['openai', 'anthropic']));
  expect(new Set(keys.map(({ ownerSlackId }) => ownerSlackId))).toEqual(
    new Set(['U0ANA', 'U0BEN', 'U0CHRIS', 'U0DEE', null]),
  );
  expect(new Set(keys.map(({ manner }) => manner))).toEqual(
    new Set(['prompt', 'reminded', 'blocked', 'forgotten', 'sacrificed']),
  );
  expect(keys.filter(({ holder }) => holder.kind === 'service_account')).toHaveLength(50);
  const file = `channels: { alerts: '#a' }\nroles: { admins: [U0A] }\n${policy}`;
  const parsed = parsePolicy(file, { file: 'fleet', detectors, secretStores });
  expect(parsed.ok && parsed.policy.rotation.campaigns).toBe(true);
  expect(createFleet(200, 1)).toEqual(createFleet(200, 1));
});
