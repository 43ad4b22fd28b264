import { expect, test } from 'vitest';
import { actorText, systemActor } from '../../src/domain/actor.ts';

test('the audit log tells people, jobs and the command line apart', () => {
  expect(actorText({ kind: 'slack', userId: 'U1', teamId: 'T1' })).toBe('slack:T1/U1');
  expect(actorText(systemActor('poll-usage'))).toBe('system:poll-usage');
  expect(actorText({ kind: 'cli', user: 'root' })).toBe('cli:root');
});
