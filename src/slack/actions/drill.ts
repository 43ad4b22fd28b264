import type { View } from '@slack/types';
import { openDrill, readDrills } from '../../services/rotation/drill.ts';
import { linkOf } from '../../services/rotation/rotation-link.ts';
import { authorise, type Gesture, standingOf } from '../authorise.ts';
import type { SlackContext } from '../context.ts';
import type { CheckResult, Click, Submission, SubmitHandler } from '../interaction.ts';
import { noticeModal } from '../views/action-modal.ts';
import { DRILL_MODAL, DRILL_TITLE, drillModal } from '../views/drill.ts';
import { KEYS_BLOCK } from '../views/pick-keys-modals.ts';
import { alreadyRotatingModal } from '../views/rotation-modals.ts';
import { escaped, messageLink } from '../views/text.ts';
import { keyAndLineage } from './key-action-buttons.ts';
import { openModal } from './lib/open-modal.ts';
import { rotatableKeys } from './practise-rotation.ts';

const PAST = 5;

/** `/keys rotate drill`: which key, and how the last ones went. */
export function openDrillModal(
  context: SlackContext,
  gesture: Gesture & Pick<Click, 'triggerId'>,
  keyId: string | null,
): Promise<void> {
  const build = async () => {
    const keys = await rotatableKeys(context, gesture);
    return drillModal({ keys, keyId, past: await readDrills(context.deps, PAST) }, context.locale);
  };
  return openModal(context, gesture, { title: DRILL_TITLE, build });
}

export const drillSubmit: SubmitHandler = {
  kind: 'submit',
  id: DRILL_MODAL,

  async check(_context: SlackContext, { values }: Submission): Promise<CheckResult> {
    if (!values[KEYS_BLOCK]) return { ok: false, errors: { [KEYS_BLOCK]: 'Choose a key.' } };
    return { ok: true, view: noticeModal(DRILL_TITLE, 'Working…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const keyId = submission.values[KEYS_BLOCK] ?? '';
    // Who may not look learns not even which keys there are.
    await standingOf(context, submission);
    const { lineage } = await keyAndLineage(context, keyId);
    const actor = await authorise(context, { gesture: submission, act: 'rotate', lineage });
    const { rotation, isNew } = await openDrill(context.deps, { actor, keyId });
    const { place } = await linkOf(context.deps, rotation);
    if (!isNew) return alreadyRotatingModal({ lineage, rotation, place }, context.locale);
    const where = messageLink('Its thread', place, context.locale);
    return noticeModal(
      DRILL_TITLE,
      `*The drill with ${escaped(lineage.slug)} has begun.* ${where} in the alert channel leads through the steps.`,
    );
  },
};
