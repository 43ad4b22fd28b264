import type { View } from '@slack/types';
import { AppError } from '../../../domain/errors.ts';
import type { SlackContext } from '../../context.ts';
import type { Click } from '../../interaction.ts';
import { loadingModal, noticeModal } from '../../views/action-modal.ts';
import { escaped } from '../../views/text.ts';

/** Opens a page at once, since a trigger lives three seconds, and puts what `build` makes in its place. */
export async function openModal(
  context: SlackContext,
  { triggerId }: Pick<Click, 'triggerId'>,
  { title, build }: { readonly title: string; readonly build: () => Promise<View> },
): Promise<void> {
  const opened = await context.client.views.open({ trigger_id: triggerId, view: loadingModal(title) });
  const viewId = opened.view?.id;
  if (viewId === undefined) return;
  const view = await build().catch((error: unknown) => {
    if (error instanceof AppError) return noticeModal(title, escaped(error.publicMessage));
    throw error;
  });
  await context.client.views.update({ view_id: viewId, view });
}
