import type { BlockAction, SlashCommand, ViewSubmitAction } from '@slack/bolt';
import { describe, expect, test } from 'vitest';
import type { Identity } from '../../src/slack/context.ts';
import { refuseForeignClick, refuseForeignCommand, refuseForeignSubmission } from '../../src/slack/ours.ts';
import { type Bench, member, openBench } from '../support/bench-deps.ts';

const US: Identity = {
  teamId: 'T1',
  botUserId: 'U0BOT',
  botId: 'B0BOT',
  workspaceUrl: null,
  appId: 'A0APP',
  enterpriseId: null,
};

interface Message {
  readonly ts?: string;
  readonly bot_id?: string;
  readonly app_id?: string;
}

const ORIGIN = { api_app_id: 'A0APP', team: { id: 'T1', domain: 'acme' }, user: { id: 'U1', team_id: 'T1' } };

function click({ message = {}, ...fields }: { message?: Message | null } & Record<string, unknown> = {}): BlockAction {
  const posted = { ts: '1.0', bot_id: 'B0BOT', app_id: 'A0APP', ...message };
  const body = {
    type: 'block_actions',
    ...ORIGIN,
    channel: { id: 'C0AIKEYS', name: 'ai-keys' },
    container: { type: 'message', is_ephemeral: false },
    ...(message === null ? {} : { message: posted }),
    ...fields,
  };
  return body as unknown as BlockAction;
}

function submission(view: Record<string, unknown> = {}, fields: Record<string, unknown> = {}): ViewSubmitAction {
  const body = { type: 'view_submission', ...ORIGIN, view: { app_id: 'A0APP', bot_id: 'B0BOT', ...view }, ...fields };
  return body as unknown as ViewSubmitAction;
}

function command(fields: Record<string, unknown> = {}): SlashCommand {
  return { api_app_id: 'A0APP', team_id: 'T1', user_id: 'U1', ...fields } as unknown as SlashCommand;
}

async function benchWithMessage(): Promise<Bench> {
  const bench = openBench();
  const place = { channel: 'C0AIKEYS', ts: '1.0' };
  const message = { kind: 'alert', subjectId: 'alert_1', ...place, renderedHash: '', postedAt: 0, updatedAt: 0 };
  await bench.store.write((tx) => tx.messages.put(message));
  return bench;
}

async function clicked(body: BlockAction, identity = US): Promise<string> {
  const { deps } = await benchWithMessage();
  return refuseForeignClick({ deps, identity }, body).then(
    () => 'taken',
    (error: unknown) => String((error as { publicMessage?: string }).publicMessage),
  );
}

const FOREIGN = 'Nothing was done: this message is not Keysteward’s.';
const GRID = { ...US, enterpriseId: 'E1' };

describe('a click', () => {
  test.each<[what: string, body: BlockAction, identity: Identity]>([
    ['on a message of ours', click(), US],
    [
      'on an ephemeral message, which comes without its content',
      click({ message: null, container: { is_ephemeral: true } }),
      US,
    ],
    [
      'in our direct channel, on a message that is not on record',
      click({ channel: { id: 'D0X' }, message: { ts: '9.9' } }),
      US,
    ],
    ['in a modal of ours', click({ message: null, view: { app_id: 'A0APP', bot_id: 'B0BOT' } }), US],
    ['where Slack does not tell us our app id', click({ api_app_id: 'A0ANY' }), { ...US, appId: null }],
    ['in our enterprise', click({ enterprise: { id: 'E1', name: 'Acme' } }), GRID],
    ['in a workspace that joined an enterprise since the start', click({ enterprise: { id: 'E1', name: 'Acme' } }), US],
  ])('%s is taken', async (_what, body, identity) => {
    expect(await clicked(body, identity)).toBe('taken');
  });

  test.each<[what: string, body: BlockAction, identity: Identity]>([
    ['meant for another app', click({ api_app_id: 'A0EVIL' }), US],
    ['that names no app', click({ api_app_id: undefined }), US],
    ['from another workspace', click({ team: { id: 'T2', domain: 'evil' } }), US],
    ['from no workspace', click({ team: null }), US],
    ['from another enterprise', click({ enterprise: { id: 'E2', name: 'Evil' } }), GRID],
    ['on a message of another bot', click({ message: { bot_id: 'B0EVIL' } }), US],
    ['on a message that no bot posted', click({ message: { bot_id: undefined } as unknown as Message }), US],
    ['on a message of another app', click({ message: { app_id: 'A0EVIL' } }), US],
    ['that carries no message', click({ message: null }), US],
    ['in a modal of another app', click({ message: null, view: { app_id: 'A0EVIL', bot_id: 'B0BOT' } }), US],
    ['in a modal of another bot', click({ message: null, view: { app_id: 'A0APP', bot_id: 'B0EVIL' } }), US],
  ])('%s is refused', async (_what, body, identity) => {
    expect(await clicked(body, identity)).toBe(FOREIGN);
  });

  test('on a message that is not on record says where the buttons are now', async () => {
    const expected =
      'Nothing was done: this message is not on record here any more. `/keys show` has the same buttons.';

    expect(await clicked(click({ message: { ts: '9.9' } }))).toBe(expected);
    expect(await clicked(click({ channel: { id: 'C0OTHER', name: 'other' } }))).toBe(expected);
  });
});

describe('a modal that is sent off', () => {
  test.each<[what: string, body: ViewSubmitAction, taken: boolean]>([
    ['ours', submission(), true],
    ['of another app', submission({ app_id: 'A0EVIL' }), false],
    ['of another bot', submission({ bot_id: 'B0EVIL' }), false],
    ['to another app', submission({}, { api_app_id: 'A0EVIL' }), false],
    ['from another workspace', submission({}, { team: { id: 'T2', domain: 'evil' } }), false],
  ])('%s', async (_what, body, taken) => {
    const { deps } = openBench();

    const outcome = refuseForeignSubmission({ deps, identity: US }, body);

    if (taken) await expect(outcome).resolves.toBeUndefined();
    else await expect(outcome).rejects.toMatchObject({ code: 'forbidden', publicMessage: FOREIGN });
  });
});

describe('a command', () => {
  test('for another app, or from another enterprise, is refused', async () => {
    const { deps } = openBench();

    await expect(refuseForeignCommand({ deps, identity: US }, command())).resolves.toBeUndefined();
    await expect(refuseForeignCommand({ deps, identity: US }, command({ api_app_id: 'A2' }))).rejects.toThrow('app A2');
    await expect(refuseForeignCommand({ deps, identity: GRID }, command({ enterprise_id: 'E2' }))).rejects.toThrow(
      'E2',
    );
  });
});

test('a person who is known to be no active full member is refused before anything is looked at', async () => {
  const bench = await benchWithMessage();
  const context = { deps: bench.deps, identity: US };
  const guest = { ...member('U1', { isActiveFullMember: false }), lastSeenAt: 0 };
  await bench.store.write((tx) => tx.members.upsert(guest));

  for (const refusal of [
    refuseForeignClick(context, click()),
    refuseForeignSubmission(context, submission()),
    refuseForeignCommand(context, command()),
  ]) {
    await expect(refusal).rejects.toMatchObject({
      publicMessage: 'Nothing was done: Keysteward answers active full members of this workspace only.',
    });
  }
  await bench.store.write((tx) => tx.members.upsert({ ...guest, isActiveFullMember: true }));
  await expect(refuseForeignClick(context, click())).resolves.toBeUndefined();
});
