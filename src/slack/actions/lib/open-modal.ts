import type { View } from '@slack/types';
import { AppError } from '../../../domain/errors.ts';
import type { SlackContext } from '../../context.ts';
import type { Click } from '../../interaction.ts';
import { loadingModal, noticeModal } from '../../views/action-modal.ts';
import { escaped } from '../../views/text.ts';

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
  const opened = viewId === null ? await views.open(loading) : await views.push(loading);
  const openedId = opened.view?.id;
  if (openedId === undefined) return;
  const view = await build().catch((error: unknown) => {
    if (error instanceof AppError) return noticeModal(title, escaped(error.publicMessage));
    throw error;
  });
  await context.client.views.update({ view_id: openedId, view });
}
