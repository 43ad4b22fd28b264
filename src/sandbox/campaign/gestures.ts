import { AppError } from '../../domain/errors.ts';
import { interactiveElements } from '../slack/blocks.ts';
import type { Message } from '../slack/index.ts';
import type { Entries } from '../slack/submission.ts';
import type { Stage } from '../stage.ts';

export const CHANNEL = 'C0AIKEYS';

export interface Press {
  readonly userId: string;
  readonly ts: string;
  readonly actionId: string;
  /** Which of several buttons of that name. */
  readonly value?: string;
}

/** Names of the buttons that a message has. */
export function buttonsOf({ blocks }: Pick<Message, 'blocks'>): ReadonlySet<string> {
  return new Set(interactiveElements(blocks).map(({ actionId }) => actionId));
}

/** Clicks a button of a message in the channel and waits for what comes of it. */
export async function press(stage: Stage, { userId, ...button }: Press): Promise<void> {
  const person = stage.slack.person(userId);
  const result = await stage.during(() => person.click({ channel: CHANNEL, ...button }));
  await stage.settle();
  if (!result.acked) throw unlikely(`${button.actionId} was not taken`);
}

/** Several clicks before any of them is answered: each finds the buttons as they were. */
export async function pressTogether(stage: Stage, clicks: readonly Press[]): Promise<void> {
  const results = clicks.map(({ userId, ts, actionId }) =>
    stage.during(() => stage.slack.person(userId).click({ channel: CHANNEL, ts, actionId })),
  );
  const acked = (await Promise.all(results)).every((result) => result.acked);
  await stage.settle();
  if (!acked) throw unlikely('one of two clicks at once was not taken');
}

/** Clicks a button that opens a modal, and sends the modal off; false where it shows a page without a form. */
export async function pressAndFill(stage: Stage, click: Press, entries: Entries): Promise<boolean> {
  await press(stage, click);
  const person = stage.slack.person(click.userId);
  const view = person.views.at(-1);
  const isForm = view?.body['submit'] !== undefined;
  if (view !== undefined && isForm) {
    const wanted = Object.entries(entries).filter(([block]) =>
      JSON.stringify(view.body).includes(`"block_id":"${block}"`),
    );
    const result = await stage.during(() => person.submit(view.id, Object.fromEntries(wanted)));
    await stage.settle();
    if (!result.acked || result.errors !== undefined) throw unlikely(`${click.actionId}: ${JSON.stringify(result)}`);
  }
  for (const open of [...person.views].reverse()) await stage.during(() => person.closeView(open.id));
  return isForm;
}

function unlikely(message: string): AppError {
  const publicMessage = 'A simulated person could not do what the buttons offer.';
  return new AppError({ code: 'internal', message, publicMessage });
}
