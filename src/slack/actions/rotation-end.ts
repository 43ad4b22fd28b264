import type { View } from '@slack/types';
import { z } from 'zod';
import { countsAsProduction } from '../../domain/key.ts';
import { requestRetirement } from '../../services/actions/request-retirement.ts';
import { simulateStep } from '../../services/rotation/simulate-step.ts';
import { authorise, type Gesture } from '../authorise.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { decodeRotationButton, type RotationButton } from '../rotation-button.ts';
import { noticeModal, REASON_BLOCK, SLUG_BLOCK } from '../views/action-modal.ts';
import { RETIRE_MODAL, RETIRE_TITLE, retireModal } from '../views/rotation-end-modals.ts';
import { escaped } from '../views/text.ts';
import { keyAndLineage } from './key-action-buttons.ts';
import { aloneErrors, aloneFrom, consentFor } from './lib/alone.ts';
import { openModal } from './lib/open-modal.ts';
import { readMetadata } from './lib/read-metadata.ts';
import { rotationFor } from './lib/rotation-of.ts';
import { waitsPage } from './lib/waits-page.ts';
import { stepButtonOf } from './rotation-step.ts';

const metadata = z.object({ button: z.string(), generation: z.number().int() });

/** `Retire…`: suspends the old key now, and revokes it for good when the grace is over. */
export const rotationRetire: ButtonHandler = {
  kind: 'button',
  id: 'rotation_retire',
  run(context, click) {
    const button = decodeRotationButton(click.value);
    return openModal(context, click, { title: RETIRE_TITLE, build: () => retirePage(context, click, button) });
  },
};

/** The modal behind it, sent off. */
export const rotationRetireSubmit: SubmitHandler = {
  kind: 'submit',
  id: RETIRE_MODAL,

  async check(context: SlackContext, submission: Submission): Promise<CheckResult> {
    const { key, lineage } = await oldKeyOf(context, submission);
    const errors: Record<string, string> = {};
    if (!submission.values[REASON_BLOCK]?.trim()) errors[REASON_BLOCK] = 'Say in a few words why.';
    if (countsAsProduction(lineage.environment) && submission.values[SLUG_BLOCK]?.trim() !== lineage.slug) {
      errors[SLUG_BLOCK] = `This has to be exactly ${lineage.slug}.`;
    }
    Object.assign(errors, await aloneErrors(context, submission, key));
    if (Object.keys(errors).length > 0) return { ok: false, errors };
    return { ok: true, view: noticeModal(RETIRE_TITLE, 'Working…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { rotation, key, lineage, generation } = await oldKeyOf(context, submission);
    const actor = await authorise(context, { gesture: submission, act: 'revoke', lineage });
    const outcome = await requestRetirement(context.deps, {
      actor,
      rotationId: rotation.id,
      keyId: key.id,
      generation,
      alertId: rotation.alertId,
      reason: submission.values[REASON_BLOCK] ?? '',
      typedSlug: submission.values[SLUG_BLOCK] ?? null,
      alone: await aloneFrom(context, submission, { lineage }),
    });
    if (outcome.kind === 'waits') return waitsPage(context, RETIRE_TITLE, outcome.approval);
    const text = `*The old key of ${escaped(lineage.slug)} is being suspended.* The thread shows when the provider confirms it, and when it is revoked for good.`;
    return noticeModal(RETIRE_TITLE, text);
  },
};

/** `Simulate`, in a drill. */
export const rotationSimulate: ButtonHandler = {
  kind: 'button',
  id: 'rotation_simulate',
  async run(context, click) {
    const button = stepButtonOf(decodeRotationButton(click.value));
    const { actor } = await rotationFor(context, click, button);
    await simulateStep(context.deps, { ...button, actor });
  },
};

async function retirePage(context: SlackContext, gesture: Gesture, button: RotationButton): Promise<View> {
  const { deps } = context;
  const { rotation } = await rotationFor(context, gesture, { ...button, act: 'revoke' });
  const { key: oldKey, lineage } = await keyAndLineage(context, rotation.oldKeyId);
  const consent = await consentFor(context, gesture, { kind: 'retire', key: oldKey, lineage });
  return retireModal({ button, lineage, oldKey, graceMs: deps.policy.rotation.graceMs, consent });
}

async function oldKeyOf(context: SlackContext, submission: Submission) {
  const { button, generation } = readMetadata(metadata, submission.privateMetadata);
  const { rotation } = await rotationFor(context, submission, { ...decodeRotationButton(button), act: 'revoke' });
  return { rotation, generation, ...(await keyAndLineage(context, rotation.oldKeyId)) };
}
