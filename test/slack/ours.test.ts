import type { BlockAction, SlashCommand, ViewSubmitAction } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import { describe, expect, test } from 'vitest';
import type { Identity } from '../../src/slack/context.ts';
import { refuseForeignClick, refuseForeignCommand, refuseForeignSubmission } from '../../src/slack/ours.ts';
import { METADATA_EVENT } from '../../src/slack/own-messages.ts';
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

/** Slack, with one message of ours in the channel. */
function withHistory(subject = 'alert:alert_9', ts = '9.9'): WebClient {
  const metadata = { event_type: METADATA_EVENT, event_payload: { subject } };
  const history = async () => ({ ok: true, messages: [{ ts, metadata }] });
  return { conversations: { history, replies: history } } as unknown as WebClient;
}

async function clicked(body: BlockAction, identity = US): Promise<string> {
  const { deps } = await benchWithMessage();
  return refuseForeignClick({ deps, identity, client: withHistory() }, body).then(
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

describe('a click on a message that was posted before the app was stopped, and is not on record yet', () => {
  async function begun(): Promise<Bench> {
    const bench = await benchWithMessage();
    const row = { id: 'out_9', kind: 'alert', subjectId: 'alert_9', threadKey: 'alert:alert_9', createdAt: 0 };
    await bench.store.write(async (tx) => {
      await tx.outbox.enqueue(row);
      const [pending] = await tx.outbox.due(bench.clock.now(), 1);
      if (pending !== undefined) await tx.outbox.update({ ...pending, state: 'sending', attempts: 1 });
    });
    return bench;
  }

  const unknown = click({ message: { ts: '9.9' } });

  test('is taken, since Slack says which it is', async () => {
    const { deps } = await begun();
    await expect(refuseForeignClick({ deps, identity: US, client: withHistory() }, unknown)).resolves.toBeUndefined();
  });

  test.each([
    ['of another subject', withHistory('alert:alert_7')],
    ['at another place', withHistory('alert:alert_9', '9.8')],
    ['where Slack does not say', {} as unknown as WebClient],
  ])('asks to click again: one %s', async (_what, client) => {
    const { deps } = await begun();
    await expect(refuseForeignClick({ deps, identity: US, client }, unknown)).rejects.toMatchObject({
      publicMessage: 'Nothing was done: Keysteward is still putting its messages in order. Click again in a minute.',
    });
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
  const context = { deps: bench.deps, identity: US, client: withHistory() };
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
