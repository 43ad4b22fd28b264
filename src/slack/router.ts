import type { App, BlockAction, SlashCommand, ViewSubmitAction } from '@slack/bolt';
import { AppError, type ErrorCode, publicMessageOf, toError } from '../domain/errors.ts';
import { nearestName } from '../domain/nearest.ts';
import { looksLikeSecret } from '../domain/secret.ts';
import { requireViewer } from './authorise.ts';
import { subcommands } from './commands/index.ts';
import type { SlackContext } from './context.ts';
import { type Checked, GestureMemory } from './gesture-memory.ts';
import type { Click } from './interaction.ts';
import { refuseForeignClick, refuseForeignCommand, refuseForeignSubmission } from './ours.ts';
import { pressed, submissionOf, submitHandlerOf } from './read-gesture.ts';
import { noticeModal } from './views/action-modal.ts';
import { type Rendered, section } from './views/blocks.ts';
import { pastedKeyView, unknownSubcommandView } from './views/help.ts';
import { escaped } from './views/text.ts';

export const COMMAND = '/keys';
const OUR_FAULT: ReadonlySet<ErrorCode> = new Set(['internal', 'database']);

/** Binds every subcommand, button and modal to Bolt. The only place in slack/ that catches. */
export function registerListeners(app: App, context: SlackContext): void {
  const memory = new GestureMemory();
  const { logger } = context.deps;

  app.command(COMMAND, async ({ command, ack, respond }) => {
    await ack();
    if (!memory.isNew(`command:${command.trigger_id}`)) return;
    const rendered = await runCommand(context, command).catch((error: unknown) => renderedError(context, error));
    if (rendered === null) return;
    await unlessGone(logger, respond({ response_type: 'ephemeral', ...rendered }));
  });

  app.action(/.*/, async ({ ack, body, respond }) => {
    await ack();
    if (body.type !== 'block_actions') return;
    if (!memory.isNew(`click:${body.trigger_id}`)) return;
    const answer = async (rendered: Rendered, replaces: boolean) => {
      // A button in a dialog has no address of its own to answer to.
      if (body.view !== undefined) {
        await unlessGone(logger, showInDialog(context, body, rendered));
        return;
      }
      const told = respond({ response_type: 'ephemeral', replace_original: replaces, ...rendered });
      await unlessGone(
        logger,
        told.catch((error: unknown) => tellElsewhere(context, body, { rendered, error })),
      );
    };
    const reply = (rendered: Rendered) => answer(rendered, false);
    const replace = (rendered: Rendered) => answer(rendered, true);
    try {
      await runClick(context, body, { reply, replace });
    } catch (error) {
      await reply(renderedError(context, error));
    }
  });

  app.view<ViewSubmitAction>({ type: 'view_submission', callback_id: /.*/ }, async ({ ack, body, client }) => {
    const title = body.view.title.text;
    const { checked, isNew } = await memory.check(`${body.view.id}:${body.view.hash}`, () => check(context, body));
    if (!checked.ok) {
      await ack({ response_action: 'errors', errors: { ...checked.errors } });
      return;
    }
    await ack({ response_action: 'update', view: checked.view });
    if (checked.stop || !isNew) return;
    const view = await submitHandlerOf(body)
      .run(context, submissionOf(body))
      .catch((error: unknown) => errorModal(context, title, error));
    // What was asked for is done or refused by now, whether somebody still looks or not.
    await unlessGone(logger, client.views.update({ view_id: body.view.id, view }));
  });
}

async function check(context: SlackContext, body: ViewSubmitAction): Promise<Checked> {
  try {
    await refuseForeignSubmission(context, body);
    return await submitHandlerOf(body).check(context, submissionOf(body));
  } catch (error) {
    return { ok: true, view: errorModal(context, body.view.title.text, error), stop: true };
  }
}

/** A modal that was closed or an answer that comes too late is nobody's fault. */
async function unlessGone(logger: SlackContext['deps']['logger'], answer: Promise<unknown>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    logger.warn('an answer did not reach the person', { error: toError(error) });
  }
}

async function showInDialog({ client }: SlackContext, body: BlockAction, { text }: Rendered): Promise<void> {
  const page = noticeModal(body.view?.title?.text ?? 'Keysteward', text);
  try {
    await client.views.push({ trigger_id: body.trigger_id, view: page });
  } catch {
    // The trigger was used for a page already: this takes its place.
    await client.views.update({ view_id: body.view?.id ?? '', view: page });
  }
}

/** An answer's own address lives half an hour; after that a person is told in the channel, themselves alone. */
async function tellElsewhere(
  { client }: SlackContext,
  body: BlockAction,
  { rendered, error }: { readonly rendered: Rendered; readonly error: unknown },
): Promise<void> {
  const channel = body.channel?.id;
  if (channel === undefined) throw error;
  await client.chat.postEphemeral({ channel, user: body.user.id, ...rendered });
}

async function runCommand(context: SlackContext, command: SlashCommand): Promise<Rendered | null> {
  await refuseForeignCommand(context, command);
  const gesture = { userId: command.user_id, teamId: command.team_id };
  await requireViewer(context, gesture);
  if (looksLikeSecret(command.text)) return pastedKeyView();
  const [name = '', ...rest] = command.text.trim().split(/\s+/);
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
  const place = { triggerId: command.trigger_id, channel: command.channel_id, page: 1 };
  return subcommand.run(context, { ...gesture, ...place, argument: unescaped(rest.join(' ')) });
}

/** Slack escapes what is typed; mentions come as `<@U…>`. */
function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

async function runClick(
  context: SlackContext,
  body: BlockAction,
  answers: Pick<Click, 'reply' | 'replace'>,
): Promise<void> {
  await refuseForeignClick(context, body);
  const { handler, value } = pressed(body.actions[0]);
  await handler.run(context, {
    userId: body.user.id,
    teamId: body.user.team_id ?? body.team?.id ?? '',
    triggerId: body.trigger_id,
    channel: body.channel?.id ?? null,
    viewId: body.view?.id ?? null,
    value,
    ...answers,
  });
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
