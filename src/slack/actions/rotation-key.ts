import type { View } from '@slack/types';
import type { Key } from '../../domain/key.ts';
import { isOver, type StepName, stepOf } from '../../domain/rotation.ts';
import { changeStep, nameNewKey } from '../../services/rotation/change-step.ts';
import { newKeyName } from '../../services/rotation/describe-rotation.ts';
import { disownNewKeys } from '../../services/rotation/disown-keys.ts';
import { findNewKey } from '../../services/rotation/find-new-keys.ts';
import { newKeyCandidates } from '../../services/rotation/new-key-candidates.ts';
import { readKeyListNow } from '../../services/rotation/read-key-list.ts';
import type { Gesture } from '../authorise.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { refusalText } from '../refusal.ts';
import { decodeRotationButton, type RotationButton } from '../rotation-button.ts';
import { loadingModal, noticeModal } from '../views/action-modal.ts';
import { KEY_BLOCK, KEY_MODAL, KEY_TITLE, keyModal, NOT_LISTED, NOT_OURS } from '../views/rotation-modals.ts';
import { escaped } from '../views/text.ts';
import { openModal } from './lib/open-modal.ts';
import { actToMove, rotationFor } from './lib/rotation-of.ts';
import { stepButtonOf } from './rotation-step.ts';

type StepButton = RotationButton & { readonly step: StepName };

/** `Done…` of generate, `Choose the key…`, and `Move it…` of inventory. */
export const rotationKey: ButtonHandler = {
  kind: 'button',
  id: 'rotation_key',
  run(context, click) {
    const button = stepButtonOf(decodeRotationButton(click.value));
    return openModal(context, click, { title: KEY_TITLE, build: () => keyPage(context, click, button) });
  },
};

/** `Read the key list now`, in that modal. */
export const rotationSync: ButtonHandler = {
  kind: 'button',
  id: 'rotation_sync',
  async run(context, click) {
    const button = stepButtonOf(decodeRotationButton(click.value));
    const { rotation } = await rotationFor(context, click, button);
    if (click.viewId === null) return;
    const show = (view: View) => context.client.views.update({ view_id: click.viewId ?? '', view });
    await show(loadingModal(KEY_TITLE));
    const view = await readKeyListNow(context.deps, rotation)
      .then(() => keyPage(context, click, button))
      .catch((error: unknown) => noticeModal(KEY_TITLE, refusalText(context.deps.logger, error)));
    await show(view);
  },
};

/** The modal, sent off. */
export const rotationKeySubmit: SubmitHandler = {
  kind: 'submit',
  id: KEY_MODAL,

  async check(_context: SlackContext, submission: Submission): Promise<CheckResult> {
    if (!submission.values[KEY_BLOCK]) {
      return { ok: false, errors: { [KEY_BLOCK]: 'Choose the new key.' } };
    }
    return { ok: true, view: noticeModal(KEY_TITLE, 'Working…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { deps } = context;
    const button = stepButtonOf(decodeRotationButton(submission.privateMetadata));
    const chosen = submission.values[KEY_BLOCK] ?? NOT_LISTED;
    if (chosen === NOT_OURS) return disown(context, submission, button);
    const newKeyId = chosen === NOT_LISTED ? null : chosen;
    const { rotation, lineage } = await rotationFor(context, submission, button);
    const newKey = newKeyId === null ? null : ((await deps.store.read.keys.get(newKeyId)) ?? null);
    const act = button.step === 'inventory' ? await actToMove(context, lineage, newKey?.lineageId ?? null) : 'rotate';
    const { actor } = await rotationFor(context, submission, { ...button, act });
    const isLate = button.step === 'generate' && isOver(stepOf(rotation, 'generate').state);
    if (isLate && newKeyId !== null) await nameNewKey(deps, { actor, rotationId: rotation.id, newKeyId });
    else await changeStep(deps, { ...button, actor, event: 'complete', reason: null, newKeyId });
    return noticeModal(KEY_TITLE, doneText(button.step, lineage.slug, newKey));
  },
};

async function disown(context: SlackContext, submission: Submission, button: StepButton): Promise<View> {
  const { actor, rotation } = await rotationFor(context, submission, { ...button, act: 'rotate' });
  await disownNewKeys(context.deps, { actor, rotationId: rotation.id });
  return noticeModal(KEY_TITLE, 'Each of these keys has an alert now, with the button that stops it.');
}

function doneText(step: StepName, slug: string, key: Key | null): string {
  const name = escaped(slug);
  if (step === 'inventory') return `The new key is the key of ${name} now. The thread shows it.`;
  if (key === null) return 'Noted. Choose the key at the step generate as soon as it is in the key list.';
  return `Noted: that is the new key of ${name}. The thread shows what comes next.`;
}

async function keyPage(context: SlackContext, gesture: Gesture, button: StepButton): Promise<View> {
  const { deps, locale } = context;
  const { rotation, lineage } = await rotationFor(context, gesture, button);
  const newKey = rotation.newKeyId === null ? null : ((await deps.store.read.keys.get(rotation.newKeyId)) ?? null);
  const candidates = await newKeyCandidates(deps, rotation);
  const newName = newKeyName(lineage, rotation);
  const found = await findNewKey(deps.store.read, rotation);
  const asked = button.step !== 'inventory' && found.kind === 'unclear' ? found.keys : [];
  return keyModal({ button, step: button.step, rotation, lineage, candidates, newKey, newName, asked }, locale);
}
