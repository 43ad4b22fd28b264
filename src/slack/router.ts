import type { App, BlockAction, SlashCommand, ViewSubmitAction } from '@slack/bolt';
import type { View } from '@slack/types';
import { toError } from '../domain/errors.ts';
import { nearestName } from '../domain/nearest.ts';
import { looksLikeSecret } from '../domain/secret.ts';
import { SECOND_MS } from '../domain/time.ts';
import { sightOf } from './authorise.ts';
import { wait } from './bolt-app.ts';
import { refuseBeyondSight } from './command.ts';
import { subcommands } from './commands/index.ts';
import type { SlackContext } from './context.ts';
import { events } from './events/index.ts';
import { type Checked, GestureMemory } from './gesture-memory.ts';
import type { Click } from './interaction.ts';
import { refuseForeignClick, refuseForeignCommand, refuseForeignEvent, refuseForeignSubmission } from './ours.ts';
import { pressed, submissionOf, submitHandlerOf } from './read-gesture.ts';
import { refusalText } from './refusal.ts';
import { answerModal, noticeModal } from './views/action-modal.ts';
import { type Rendered, section } from './views/blocks.ts';
import { pastedKeyView, unknownSubcommandView } from './views/help.ts';

export const COMMAND = '/keys';
const EPHEMERAL = { response_type: 'ephemeral' } as const;
const ACK_WITHIN_MS = 2 * SECOND_MS;

/** Binds every subcommand, button and modal to Bolt. */
export function registerListeners(app: App, context: SlackContext, { ackWithinMs = ACK_WITHIN_MS } = {}): void {
  const memory = new GestureMemory();

  app.command(COMMAND, async ({ command, ack, respond }) => {
    await ack();
    if (!memory.isNew(`command:${command.trigger_id}`)) return;
    const rendered = await runCommand(context, command).catch((error: unknown) => renderedError(context, error));
    if (rendered === null) return;
    const place = { channel: command.channel_id, user: command.user_id };
    await tell(context, { place, rendered, respond: respond && (() => respond({ ...EPHEMERAL, ...rendered })) });
  });

  app.action(/.*/, async ({ ack, body, respond }) => {
    await ack();
    if (body.type !== 'block_actions') return;
    if (!memory.isNew(`click:${body.trigger_id}`)) return;
    const { channel, user, view, trigger_id: triggerId } = body;
    const place = { channel: channel?.id, user: user?.id, view, triggerId };
    // Bolt gives no `respond` to a click in a modal or in the Home tab.
    const answer = (rendered: Rendered, replaces: boolean) =>
      tell(context, {
        place,
        rendered,
        respond: respond && (() => respond({ ...EPHEMERAL, replace_original: replaces, ...rendered })),
      });
    const reply = (rendered: Rendered) => answer(rendered, false);
    const replace = (rendered: Rendered) => answer(rendered, true);
    try {
      await runClick(context, body, { reply, replace });
    } catch (error) {
      await reply(renderedError(context, error));
    }
  });

  listenToEvents(app, context, memory);

  app.view<ViewSubmitAction>({ type: 'view_submission', callback_id: /.*/ }, async ({ ack, body }) => {
    const { id, hash } = body.view;
    const key = `${id}:${hash}`;
    const checking = memory.check(key, () => check(context, body));
    // Slack gives up after three seconds; what a slow check finds is shown when it is found.
    const early = await Promise.race([checking, wait(ackWithinMs)]);
    if (early?.ok === false) {
      await ack({ response_action: 'errors', errors: { ...early.errors } });
      return;
    }
    await ack({ response_action: 'update', view: early?.view ?? noticeModal(titleOf(body.view), 'Working…') });
    // Only now: a submission whose answer was lost comes again, and has to be run then.
    if (early?.stop || !memory.isNew(`submission:${key}`)) return;
    const view = await viewAfter(context, body, early ?? (await checking));
    // What was asked for is done or refused by now, whether somebody still looks or not.
    await unlessGone(context, context.client.views.update({ view_id: id, view }));
  });
}

function listenToEvents(app: App, context: SlackContext, memory: GestureMemory): void {
  for (const handler of events) {
    app.event(handler.event, async ({ body }) => {
      if (!memory.isNew(`event:${body.event_id}`)) return;
      try {
        refuseForeignEvent(context, body);
        await handler.run(context, body);
      } catch (error) {
        // Nobody waits for an answer.
        context.deps.logger.warn('an event was not followed', { event: handler.event, error: toError(error) });
      }
    });
  }
}

/** Runs an accepted submission; a check that came too late for errors beside the fields is told as a page. */
async function viewAfter(context: SlackContext, body: ViewSubmitAction, checked: Checked): Promise<View> {
  const title = titleOf(body.view);
  if (!checked.ok) return noticeModal(title, `Nothing was done. ${Object.values(checked.errors).join(' ')}`);
  if (checked.stop) return checked.view;
  return submitHandlerOf(body)
    .run(context, submissionOf(body))
    .catch((error: unknown) => errorModal(context, title, error));
}

async function check(context: SlackContext, body: ViewSubmitAction): Promise<Checked> {
  try {
    await refuseForeignSubmission(context, body);
    return await submitHandlerOf(body).check(context, submissionOf(body));
  } catch (error) {
    return { ok: true, view: errorModal(context, titleOf(body.view), error), stop: true };
  }
}

interface Answer {
  readonly rendered: Rendered;
  /** Undefined where the gesture has no address for answers. */
  readonly respond: (() => Promise<unknown>) | undefined;
  readonly place: {
    readonly channel: string | undefined;
    readonly user: string;
    readonly view?: BlockAction['view'];
    readonly triggerId?: string;
  };
}

/**
 * An answer's own address lives half an hour and may fail; then a person is told in the channel, themselves alone. Where
 * there is none, the page of the modal says it.
 */
function tell(context: SlackContext, { rendered, respond, place }: Answer): Promise<void> {
  const { chat, views } = context.client;
  const { channel, user, view, triggerId } = place;
  const elsewhere = async (error: unknown) => {
    if (channel !== undefined) await chat.postEphemeral({ channel, user, ...rendered });
    else if (view?.type === 'home' && triggerId !== undefined)
      await views.open({ trigger_id: triggerId, view: answerModal(titleOf({}), rendered) });
    else if (view !== undefined) await views.update({ view_id: view.id, view: answerModal(titleOf(view), rendered) });
    else throw error;
  };
  const told = respond === undefined ? elsewhere(new Error('there is no place to answer')) : respond().catch(elsewhere);
  return unlessGone(context, told);
}

/** A modal that was closed or an answer that comes too late is nobody's fault. */
async function unlessGone({ deps }: SlackContext, answer: Promise<unknown>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    deps.logger.warn('an answer did not reach the person', { error: toError(error) });
  }
}

async function runCommand(context: SlackContext, command: SlashCommand): Promise<Rendered | null> {
  await refuseForeignCommand(context, command);
  const gesture = { userId: command.user_id, teamId: command.team_id };
  const sight = await sightOf(context, gesture);
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
  refuseBeyondSight(sight, subcommand);
  const place = { sight, triggerId: command.trigger_id, channel: command.channel_id, page: 1 };
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
    // The Home tab is no modal that another could go on top of.
    viewId: body.view?.type === 'modal' ? body.view.id : null,
    isEphemeral: body.container['is_ephemeral'] === true,
    value,
    ...answers,
  });
}

function renderedError({ deps }: SlackContext, error: unknown): Rendered {
  const text = refusalText(deps.logger, error);
  return { text, blocks: [section(text)] };
}

function errorModal({ deps }: SlackContext, title: string, error: unknown): View {
  return noticeModal(title, refusalText(deps.logger, error));
}

/** Slack’s word, as everything in a payload. */
function titleOf({ title }: { readonly title?: { readonly text?: string } | null }): string {
  return title?.text || 'Keysteward';
}

/** Listeners of ours that Slack has not seen the end of; shut-down waits for them. */
export function countRunning(app: App): { running(): number; settled(): Promise<void> } {
  let running = 0;
  const waiting: (() => void)[] = [];
  app.use(async ({ next }) => {
    running += 1;
    try {
      await next();
    } finally {
      running -= 1;
      if (running === 0) for (const resolve of waiting.splice(0)) resolve();
    }
  });
  const settled = () => (running === 0 ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve)));
  return { running: () => running, settled };
}
