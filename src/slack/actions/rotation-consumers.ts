import type { View } from '@slack/types';
import { plural } from '../../domain/time.ts';
import { retryDeployments, tickConsumers } from '../../services/rotation/consumers.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { decodeRotationButton } from '../rotation-button.ts';
import { noticeModal } from '../views/action-modal.ts';
import { answer } from '../views/blocks.ts';
import { TICK_BLOCK, TICK_MODAL, TICK_TITLE, tickModal } from '../views/rotation-steps/tick-modal.ts';
import { openModal } from './lib/open-modal.ts';
import { rotationCard } from './lib/rotation-card.ts';
import { rotationFor } from './lib/rotation-of.ts';

/** `Tick off…`: which consumers were redeployed. */
export const rotationTick: ButtonHandler = {
  kind: 'button',
  id: 'rotation_tick',
  run(context, click) {
    const button = decodeRotationButton(click.value);
    const build = async () => {
      await rotationFor(context, click, button);
      return tickModal(await rotationCard(context, button.rotationId), button);
    };
    return openModal(context, click, { title: TICK_TITLE, build });
  },
};

/** The modal behind it, sent off. */
export const rotationTickSubmit: SubmitHandler = {
  kind: 'submit',
  id: TICK_MODAL,

  async check(_context: SlackContext, { choices }: Submission): Promise<CheckResult> {
    if ((choices[TICK_BLOCK] ?? []).length === 0) {
      return { ok: false, errors: { [TICK_BLOCK]: 'Choose at least one consumer.' } };
    }
    return { ok: true, view: noticeModal(TICK_TITLE, 'Working…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { rotationId } = decodeRotationButton(submission.privateMetadata);
    const { actor } = await rotationFor(context, submission, { rotationId });
    const chosen = new Set(submission.choices[TICK_BLOCK]);
    const rows = await context.deps.store.read.rotationConsumers.ofRotation(rotationId);
    const consumers = rows.filter(({ requestId }) => chosen.has(requestId)).map(({ consumer }) => consumer);
    await tickConsumers(context.deps, { actor, rotationId, consumers });
    return noticeModal(
      TICK_TITLE,
      `Noted: ${plural(consumers.length, 'consumer')} ticked off. The thread shows who is left.`,
    );
  },
};

/** `Retry deployments`: asks the hooks that failed once more. */
export const rotationRetry: ButtonHandler = {
  kind: 'button',
  id: 'rotation_retry',
  async run(context, click) {
    const { rotationId } = decodeRotationButton(click.value);
    const { actor } = await rotationFor(context, click, { rotationId });
    const count = await retryDeployments(context.deps, { actor, rotationId });
    await click.reply(
      answer(count === 0 ? 'No deployment has failed any more.' : `Asked anew for ${plural(count, 'deployment')}.`),
    );
  },
};
