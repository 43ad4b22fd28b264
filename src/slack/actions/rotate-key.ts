import type { View } from '@slack/types';
import { z } from 'zod';
import { openRotation } from '../../services/rotation/open-rotation.ts';
import { linkOf, openRotationOf } from '../../services/rotation/rotation-link.ts';
import { authorise, type Gesture } from '../authorise.ts';
import { decodeButton } from '../button-value.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Click, Submission, SubmitHandler } from '../interaction.ts';
import { noticeModal, REASON_BLOCK } from '../views/action-modal.ts';
import { EMERGENCY_TITLE } from '../views/rotation-end-modals.ts';
import {
  alreadyRotatingModal,
  OPEN_MODAL,
  OPEN_TITLE,
  openRotationModal,
  startedModal,
} from '../views/rotation-modals.ts';
import { keyAndLineage } from './key-action-buttons.ts';
import { openModal } from './lib/open-modal.ts';
import { placeOf } from './lib/place.ts';
import { readMetadata } from './lib/read-metadata.ts';
import { emergencyPage } from './rotation-emergency.ts';

const metadata = z.object({ keyId: z.string(), alertId: z.string().nullable() });
type Target = z.infer<typeof metadata>;

interface Asked extends Target {
  /** From an alert, or asked for as an emergency: whether the key is public is what counts. */
  readonly isUrgent?: boolean;
}

/** `Rotate…` of an alert and of a key's card. */
export const rotateKey: ButtonHandler = {
  kind: 'button',
  id: 'key_rotate',
  choice: 'rotate',
  async run(context, click) {
    const { keyId, alertId } = decodeButton(click.value);
    await openRotateModal(context, click, { keyId, alertId, isUrgent: alertId !== null });
  },
};

/** The modal behind it, sent off. */
export const rotateKeySubmit: SubmitHandler = {
  kind: 'submit',
  id: OPEN_MODAL,

  async check(_context: SlackContext, submission: Submission): Promise<CheckResult> {
    if (!submission.values[REASON_BLOCK]?.trim()) {
      return { ok: false, errors: { [REASON_BLOCK]: 'Say in a few words why.' } };
    }
    return { ok: true, view: noticeModal(OPEN_TITLE, 'Working…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { keyId, alertId } = readMetadata(metadata, submission.privateMetadata);
    const { lineage } = await keyAndLineage(context, keyId);
    const actor = await authorise(context, { gesture: submission, act: 'rotate', lineage });
    const reason = submission.values[REASON_BLOCK] ?? '';
    const { rotation, isNew } = await openRotation(context.deps, { actor, keyId, alertId, reason });
    const { place } = await linkOf(context.deps, rotation);
    if (!isNew) return alreadyRotatingModal({ lineage, rotation, place }, context.locale);
    return startedModal(lineage.slug, place, context.locale);
  },
};

/** Asks why, or shows where the rotation goes on that is open already. */
export function openRotateModal(
  context: SlackContext,
  gesture: Gesture & Pick<Click, 'triggerId'>,
  { isUrgent = false, ...target }: Asked,
): Promise<void> {
  const mayBeCalm = target.alertId !== null;
  const build = () =>
    isUrgent ? emergencyPage(context, gesture, { ...target, mayBeCalm }) : rotatePage(context, gesture, target);
  return openModal(context, gesture, { title: isUrgent ? EMERGENCY_TITLE : OPEN_TITLE, build });
}

/** The page that asks why. */
export async function rotatePage(context: SlackContext, gesture: Gesture, { keyId, alertId }: Target): Promise<View> {
  const { key, lineage } = await keyAndLineage(context, keyId);
  await authorise(context, { gesture, act: 'rotate', lineage });
  const standing = await openRotationOf(context.deps, lineage.id);
  if (standing !== null && standing.rotation.kind !== 'drill') {
    return alreadyRotatingModal({ lineage, ...standing }, context.locale);
  }
  if (key.kind === 'admin') {
    return noticeModal(OPEN_TITLE, 'Admin keys are replaced in the provider’s console, not from here.');
  }
  return openRotationModal({ key, lineage, where: await placeOf(context.deps, key), alertId });
}
