import type { View } from '@slack/types';
import { handOver } from '../../services/rotation/steer-rotation.ts';
import { authorise } from '../authorise.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { decodeRotationButton } from '../rotation-button.ts';
import { noticeModal } from '../views/action-modal.ts';
import { HAND_OVER_MODAL, HAND_OVER_TITLE, handOverModal, PERSON_BLOCK } from '../views/rotation-modals.ts';
import { mention } from '../views/text.ts';
import { openModal } from './lib/open-modal.ts';
import { rotationFor } from './lib/rotation-of.ts';

/** `Hand over…`. */
export const rotationHandOver: ButtonHandler = {
  kind: 'button',
  id: 'rotation_hand_over',
  run(context, click) {
    const button = decodeRotationButton(click.value);
    const build = async () => {
      const { rotation, lineage } = await rotationFor(context, click, button);
      if (rotation.state === 'open') return handOverModal(button, lineage.slug);
      return noticeModal(HAND_OVER_TITLE, `Nothing to do: this rotation is ${rotation.state}.`);
    };
    return openModal(context, click, { title: HAND_OVER_TITLE, build });
  },
};

/** The modal behind it, sent off. */
export const rotationHandOverSubmit: SubmitHandler = {
  kind: 'submit',
  id: HAND_OVER_MODAL,

  async check(_context: SlackContext, submission: Submission): Promise<CheckResult> {
    if (!submission.values[PERSON_BLOCK]) return { ok: false, errors: { [PERSON_BLOCK]: 'Choose a person.' } };
    return { ok: true, view: noticeModal(HAND_OVER_TITLE, 'Working…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { rotationId } = decodeRotationButton(submission.privateMetadata);
    const { actor, lineage } = await rotationFor(context, submission, { rotationId });
    const userId = submission.values[PERSON_BLOCK] ?? '';
    // Whoever could not click the buttons cannot drive it: a guest, a bot, somebody without the right.
    const gesture = { userId, teamId: context.identity.teamId };
    const to = await authorise(context, { gesture, act: 'rotate', lineage });
    await handOver(context.deps, { actor, rotationId, to });
    return noticeModal(HAND_OVER_TITLE, `${mention(userId)} drives it from here on; the thread tells them.`);
  },
};
