import type { View } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { interactions } from '../../../src/slack/actions/index.ts';
import { subcommands } from '../../../src/slack/commands/index.ts';
import type { SlackContext } from '../../../src/slack/context.ts';
import { HomeTabs } from '../../../src/slack/home-tabs.ts';
import type { Click, Submission } from '../../../src/slack/interaction.ts';
import type { Rendered } from '../../../src/slack/views/blocks.ts';
import { type Bench, type BenchOptions, member, openBench, present } from '../../support/bench-deps.ts';
import { LOCALE, NOW } from './cards.ts';

export interface SentFile {
  readonly channel_id: string;
  readonly filename: string;
  readonly file: Buffer;
}

/** The commands and modals over a real store, without Slack between: a person's answers and pages. */
export interface CommandBench extends Bench {
  readonly context: SlackContext;
  /** The pages that modals were opened with and updated to, newest last. */
  readonly views: View[];
  /** Files that were put into direct messages. */
  readonly sent: readonly SentFile[];
  run(line: string, userId?: string, page?: number): Promise<Rendered | null>;
  click(actionId: string, value: string, userId?: string): Promise<Rendered | null>;
  /** Sends the newest modal off; returns the errors beside its fields, or the page in the end. */
  submit(
    values: Readonly<Record<string, string>>,
    userId?: string,
    choices?: Submission['choices'],
  ): Promise<View | Readonly<Record<string, string>>>;
}

export const ADMIN = 'U0ADMIN';
export const RESPONDER = 'U0ANA';
export const PERSON = 'U0BEN';

export function openCommandBench(options: BenchOptions = {}): CommandBench {
  const bench = openBench({ now: NOW, title: 'Fake AI', ...options });
  Object.assign(bench.deps.policy.roles, { responders: [RESPONDER] });
  for (const userId of [ADMIN, RESPONDER, PERSON]) bench.people.push(member(userId));
  bench.people.push(member('U0GUEST', { isActiveFullMember: false }));
  const views: View[] = [];
  const show = async ({ view }: { view: View }) => ({ view: { id: `V${views.push(view)}` } });
  const sent: SentFile[] = [];
  const client = {
    conversations: { open: async ({ users }: { users: string }) => ({ channel: { id: `D${users}` } }) },
    files: {
      info: async () => ({ file: { user: 'U0OTHER', size: 1, url_private_download: 'https://files.slack.com/f' } }),
      uploadV2: async (file: SentFile) => void sent.push(file),
    },
    chat: { getPermalink: async () => ({ permalink: 'https://acme.slack.example/p1' }) },
    views: {
      open: show,
      push: show,
      update: async ({ view }: { view: View }) => void views.push(view),
      publish: async () => ({ view: { hash: 'h' } }),
    },
  } as unknown as WebClient;
  const identity = {
    teamId: 'T1',
    botUserId: 'U0BOT',
    botId: 'B0BOT',
    workspaceUrl: 'https://acme.slack.example/',
    appId: null,
    enterpriseId: null,
  };
  const parts = { deps: bench.deps, client, identity, locale: LOCALE };
  const home = new HomeTabs({ ...parts, bulk: client });
  const context: SlackContext = { ...parts, home, subcommands, configLines: [], policySettings: [] };
  const gesture = (userId: string) => ({ userId, teamId: 'T1', triggerId: 'trigger', channel: 'C0AIKEYS' });

  return {
    ...bench,
    context,
    views,
    sent,
    run(line, userId = RESPONDER, page = 1) {
      const [name = '', ...rest] = line.split(' ');
      const subcommand = present(subcommands.find((one) => one.name === name));
      return subcommand.run(context, { ...gesture(userId), argument: rest.join(' ').trim(), page, sight: 'all' });
    },
    async click(actionId, value, userId = RESPONDER) {
      const handler = present(interactions.find((one) => one.id === actionId));
      if (handler.kind !== 'button') throw new Error(`${actionId} is no button`);
      const shown: Rendered[] = [];
      const keep = async (rendered: Rendered) => void shown.push(rendered);
      const click: Click = { ...gesture(userId), value, viewId: null, isEphemeral: false, reply: keep, replace: keep };
      await handler.run(context, click);
      return shown.at(-1) ?? null;
    },
    async submit(values, userId = RESPONDER, choices = {}) {
      const view = present(views.at(-1));
      const handler = present(interactions.find((one) => one.kind === 'submit' && one.id === view.callback_id));
      if (handler.kind !== 'submit') throw new Error('it is no modal');
      const filled = { ...filledIn(view), ...values };
      const submission: Submission = {
        ...gesture(userId),
        viewId: 'V1',
        privateMetadata: view.private_metadata ?? '',
        values: filled,
        choices: { ...Object.fromEntries(Object.entries(filled).map(([id, value]) => [id, [value]])), ...choices },
      };
      const checked = await handler.check(context, submission);
      if (!checked.ok) return checked.errors;
      const last = await handler.run(context, submission);
      views.push(last);
      return last;
    },
  };
}

/** What the fields of a modal hold before anybody types. */
export function filledIn(view: View): Readonly<Record<string, string>> {
  const fields = view.blocks.flatMap((block) => {
    if (!('element' in block) || block.block_id === undefined) return [];
    const { element } = block;
    if (element.type === 'plain_text_input') return [[block.block_id, element.initial_value ?? '']];
    if (element.type === 'static_select') return [[block.block_id, element.initial_option?.value ?? '']];
    return [[block.block_id, element.type === 'users_select' ? (element.initial_user ?? '') : '']];
  });
  return Object.fromEntries(fields) as Record<string, string>;
}

/** The id of a field by its name: its end changes with what it is filled with. */
export function fieldNamed(view: View | undefined, name: string): string {
  const id = view?.blocks.find((block) => block.block_id?.split(':')[0] === name)?.block_id;
  return present(id);
}
