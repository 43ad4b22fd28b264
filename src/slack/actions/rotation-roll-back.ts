import type { View } from '@slack/types';
import { rollBack, rollBackPlan } from '../../services/rotation/roll-back.ts';
import { resumeRotation } from '../../services/rotation/steer-rotation.ts';
import type { Gesture } from '../authorise.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { decodeRotationButton, type RotationButton } from '../rotation-button.ts';
import { noticeModal, REASON_BLOCK } from '../views/action-modal.ts';
import { ROLL_BACK_MODAL, ROLL_BACK_TITLE, rollBackModal } from '../views/rotation-end-modals.ts';
import { escaped } from '../views/text.ts';
import { keyAndLineage } from './key-action-buttons.ts';
import { openModal } from './lib/open-modal.ts';
import { rotationFor } from './lib/rotation-of.ts';

/** `Go on` of a paused rotation. */
export const rotationResume: ButtonHandler = {
  kind: 'button',
  id: 'rotation_resume',
  async run(context, click) {
    const { rotation, actor } = await rotationFor(context, click, decodeRotationButton(click.value));
    await resumeRotation(context.deps, { actor, rotationId: rotation.id });
  },
};

/** `Roll back…`. */
export const rotationRollBack: ButtonHandler = {
  kind: 'button',
  id: 'rotation_roll_back',
  run(context, click) {
    const button = decodeRotationButton(click.value);
    return openModal(context, click, { title: ROLL_BACK_TITLE, build: () => rollBackPage(context, click, button) });
  },
};

/** The modal behind it, sent off. */
export const rotationRollBackSubmit: SubmitHandler = {
  kind: 'submit',
  id: ROLL_BACK_MODAL,

  async check(_context: SlackContext, submission: Submission): Promise<CheckResult> {
    if (!submission.values[REASON_BLOCK]?.trim()) {
      return { ok: false, errors: { [REASON_BLOCK]: 'Say in a few words why.' } };
    }
    return { ok: true, view: noticeModal(ROLL_BACK_TITLE, 'Working…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const button = decodeRotationButton(submission.privateMetadata);
    const { actor, rotation, lineage } = await mayRollBack(context, submission, button);
    await rollBack(context.deps, { actor, rotationId: rotation.id, reason: submission.values[REASON_BLOCK] ?? '' });
    return noticeModal(
      ROLL_BACK_TITLE,
      `*${escaped(lineage.slug)} goes back.* The thread shows when the old key works again.`,
    );
  },
};

async function rollBackPage(context: SlackContext, gesture: Gesture, button: RotationButton): Promise<View> {
  const { deps } = context;
  const { rotation, lineage, plan } = await mayRollBack(context, gesture, button);
  if (rotation.state !== 'open')
    return noticeModal(ROLL_BACK_TITLE, `Nothing to do: this rotation is ${rotation.state}.`);
  if (plan.refusal !== null) return noticeModal(ROLL_BACK_TITLE, escaped(plan.refusal));
  const newKey = rotation.newKeyId === null ? null : ((await deps.store.read.keys.get(rotation.newKeyId)) ?? null);
  return rollBackModal({ button, lineage, newKey, plan });
}

/** Starting a stopped key again takes the right to restore, also on this way. */
async function mayRollBack(context: SlackContext, gesture: Gesture, { rotationId }: RotationButton) {
  const { rotation } = await rotationFor(context, gesture, { rotationId });
  const { key } = await keyAndLineage(context, rotation.oldKeyId);
  const plan = rollBackPlan(context.deps, rotation, key);
  const act = plan.oldKey === 'works' || rotation.kind === 'drill' ? 'rotate' : 'restore';
  return { ...(await rotationFor(context, gesture, { rotationId, act })), plan };
}
