import type { ButtonHandler } from '../interaction.ts';
import { decodeRotationButton } from '../rotation-button.ts';
import { HELP_TITLE, helpModal } from '../views/rotation-steps/help.ts';
import { openModal } from './lib/open-modal.ts';
import { rotationCard } from './lib/rotation-card.ts';
import { rotationFor } from './lib/rotation-of.ts';
import { stepButtonOf } from './rotation-step.ts';

/** `Help`: what to do at this step, for this provider, this store, this key. */
export const rotationHelp: ButtonHandler = {
  kind: 'button',
  id: 'rotation_help',
  run(context, click) {
    const button = stepButtonOf(decodeRotationButton(click.value));
    const build = async () => {
      await rotationFor(context, click, button);
      return helpModal(await rotationCard(context, button.rotationId), button.step);
    };
    return openModal(context, click, { title: HELP_TITLE, build });
  },
};
