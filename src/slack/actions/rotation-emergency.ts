import type { View } from '@slack/types';
import { z } from 'zod';
import { CHECKLIST } from '../../domain/rotation-checklist.ts';
import { possibleActs } from '../../services/alerts/describe-alert.ts';
import { checkOff } from '../../services/rotation/checklist.ts';
import { openRotation } from '../../services/rotation/open-rotation.ts';
import { linkOf, openRotationOf } from '../../services/rotation/rotation-link.ts';
import { authorise, type Gesture } from '../authorise.ts';
import { encodeButton } from '../button-value.ts';
import { decodeCheckButton } from '../check-button.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { noticeModal, REASON_BLOCK } from '../views/action-modal.ts';
import { ACT_LABEL } from '../views/alert-buttons.ts';
import { actions, section } from '../views/blocks.ts';
import { EMERGENCY_MODAL, EMERGENCY_TITLE, emergencyModal, PUBLIC_BLOCK } from '../views/rotation-end-modals.ts';
import { alreadyRotatingModal, startedModal } from '../views/rotation-modals.ts';
import { keyAndLineage } from './key-action-buttons.ts';
import { placeOf } from './lib/place.ts';
import { readMetadata } from './lib/read-metadata.ts';
import { rotationFor } from './lib/rotation-of.ts';

const metadata = z.object({ keyId: z.string(), alertId: z.string().nullable() });

export interface EmergencyTarget {
  readonly keyId: string;
  readonly alertId: string | null;
  /** From an alert the answer may be that it is none. */
  readonly mayBeCalm: boolean;
}

/** The page that asks the one question: is the key public? */
export async function emergencyPage(context: SlackContext, gesture: Gesture, target: EmergencyTarget): Promise<View> {
  const { keyId, alertId, mayBeCalm } = target;
  const { key, lineage } = await keyAndLineage(context, keyId);
  await authorise(context, { gesture, act: 'rotate', lineage });
  const standing = await openRotationOf(context.deps, lineage.id);
  if (standing !== null && standing.rotation.kind !== 'drill') {
    return alreadyRotatingModal({ lineage, ...standing }, context.locale);
  }
  if (key.kind === 'admin') {
    return noticeModal(EMERGENCY_TITLE, 'Admin keys are replaced in the provider’s console, not from here.');
  }
  return emergencyModal({ key, lineage, where: await placeOf(context.deps, key), alertId, mayBeCalm });
}

/** The modal, sent off. */
export const rotationEmergencySubmit: SubmitHandler = {
  kind: 'submit',
  id: EMERGENCY_MODAL,

  async check(_context: SlackContext, { values }: Submission): Promise<CheckResult> {
    const errors: Record<string, string> = {};
    if (!values[PUBLIC_BLOCK]) errors[PUBLIC_BLOCK] = 'Choose one; when in doubt, take the second.';
    if (!values[REASON_BLOCK]?.trim()) errors[REASON_BLOCK] = 'Say in a few words why.';
    if (Object.keys(errors).length > 0) return { ok: false, errors };
    return { ok: true, view: noticeModal(EMERGENCY_TITLE, 'Working…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { deps, locale } = context;
    const { keyId, alertId } = readMetadata(metadata, submission.privateMetadata);
    const { key, lineage } = await keyAndLineage(context, keyId);
    const actor = await authorise(context, { gesture: submission, act: 'rotate', lineage });
    const said = submission.values[PUBLIC_BLOCK];
    const isPublic = said === 'yes';
    const purpose = said === 'calm' ? {} : ({ kind: 'emergency', isPublic } as const);
    const reason = submission.values[REASON_BLOCK] ?? '';
    const { rotation, isNew } = await openRotation(deps, { actor, keyId, alertId, reason, purpose });
    const { place } = await linkOf(deps, rotation);
    if (!isNew) return alreadyRotatingModal({ lineage, rotation, place }, locale);
    const page = startedModal(lineage.slug, place, locale);
    const stop = possibleActs(deps, key).find((act) => act !== 'restore');
    if (!isPublic || stop === undefined) return page;
    const value = encodeButton({ alertId: rotation.alertId, keyId, generation: key.generation });
    const button = { actionId: `key_${stop}`, label: ACT_LABEL[stop], value, style: 'danger' as const };
    const words = section('*The key is public: stop it now.* Everything else can wait for that.');
    return { ...page, blocks: [words, actions('stop', [button]), ...page.blocks] };
  },
};

/** The points of the checklist that a person ticks or has done, one button each. */
export const rotationChecks: readonly ButtonHandler[] = CHECKLIST.filter(({ how }) => how !== 'shown').map(
  ({ item }) => ({
    kind: 'button',
    id: `rotation_check_${item}`,
    async run(context, click) {
      const button = decodeCheckButton(click.value);
      const { actor } = await rotationFor(context, click, button);
      await checkOff(context.deps, { ...button, actor });
    },
  }),
);
