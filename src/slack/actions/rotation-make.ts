import type { View } from '@slack/types';
import { requestNewKey } from '../../services/rotation/request-new-key.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { decodeRotationButton } from '../rotation-button.ts';
import { noticeModal } from '../views/action-modal.ts';
import { MAKE_MODAL, MAKE_TITLE, makeModal } from '../views/rotation-steps/make-modal.ts';
import { openModal } from './lib/open-modal.ts';
import { rotationCard } from './lib/rotation-card.ts';
import { rotationFor } from './lib/rotation-of.ts';

/** `Make it for me…`: says what will happen first. */
export const rotationMake: ButtonHandler = {
  kind: 'button',
  id: 'rotation_make',
  run(context, click) {
    const button = decodeRotationButton(click.value);
    const build = async () => {
      await rotationFor(context, click, button);
      return makeModal(await rotationCard(context, button.rotationId), button);
    };
    return openModal(context, click, { title: MAKE_TITLE, build });
  },
};

/** The modal behind it, sent off. */
export const rotationMakeSubmit: SubmitHandler = {
  kind: 'submit',
  id: MAKE_MODAL,

  async check(): Promise<CheckResult> {
    return { ok: true, view: noticeModal(MAKE_TITLE, 'Working…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { rotationId, revision } = decodeRotationButton(submission.privateMetadata);
    const { actor } = await rotationFor(context, submission, { rotationId });
    await requestNewKey(context.deps, { actor, rotationId, revision });
    return noticeModal(MAKE_TITLE, 'Keysteward is on it. The thread shows when the key is made and stored.');
  },
};
