import type { View } from '@slack/types';
import { readVerification } from '../../services/rotation/read-verification.ts';
import { verifyStep } from '../../services/rotation/verify-step.ts';
import type { Gesture } from '../authorise.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { decodeRotationButton, type RotationButton } from '../rotation-button.ts';
import { noticeModal, REASON_BLOCK } from '../views/action-modal.ts';
import { VERIFY_MODAL, VERIFY_TITLE, verifyModal } from '../views/rotation-modals.ts';
import { escaped } from '../views/text.ts';
import { keyAndLineage } from './key-action-buttons.ts';
import { openModal } from './lib/open-modal.ts';
import { placeOf } from './lib/place.ts';
import { rotationFor } from './lib/rotation-of.ts';

/** `Check traffic…`: what both keys did, as far as usage is known now. */
export const rotationVerify: ButtonHandler = {
  kind: 'button',
  id: 'rotation_verify',
  run(context, click) {
    const button = decodeRotationButton(click.value);
    return openModal(context, click, { title: VERIFY_TITLE, build: () => verifyPage(context, click, button) });
  },
};

/** The modal behind it, sent off. */
export const rotationVerifySubmit: SubmitHandler = {
  kind: 'submit',
  id: VERIFY_MODAL,

  async check(_context: SlackContext, submission: Submission): Promise<CheckResult> {
    const isAsked = REASON_BLOCK in submission.values;
    if (isAsked && !submission.values[REASON_BLOCK]?.trim()) {
      return { ok: false, errors: { [REASON_BLOCK]: 'Say in a few words why it is verified all the same.' } };
    }
    return { ok: true, view: noticeModal(VERIFY_TITLE, 'Looking once more…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { rotationId, revision } = decodeRotationButton(submission.privateMetadata);
    const { lineage, actor } = await rotationFor(context, submission, { rotationId });
    const reason = submission.values[REASON_BLOCK]?.trim() || null;
    await verifyStep(context.deps, { actor, rotationId, revision, reason });
    return noticeModal(VERIFY_TITLE, `The traffic of ${escaped(lineage.slug)} is verified. Next: revoke the old key.`);
  },
};

async function verifyPage(context: SlackContext, gesture: Gesture, button: RotationButton): Promise<View> {
  const { deps, locale } = context;
  const { rotation, lineage } = await rotationFor(context, gesture, button);
  const { key: oldKey } = await keyAndLineage(context, rotation.oldKeyId);
  const newKey = rotation.newKeyId === null ? null : ((await deps.store.read.keys.get(rotation.newKeyId)) ?? null);
  const seen = await readVerification(deps, rotation);
  if (seen === null) return noticeModal(VERIFY_TITLE, 'The old key is not in the inventory any more.');
  const where = await placeOf(deps, oldKey);
  return verifyModal({ button, lineage, where, oldKey, newKey, seen }, locale);
}
