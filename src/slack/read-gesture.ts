import type { BlockElementAction, ViewStateValue, ViewSubmitAction } from '@slack/bolt';
import { AppError } from '../domain/errors.ts';
import { interactions } from './actions/index.ts';
import { decodeChoice } from './button-value.ts';
import type { ButtonHandler, Submission, SubmitHandler } from './interaction.ts';
import { MENU } from './views/blocks.ts';

/** A menu is a row of buttons behind dots: its options name handlers, too. */
export function pressed(action: BlockElementAction | undefined): { handler: ButtonHandler; value: string } {
  const chosen =
    action?.type === 'overflow' && action.action_id === MENU ? decodeChoice(action.selected_option.value) : null;
  const handler = interactions.find(
    (one) => one.kind === 'button' && (chosen === null ? one.id === action?.action_id : one.choice === chosen.choice),
  );
  if (handler?.kind !== 'button') throw unknownGesture(`no handler for action ${action?.action_id}`, 'button');
  return { handler, value: chosen?.value ?? enteredIn(action) };
}

/** A button carries its value; what was typed into a field of the Home tab is one as well. */
function enteredIn(action: BlockElementAction | undefined): string {
  return action?.type === 'button' || action?.type === 'plain_text_input' ? (action.value ?? '') : '';
}

export function submitHandlerOf({ view }: ViewSubmitAction): SubmitHandler {
  const handler = interactions.find((one) => one.kind === 'submit' && one.id === view.callback_id);
  if (handler?.kind !== 'submit') throw unknownGesture(`no handler for view ${view.callback_id}`, 'dialog');
  return handler;
}

export function submissionOf(body: ViewSubmitAction): Submission {
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
  const files = input.files?.flatMap(({ id }) => id ?? []);
  if (files !== undefined) return files;
  return input.selected_options?.map(({ value }) => value) ?? input.selected_users ?? [];
}

function unknownGesture(message: string, what: 'button' | 'dialog'): AppError {
  return new AppError({
    code: 'invalid_input',
    message,
    publicMessage: `This ${what} was made by another version of Keysteward. Look the key up with \`/keys show\`.`,
  });
}
