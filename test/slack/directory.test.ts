import type { WebClient } from '@slack/web-api';
import { describe, expect, test } from 'vitest';
import { defaultWorkspace, startSlackStandIn } from '../../src/sandbox/slack/index.ts';
import { slackDirectory } from '../../src/slack/directory.ts';
import { clientOf, HandClock } from '../sandbox/slack/stand-in.ts';

const TEAM = 'T0ACME';
const ROLES = { admins: [], responders: [] };
const MEMBER = {
  id: 'U1',
  team_id: TEAM,
  name: 'ana',
  real_name: 'Ana Ruiz',
  tz: 'UTC',
  profile: { email: 'a@acme.test' },
};

describe('a person', () => {
  test.each([
    ['a member', {}, true],
    ['a member without a team in the answer', { team_id: undefined }, true],
    ['a guest', { is_restricted: true }, false],
    ['a guest of one channel', { is_ultra_restricted: true }, false],
    ['somebody who left', { deleted: true }, false],
    ['a bot', { is_bot: true }, false],
    ['a stranger of a shared channel', { is_stranger: true }, false],
    ['a member of another workspace', { team_id: 'T0EVIL' }, false],
  ])('who is %s counts as active full member: %s', async (_who, fields, counts) => {
    const directory = slackDirectory(answering({ ...MEMBER, ...fields }), TEAM, ROLES);

    expect(await directory.person('U1')).toMatchObject({ userId: 'U1', isActiveFullMember: counts });
  });

  test('whom Slack answers without a user is nobody', async () => {
    await expect(slackDirectory(answering(undefined), TEAM, ROLES).person('U1')).rejects.toMatchObject({
      publicMessage: 'Slack does not know this person.',
    });
  });

  test('has a name, whatever is left out', async () => {
    const named = async (fields: object) =>
      (await slackDirectory(answering({ ...MEMBER, ...fields }), TEAM, ROLES).person('U1')).name;

    expect(await named({})).toBe('Ana Ruiz');
    expect(await named({ real_name: '' })).toBe('ana');
    expect(await named({ real_name: '', name: '' })).toBe('U1');
  });
});

test('the list of members has every person of every page and no bot', async () => {
  const users = Array.from({ length: 450 }, (_, index) => ({
    id: `U9${index}`,
    name: `u${index}`,
    realName: `U ${index}`,
  }));
  const seed = { ...defaultWorkspace, users: [...defaultWorkspace.users, ...users] };
  const slack = await startSlackStandIn({ clock: new HandClock(), wallNow: () => 0, seed });
  try {
    const members = await slackDirectory(clientOf(slack, seed.app.botToken), TEAM, ROLES).members();

    expect(members).toHaveLength(seed.users.length);
    expect(members.find(({ userId }) => userId === 'U0GIL')).toMatchObject({ isActiveFullMember: false });
    expect(members.find(({ userId }) => userId === 'U0ANA')).toMatchObject({
      email: 'ana@acme.example',
      timezone: 'Europe/Berlin',
      isActiveFullMember: true,
    });
  } finally {
    await slack.close();
  }
});

/** A client whose users.info answers this, whoever is asked for. */
function answering(user: object | undefined): WebClient {
  return { users: { info: async () => ({ ok: true, user }) } } as unknown as WebClient;
}
