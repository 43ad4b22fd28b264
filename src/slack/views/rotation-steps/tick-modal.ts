import type { View } from '@slack/types';
import type { RotationCard } from '../../../services/rotation/describe-rotation.ts';
import { encodeRotationButton, type RotationButton } from '../../rotation-button.ts';
import { INPUT, noticeModal, plain } from '../action-modal.ts';
import { section } from '../blocks.ts';
import { escaped, plainForeign } from '../text.ts';

export const TICK_MODAL = 'rotation_tick';
export const TICK_TITLE = 'Consumers';
export const TICK_BLOCK = 'consumers';
/** Slack's limit for the options of a list. */
const OPTIONS_MAX = 100;
const OPTION_MAX = 70;

/** Which consumers read the new value: those that are open are offered, several at once. Options are places in the list. */
export function tickModal({ lineage, work: { consumers } }: RotationCard, button: RotationButton): View {
  const options = consumers
    .filter(({ row }) => row.state !== 'done')
    .slice(0, OPTIONS_MAX)
    .map(({ row }) => ({ text: plain(plainForeign(row.consumer, OPTION_MAX)), value: row.requestId }));
  if (options.length === 0) return noticeModal(TICK_TITLE, 'Everybody reads the new value already.');
  return {
    type: 'modal',
    callback_id: TICK_MODAL,
    title: plain(TICK_TITLE),
    submit: plain('Done'),
    close: plain('Cancel'),
    private_metadata: encodeRotationButton(button),
    blocks: [
      section(`Who of *${escaped(lineage.slug)}* was redeployed and reads the new key?`),
      {
        type: 'input',
        block_id: TICK_BLOCK,
        label: plain('Consumers'),
        element: { type: 'multi_static_select', action_id: INPUT, options, placeholder: plain('Choose consumers') },
      },
    ],
  };
}
