import type { View } from '@slack/types';
import type { RotationCard } from '../../../services/rotation/describe-rotation.ts';
import { encodeRotationButton, type RotationButton } from '../../rotation-button.ts';
import { noticeModal, plain } from '../action-modal.ts';
import { section } from '../blocks.ts';
import { keyText } from '../rotation-words.ts';
import { escaped, foreign } from '../text.ts';

export const MAKE_MODAL = 'rotation_make';
export const MAKE_TITLE = 'Make the new key';

/** Says what will be made and where its value goes, before anything happens. */
export function makeModal(card: RotationCard, button: RotationButton): View {
  const { lineage, newName, oldKey, rotation, work } = card;
  const { place, keyless } = work;
  const name = escaped(lineage.slug);
  if (rotation.kind === 'drill') {
    const words = `*DRILL for ${name}:* the steps generate and store are ticked, and nothing is made or stored.`;
    return modal(button, [words], 'Tick both');
  }
  if (work.byHand !== null || place === null) {
    return noticeModal(MAKE_TITLE, 'This key has to be made by hand: the thread says how.');
  }
  return modal(button, [
    `*The new key of ${name}*`,
    `1. ${escaped(card.providerTitle)} makes ${escaped(newName)}, for the service account that owns ${keyText(oldKey)}.`,
    `2. Its value goes straight into ${escaped(place.title)} at ${foreign(place.reference)}, as a new version. Nobody sees it, and the former version can be put back.`,
    '3. Should the store not take it, the new key is deleted again. The old key works on in any case.',
    ...(keyless === null
      ? []
      : [
          `Do you need a key at all? <${keyless.url}|${escaped(keyless.title)}>: ${escaped(keyless.why)} (Not checked for this key.)`,
        ]),
  ]);
}

function modal(button: RotationButton, lines: readonly string[], submit = 'Make it'): View {
  return {
    type: 'modal',
    callback_id: MAKE_MODAL,
    title: plain(MAKE_TITLE),
    submit: plain(submit),
    close: plain('Cancel'),
    private_metadata: encodeRotationButton(button),
    blocks: [section(lines.join('\n'))],
  };
}
