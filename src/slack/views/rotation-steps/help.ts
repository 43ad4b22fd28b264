import type { View } from '@slack/types';
import type { StepName } from '../../../domain/rotation.ts';
import type { RotationCard } from '../../../services/rotation/describe-rotation.ts';
import { plain } from '../action-modal.ts';
import { sections } from '../blocks.ts';
import { consoleLines } from '../console-lines.ts';
import { keyText } from '../rotation-words.ts';
import { escaped, foreign } from '../text.ts';
import { redeployBody } from './redeploy.ts';
import { storeBody } from './store.ts';

export const HELP_TITLE = 'What to do';

/** What a step is for, and how it is done for this provider, this store and this key. */
export function helpLines(card: RotationCard, step: StepName): readonly string[] {
  return HELP[step](card);
}

export function helpModal(card: RotationCard, step: StepName): View {
  const name = `*${escaped(card.lineage.slug)}* – ${keyText(card.oldKey)} at ${escaped(card.providerTitle)}`;
  return {
    type: 'modal',
    title: plain(HELP_TITLE),
    close: plain('Close'),
    blocks: sections([name, ...helpLines(card, step)]),
  };
}

const HELP: Readonly<Record<StepName, (card: RotationCard) => readonly string[]>> = {
  generate: (card) => [
    'A second key is made beside the old one. Both work until the old one is revoked, so nothing breaks meanwhile.',
    ...(card.work.byHand === null
      ? [
          `*Make it for me…* does this and the next step: Keysteward asks the provider for a key named ${escaped(card.newName)} and writes its value into the secret store at once. If the store cannot take it, the key is deleted again.`,
          'By hand:',
        ]
      : []),
    ...consoleLines(card.createSteps, [`Call it exactly ${escaped(card.newName)}.`]),
    'If it has another name, *Done…* lets you choose it from the key list. If you have lost its value, delete the key and make another: nobody can read it again.',
    ...keylessLines(card),
  ],
  store: (card) => [
    ...storeBody(card),
    'Write a new version of the same secret, so that the former one can be put back.',
    'If the value is kept somewhere else, or nowhere, *Skip…* asks you to say so.',
  ],
  redeploy: (card) => [
    ...redeployBody(card),
    'A program reads its key when it starts: as long as it has not been restarted, it goes on with the old key.',
    ...card.work.consumers.flatMap(({ row, byHand }) =>
      byHand.length === 0 ? [] : [`*${foreign(row.consumer)}* by hand:`, ...byHand.map((line) => `• ${foreign(line)}`)],
    ),
    'Whoever is forgotten shows at the next step: their requests still come with the old key.',
  ],
  verify: () => [
    'The new key has to show traffic, and the old one none. *Check traffic…* shows what both did, as far as the provider has published it.',
  ],
  revoke: (card) => [
    `The old key ends. ${card.stopSteps === null ? 'The buttons of this step stop it.' : ''}`,
    ...(card.stopSteps === null ? [] : consoleLines(card.stopSteps, [])),
  ],
  inventory: (card) => [
    `The new key becomes the key of ${escaped(card.lineage.slug)}: owner, cap, consumers and history go on with it.`,
  ],
};

function keylessLines({ work: { keyless } }: RotationCard): readonly string[] {
  if (keyless === null) return [];
  return [
    `*Without a key:* <${keyless.url}|${escaped(keyless.title)}>. ${escaped(keyless.why)} Keysteward has not checked that it fits here, nor that the page is still there.`,
  ];
}
