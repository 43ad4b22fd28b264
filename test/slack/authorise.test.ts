import { describe, expect, test } from 'vitest';
import { ACTS, type Act, ROLE_ACTS } from '../../src/domain/authorise.ts';
import type { Lineage } from '../../src/domain/key.ts';
import { defaultWorkspace } from '../../src/sandbox/slack/index.ts';
import { authorise, requireViewer } from '../../src/slack/authorise.ts';
import { stagingLineage } from './support/cards.ts';
import { type Running, startRunning } from './support/running.ts';

const TEAM = defaultWorkspace.team.id;
const DEES = stagingLineage({ ownerSlackId: 'U0DEE' });
const EVERYTHING = [...ACTS];
const RESPONDERS = ACTS.filter((act) => ROLE_ACTS.responder.has(act));
const OWNERS = ACTS.filter((act) => ROLE_ACTS.owner.has(act));
const VIEWERS = ACTS.filter((act) => ROLE_ACTS.viewer.has(act));

describe('who may do what', () => {
  test.each<[who: string, userId: string, lineage: Lineage | null, may: readonly Act[]]>([
    ['a member without a role', 'U0BEN', DEES, VIEWERS],
    ['the owner of the key', 'U0DEE', DEES, OWNERS],
    ['the owner of another key', 'U0DEE', stagingLineage({ ownerSlackId: 'U0BEN' }), VIEWERS],
    ['the owner, for an act that belongs to no key', 'U0DEE', null, VIEWERS],
    ['a responder', 'U0ANA', DEES, RESPONDERS],
    ['an admin', 'U0CHRIS', DEES, EVERYTHING],
    ['a guest', 'U0GIL', DEES, []],
    ['a guest whose name is on a key', 'U0GIL', stagingLineage({ ownerSlackId: 'U0GIL' }), []],
    ['somebody whom Slack does not know', 'U0NOBODY', DEES, []],
    ['the bot itself', 'U0KEYBOT', DEES, []],
  ])('%s', async (_who, userId, lineage, may) => {
    const running = await startRunning();

    expect(await allowed(running, { userId, teamId: TEAM }, lineage)).toEqual(may);
  });

  test('a person of another workspace may nothing, whatever the id says', async () => {
    const running = await startRunning();

    expect(await allowed(running, { userId: 'U0CHRIS', teamId: 'T0EVIL' }, DEES)).toEqual([]);
    expect(await allowed(running, { userId: 'U0CHRIS', teamId: '' }, DEES)).toEqual([]);
  });

  test('a stranger of a shared channel may nothing, though the role list names the id', async () => {
    const stranger = { id: 'U0STRANGER', name: 'eve', realName: 'Eve', teamId: 'T0EVIL' };
    const seed = { ...defaultWorkspace, users: [...defaultWorkspace.users, stranger] };
    const running = await startRunning({ seed, roles: '{ admins: [U0STRANGER] }' });

    expect(await allowed(running, { userId: 'U0STRANGER', teamId: TEAM }, DEES)).toEqual([]);
  });

  test('somebody who left may nothing from that moment on', async () => {
    const running = await startRunning();
    const ana = { userId: 'U0ANA', teamId: TEAM };
    expect(await allowed(running, ana, DEES)).toEqual(RESPONDERS);

    running.slack.changeUser('U0ANA', { deleted: true });

    expect(await allowed(running, ana, DEES)).toEqual([]);
  });
});

describe('roles by user group', () => {
  test.each<[role: string, may: readonly Act[]]>([
    ['{ admins: [U0CHRIS], responders: [S0SECURITY] }', RESPONDERS],
    ['{ admins: [U0CHRIS], viewers: [S0SECURITY] }', VIEWERS],
  ])('%s counts for its members and for nobody else', async (roles, may) => {
    const running = await startRunning({ roles });
    const lineage = stagingLineage({ ownerSlackId: null });

    expect(await allowed(running, { userId: 'U0ANA', teamId: TEAM }, lineage)).toEqual(may);
    expect(await allowed(running, { userId: 'U0BEN', teamId: TEAM }, lineage)).toEqual(
      roles.includes('viewers') ? [] : VIEWERS,
    );
  });

  test('a user group that cannot be read refuses, and says what the app lacks', async () => {
    const running = await startRunning({ roles: '{ admins: [U0CHRIS], responders: [S0SECURITY] }' });
    running.slack.faults.add('usergroups.users.list', { kind: 'error', error: 'missing_scope' });

    expect(await refusal(running, { userId: 'U0ANA', teamId: TEAM }, 'revoke')).toMatch(
      /^Nothing was done: your role cannot be looked up in Slack\. The app lacks .+ manifest\.yml/,
    );
  });
});

describe('a refusal', () => {
  test('names who could do it', async () => {
    const running = await startRunning();
    const ben = { userId: 'U0BEN', teamId: TEAM };

    expect(await refusal(running, ben, 'suspend')).toBe(
      'Nothing was done: only the key’s owner, a responder or an admin may suspend it (policy.yml, roles).',
    );
    expect(await refusal(running, { userId: 'U0DEE', teamId: TEAM }, 'revoke')).toContain('a responder');
  });

  test('follows from a look-up that fails', async () => {
    const running = await startRunning();
    running.slack.faults.add('users.info', ...failures(5));

    expect(await refusal(running, { userId: 'U0CHRIS', teamId: TEAM }, 'look')).toContain('could not be looked up');
    expect(running.logger.lines.join('\n')).toContain('role look-up failed');
  });

  test('says to guests and to those whom policy leaves out why they see nothing', async () => {
    const running = await startRunning({ roles: '{ admins: [U0CHRIS], viewers: [U0ANA] }' });

    expect(await refusal(running, { userId: 'U0GIL', teamId: TEAM }, 'look')).toContain('active full members');
    expect(await refusal(running, { userId: 'U0BEN', teamId: TEAM }, 'look')).toContain('that policy.yml names');
    await expect(requireViewer(contextOf(running), { userId: 'U0ANA', teamId: TEAM })).resolves.toBeUndefined();
    await expect(requireViewer(contextOf(running), { userId: 'U0BEN', teamId: TEAM })).rejects.toThrow();
  });
});

test('the actor of the audit log is the person who was looked up', async () => {
  const running = await startRunning();
  const gesture = { userId: 'U0ANA', teamId: TEAM };

  const actor = await authorise(contextOf(running), { gesture, act: 'revoke', lineage: DEES });

  expect(actor).toEqual({ kind: 'slack', userId: 'U0ANA', teamId: TEAM });
});

const failures = (count: number): { kind: 'error'; error: string }[] =>
  Array.from({ length: count }, () => ({ kind: 'error', error: 'internal_error' }));

const contextOf = ({ deps, bolt }: Running) => ({ deps, identity: bolt.identity });

async function allowed(
  running: Running,
  gesture: { userId: string; teamId: string },
  lineage: Lineage | null,
): Promise<readonly Act[]> {
  const may: Act[] = [];
  for (const act of ACTS) {
    const outcome = await authorise(contextOf(running), { gesture, act, lineage }).catch(() => null);
    if (outcome !== null) may.push(act);
  }
  return may;
}

async function refusal(running: Running, gesture: { userId: string; teamId: string }, act: Act): Promise<string> {
  const outcome = await authorise(contextOf(running), { gesture, act, lineage: DEES }).catch((error: unknown) => error);
  return String((outcome as { publicMessage?: string }).publicMessage);
}
