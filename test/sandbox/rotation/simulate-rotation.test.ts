import { expect, test, vi } from 'vitest';
import { Gate } from '../../../src/sandbox/rotation/gate.ts';
import { type PlayOptions, playRotation } from '../../../src/sandbox/rotation/play.ts';
import { recordingLogger } from '../../providers/support/recording-logger.ts';

vi.setConfig({ testTimeout: 120_000 });

const WHOLE = { rotated: 1, blocked: 0, overrides: 0, liveNewKeysMax: 1, oldRevokedBeforeVerified: 0 };

function play(options: Pick<PlayOptions, 'provider' | 'gate'>) {
  return playRotation({ ...options, seed: 1, logger: recordingLogger(), graceDays: 1 });
}

test('a key that a person makes is found, proven, and its old one suspended and then archived', async () => {
  const { figures, faults } = await play({ provider: 'anthropic' });

  expect(faults).toEqual([]);
  expect(figures).toMatchObject({ ...WHOLE, failedConsumerCalls: 0, auditVerified: true, maxPostsPerSecond: 1 });
});

test('an app that is killed when its new key is made, stored and its old one deleted makes one key and ends one', async () => {
  const points = [
    'after before generate · provider POST /v1/organization/projects/…/service_accounts/…/api_keys',
    'after before generate · secret write',
    'after before revoke · provider DELETE /v1/organization/projects/…/api_keys/…',
  ];
  const gate = new Gate({ covered: new Set(), only: new Set(points) });
  const { figures, faults } = await play({ provider: 'openai', gate });

  expect(faults).toEqual([]);
  expect(figures).toMatchObject({ ...WHOLE, failedConsumerCalls: 0, auditVerified: true });
  expect(gate.hits).toEqual(points);
});

test('an effect is cut before, then after, then goes through; and what a dead app tries never happens', () => {
  const gate = new Gate({ covered: new Set() });
  const live = () => gate.open(() => {});

  live();
  expect([gate.arrive('write'), gate.arrive('post')]).toEqual(['before', 'before']);
  live();
  expect(gate.arrive('write')).toBe('after');
  live();
  expect(gate.arrive('write #2 is another effect')).toBe('before');
  expect(gate.hits).toEqual([
    'before begin · write',
    'after begin · write',
    'before begin · write #2 is another effect',
  ]);
});
