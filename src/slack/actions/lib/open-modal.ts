import type { View } from '@slack/types';
import { AppError, isAppError } from '../../../domain/errors.ts';
import type { SlackContext } from '../../context.ts';
import type { Click } from '../../interaction.ts';
import { refusalText } from '../../refusal.ts';
import { fromSlackError, slackCode } from '../../slack-error.ts';
import { loadingModal, noticeModal } from '../../views/action-modal.ts';

// A trigger lives three seconds and opens one dialog.
const TRIGGER_OVER: ReadonlySet<string> = new Set(['expired_trigger_id', 'exchanged_trigger_id', 'invalid_trigger_id']);

/**
 * Opens a page at once, since a trigger lives three seconds, and puts what `build` makes in its place. From a button in a
 * modal it goes on top of that one.
 */
export async function openModal(
  context: SlackContext,
  { triggerId, viewId = null }: Pick<Click, 'triggerId'> & Partial<Pick<Click, 'viewId'>>,
  { title, build }: { readonly title: string; readonly build: () => Promise<View> },
): Promise<void> {
  const { views } = context.client;
  const loading = { trigger_id: triggerId, view: loadingModal(title) };
  const opening = viewId === null ? views.open(loading) : views.push(loading);
  const opened = await opening.catch((error: unknown) => {
    throw TRIGGER_OVER.has(slackCode(error) ?? '') ? tooLate(error) : unlessSilent(error);
  });
  const openedId = opened.view?.id;
  if (openedId === undefined) return;
  const { logger } = context.deps;
  const view = await build().catch((error: unknown) => noticeModal(title, refusalText(logger, error)));
  await views.update({ view_id: openedId, view }).catch((error: unknown) => {
    // Closed before it was filled in: nobody waits for it.
    if (slackCode(error) === 'not_found') logger.info('a dialog was closed before it was filled in');
    else throw unlessSilent(error);
  });
}

function tooLate(cause: unknown): AppError {
  return new AppError({
    code: 'conflict',
    message: 'the trigger of the click is over',
    publicMessage: 'Nothing was done: Slack did not open the dialog in time. Click again.',
    cause,
  });
}

/** Slack that does not answer is no fault of ours; an answer that refuses what we sent is. */
function unlessSilent(thrown: unknown): unknown {
  const error = fromSlackError(thrown);
  if (!isAppError(error, 'slack_unavailable')) return thrown;
  return new AppError({
    code: error.code,
    message: error.message,
    publicMessage: 'Nothing was done: Slack did not show the dialog. Close it if it is there, and click again.',
    cause: thrown,
  });
}
