import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt';
import { AppError, type ErrorCode, publicMessageOf, toError } from '../domain/errors.ts';
import { nearestName } from '../domain/nearest.ts';
import { interactions } from './actions/index.ts';
import { requireViewer } from './authorise.ts';
import { decodeButton } from './button-value.ts';
import { subcommands } from './commands/index.ts';
import type { SlackContext } from './context.ts';
import type { Click, Submission } from './interaction.ts';
import { noticeModal } from './views/action-modal.ts';
import { type Rendered, section } from './views/blocks.ts';
import { unknownSubcommandView } from './views/help.ts';
import { escaped } from './views/text.ts';

export const COMMAND = '/keys';
const OUR_FAULT: ReadonlySet<ErrorCode> = new Set(['internal', 'database']);

/** Binds every subcommand, button and modal to Bolt. The only place in slack/ that catches. */
export function registerListeners(app: App, context: SlackContext): void {
  app.command(COMMAND, async ({ command, ack, respond }) => {
    await ack();
    const gesture = { userId: command.user_id, teamId: command.team_id };
    const rendered = await runCommand(context, gesture, command.text).catch((error: unknown) =>
      renderedError(context, error),
    );
    await respond({ response_type: 'ephemeral', ...rendered });
  });

  app.action(/.*/, async ({ ack, body, respond }) => {
    await ack();
    if (body.type !== 'block_actions') return;
    try {
      await runClick(context, body);
    } catch (error) {
      const rendered = renderedError(context, error);
      await respond({ response_type: 'ephemeral', replace_original: false, ...rendered });
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
  gesture: { userId: string; teamId: string },
  text: string,
): Promise<Rendered> {
  await requireViewer(context, gesture);
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
  return subcommand.run(context, { ...gesture, argument: rest.join(' ') });
}

async function runClick(context: SlackContext, body: BlockAction): Promise<void> {
  const action = body.actions[0];
  const handler = interactions.find((one) => one.kind === 'button' && one.id === action?.action_id);
  if (handler?.kind !== 'button') {
    throw new AppError({
      code: 'invalid_input',
      message: `no handler for action ${action?.action_id}`,
      publicMessage: 'This button was made by another version of Keysteward. Look the key up with `/keys show`.',
    });
  }
  refuseForeignMessage(context, body);
  const click: Click = {
    userId: body.user.id,
    teamId: body.user.team_id ?? body.team?.id ?? '',
    triggerId: body.trigger_id,
    channel: body.channel?.id ?? null,
    button: decodeButton(action?.type === 'button' ? action.value : undefined),
  };
  await handler.run(context, click);
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
  for (const [blockId, inputs] of Object.entries(body.view.state.values)) {
    values[blockId] = Object.values(inputs)[0]?.value ?? '';
  }
  return {
    userId: body.user.id,
    teamId: body.user.team_id ?? body.team?.id ?? '',
    viewId: body.view.id,
    privateMetadata: body.view.private_metadata,
    values,
  };
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
