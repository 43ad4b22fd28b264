import type { App, BlockAction, BlockElementAction, ViewStateValue, ViewSubmitAction } from '@slack/bolt';
import { AppError, type ErrorCode, publicMessageOf, toError } from '../domain/errors.ts';
import { nearestName } from '../domain/nearest.ts';
import { looksLikeSecret } from '../domain/secret.ts';
import { interactions } from './actions/index.ts';
import { requireViewer } from './authorise.ts';
import { decodeChoice } from './button-value.ts';
import type { CommandRequest } from './command.ts';
import { subcommands } from './commands/index.ts';
import type { SlackContext } from './context.ts';
import type { ButtonHandler, Click, Submission } from './interaction.ts';
import { noticeModal } from './views/action-modal.ts';
import { MENU, type Rendered, section } from './views/blocks.ts';
import { pastedKeyView, unknownSubcommandView } from './views/help.ts';
import { escaped } from './views/text.ts';

export const COMMAND = '/keys';
const OUR_FAULT: ReadonlySet<ErrorCode> = new Set(['internal', 'database']);

/** Binds every subcommand, button and modal to Bolt. The only place in slack/ that catches. */
export function registerListeners(app: App, context: SlackContext): void {
  app.command(COMMAND, async ({ command, ack, respond }) => {
    await ack();
    const gesture = { userId: command.user_id, teamId: command.team_id };
    const place = { triggerId: command.trigger_id, channel: command.channel_id, page: 1 };
    const rendered = await runCommand(context, { ...gesture, ...place }, command.text).catch((error: unknown) =>
      renderedError(context, error),
    );
    if (rendered !== null) await respond({ response_type: 'ephemeral', ...rendered });
  });

  app.action(/.*/, async ({ ack, body, respond }) => {
    await ack();
    if (body.type !== 'block_actions') return;
    const reply = async (rendered: Rendered) => {
      await respond({ response_type: 'ephemeral', replace_original: false, ...rendered });
    };
    const replace = async (rendered: Rendered) => {
      await respond({ response_type: 'ephemeral', replace_original: true, ...rendered });
    };
    try {
      await runClick(context, body, { reply, replace });
    } catch (error) {
      await tellElsewhere(context, body, { rendered: renderedError(context, error), reply });
    }
  });

  app.view<ViewSubmitAction>({ type: 'view_submission', callback_id: /.*/ }, async ({ ack, body, client }) => {
    const handler = interactions.find((one) => one.kind === 'submit' && one.id === body.view.callback_id);
    if (handler?.kind !== 'submit') {
      await ack();
      return;
    }
    const submission = submissionOf(body);
    const title = body.view.title.text;
    const checked = await handler.check(context, submission).catch((error: unknown) => ({
      ok: true as const,
      view: errorModal(context, title, error),
      stop: true,
    }));
    if (!checked.ok) {
      await ack({ response_action: 'errors', errors: { ...checked.errors } });
      return;
    }
    await ack({ response_action: 'update', view: checked.view });
    if ('stop' in checked) return;
    const view = await handler.run(context, submission).catch((error: unknown) => errorModal(context, title, error));
    await client.views.update({ view_id: submission.viewId, view });
  });
}

async function runCommand(
  context: SlackContext,
  gesture: Omit<CommandRequest, 'argument'>,
  text: string,
): Promise<Rendered | null> {
  await requireViewer(context, gesture);
  if (looksLikeSecret(text)) return pastedKeyView();
  const [name = '', ...rest] = text.trim().split(/\s+/);
  const wanted = name.toLowerCase() || 'help';
  const subcommand = subcommands.find((one) => one.name === wanted);
  if (subcommand === undefined) {
    const guess = nearestName(
      wanted,
      subcommands.map((one) => one.name),
    );
    return unknownSubcommandView(
      name,
      subcommands.find((one) => one.name === guess),
    );
  }
  return subcommand.run(context, { ...gesture, argument: unescaped(rest.join(' ')) });
}

/** Slack escapes what is typed; mentions come as `<@U…>`. */
function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** An answer's own address lives half an hour; after that a person is told in the channel, themselves alone. */
async function tellElsewhere(
  { client }: SlackContext,
  body: BlockAction,
  { rendered, reply }: { readonly rendered: Rendered; readonly reply: Click['reply'] },
): Promise<void> {
  const channel = body.channel?.id;
  await reply(rendered).catch(async (error: unknown) => {
    if (channel === undefined) throw error;
    await client.chat.postEphemeral({ channel, user: body.user.id, ...rendered });
  });
}

async function runClick(
  context: SlackContext,
  body: BlockAction,
  { reply, replace }: Pick<Click, 'reply' | 'replace'>,
): Promise<void> {
  const { handler, value } = pressed(body.actions[0]);
  refuseForeignMessage(context, body);
  await handler.run(context, {
    userId: body.user.id,
    teamId: body.user.team_id ?? body.team?.id ?? '',
    triggerId: body.trigger_id,
    channel: body.channel?.id ?? null,
    viewId: body.view?.id ?? null,
    value,
    reply,
    replace: (rendered) => replace(rendered).catch(() => tellElsewhere(context, body, { rendered, reply })),
  });
}

/** A menu is a row of buttons behind dots: its options name handlers, too. */
function pressed(action: BlockElementAction | undefined): { handler: ButtonHandler; value: string } {
  const chosen =
    action?.type === 'overflow' && action.action_id === MENU ? decodeChoice(action.selected_option.value) : null;
  const handler = interactions.find(
    (one) => one.kind === 'button' && (chosen === null ? one.id === action?.action_id : one.choice === chosen.choice),
  );
  if (handler?.kind !== 'button') {
    throw new AppError({
      code: 'invalid_input',
      message: `no handler for action ${action?.action_id}`,
      publicMessage: 'This button was made by another version of Keysteward. Look the key up with `/keys show`.',
    });
  }
  return { handler, value: chosen?.value ?? (action?.type === 'button' ? (action.value ?? '') : '') };
}

/** A message that another app posted may carry our action ids; only our own messages have power. */
function refuseForeignMessage({ identity }: SlackContext, body: BlockAction): void {
  const author = body.message?.['bot_id'];
  if (typeof author !== 'string' || author === identity.botId) return;
  throw new AppError({
    code: 'forbidden',
    message: `click on a message of bot ${author}`,
    publicMessage: 'Nothing was done: this message is not Keysteward’s.',
  });
}

function submissionOf(body: ViewSubmitAction): Submission {
  const values: Record<string, string> = {};
  const choices: Record<string, readonly string[]> = {};
  for (const [blockId, inputs] of Object.entries(body.view.state.values)) {
    const input = Object.values(inputs)[0];
    const chosen = input === undefined ? [] : chosenIn(input);
    choices[blockId] = chosen;
    values[blockId] = input?.value ?? chosen[0] ?? '';
  }
  return {
    userId: body.user.id,
    teamId: body.user.team_id ?? body.team?.id ?? '',
    viewId: body.view.id,
    privateMetadata: body.view.private_metadata,
    values,
    choices,
  };
}

function chosenIn(input: ViewStateValue): readonly string[] {
  const one = input.selected_option?.value ?? input.selected_user ?? input.selected_date;
  if (one !== undefined && one !== null) return [one];
  return input.selected_options?.map(({ value }) => value) ?? input.selected_users ?? [];
}

function renderedError({ deps }: SlackContext, error: unknown): Rendered {
  logUnexpected(deps.logger, error);
  const text = escaped(publicMessageOf(error));
  return { text, blocks: [section(text)] };
}

function errorModal(context: SlackContext, title: string, error: unknown): ReturnType<typeof noticeModal> {
  return noticeModal(title, renderedError(context, error).text);
}

function logUnexpected(logger: SlackContext['deps']['logger'], error: unknown): void {
  if (error instanceof AppError && !OUR_FAULT.has(error.code)) logger.info('request refused', { error });
  else logger.error('request failed', { error: toError(error) });
}

/** Listeners of ours that Slack has not seen the end of; shut-down waits for them. */
export function countRunning(app: App): { running(): number } {
  let running = 0;
  app.use(async ({ next }) => {
    running += 1;
    try {
      await next();
    } finally {
      running -= 1;
    }
  });
  return { running: () => running };
}
