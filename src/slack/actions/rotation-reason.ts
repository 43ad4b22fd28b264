import type { View } from '@slack/types';
import { z } from 'zod';
import { changeStep } from '../../services/rotation/change-step.ts';
import { cancelRotation, pauseRotation } from '../../services/rotation/steer-rotation.ts';
import type { Gesture } from '../authorise.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { decodeRotationButton, type RotationButton } from '../rotation-button.ts';
import { noticeModal, REASON_BLOCK } from '../views/action-modal.ts';
import { REASON_MODAL, REASON_TITLE, type ReasonMode, reasonModal } from '../views/rotation-modals.ts';
import { openModal } from './lib/open-modal.ts';
import { readMetadata } from './lib/read-metadata.ts';
import { rotationFor } from './lib/rotation-of.ts';
import { stepButtonOf } from './rotation-step.ts';

const metadata = z.object({ mode: z.enum(['block', 'skip', 'cancel', 'pause']), button: z.string() });

const DONE: Readonly<Record<ReasonMode, string>> = {
  block: 'Noted: the message shows what is in the way.',
  skip: 'Skipped. The thread shows what comes next.',
  cancel: 'The rotation is cancelled. Nothing was changed at the provider.',
  pause: 'Paused: nothing goes on by itself, and nobody is reminded, until somebody lets it go on.',
};

/** `Blocked…`, `Skip…`, `Pause…` and `Cancel…`: each opens the modal that asks why. */
export const rotationReasonButtons: readonly ButtonHandler[] = (['block', 'skip', 'cancel', 'pause'] as const).map(
  (mode) => ({
    kind: 'button',
    id: `rotation_${mode}`,
    run(context, click) {
      const button = decodeRotationButton(click.value);
      const build = () => reasonPage(context, click, { mode, button });
      return openModal(context, click, { title: REASON_TITLE[mode], build });
    },
  }),
);

/** The modal behind them, sent off. */
export const rotationReasonSubmit: SubmitHandler = {
  kind: 'submit',
  id: REASON_MODAL,

  async check(_context: SlackContext, submission: Submission): Promise<CheckResult> {
    if (!submission.values[REASON_BLOCK]?.trim()) {
      return { ok: false, errors: { [REASON_BLOCK]: 'Say in a few words why.' } };
    }
    const { mode } = readMetadata(metadata, submission.privateMetadata);
    return { ok: true, view: noticeModal(REASON_TITLE[mode], 'Working…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { mode, button: text } = readMetadata(metadata, submission.privateMetadata);
    const button = decodeRotationButton(text);
    const { actor } = await rotationFor(context, submission, button);
    const reason = submission.values[REASON_BLOCK] ?? '';
    if (mode === 'cancel') await cancelRotation(context.deps, { actor, rotationId: button.rotationId, reason });
    else if (mode === 'pause') await pauseRotation(context.deps, { actor, rotationId: button.rotationId, reason });
    else await changeStep(context.deps, { ...stepButtonOf(button), actor, event: mode, reason });
    return noticeModal(REASON_TITLE[mode], DONE[mode]);
  },
};

async function reasonPage(
  context: SlackContext,
  gesture: Gesture,
  { mode, button }: { readonly mode: ReasonMode; readonly button: RotationButton },
): Promise<View> {
  const { rotation, lineage } = await rotationFor(context, gesture, button);
  if (rotation.state !== 'open') {
    return noticeModal(REASON_TITLE[mode], `Nothing to do: this rotation is ${rotation.state}.`);
  }
  return reasonModal({ mode, button, rotation, slug: lineage.slug });
}
