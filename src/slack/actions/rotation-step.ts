import { AppError } from '../../domain/errors.ts';
import type { StepEvent, StepName } from '../../domain/rotation.ts';
import { changeStep } from '../../services/rotation/change-step.ts';
import { tickConsumers } from '../../services/rotation/consumers.ts';
import { readKeyListNow } from '../../services/rotation/read-key-list.ts';
import { completeStore } from '../../services/rotation/store-step.ts';
import type { ButtonHandler } from '../interaction.ts';
import { decodeRotationButton, type RotationButton } from '../rotation-button.ts';
import { section } from '../views/blocks.ts';
import { OLD_KEY_IS } from '../views/rotation-words.ts';
import { escaped } from '../views/text.ts';
import { actToMove, rotationFor } from './lib/rotation-of.ts';

/** `Done` of the steps that take a person's word, and `Undo` of every step. */
export const rotationStepButtons: readonly ButtonHandler[] = [
  stepButton('rotation_done', 'complete'),
  stepButton('rotation_undo', 'undo'),
];

function stepButton(id: string, event: StepEvent): ButtonHandler {
  return {
    kind: 'button',
    id,
    async run(context, click) {
      const button = stepButtonOf(decodeRotationButton(click.value));
      // Verified is what the traffic shows, and which key is the new one has to be chosen: those have modals.
      if (event === 'complete' && button.step !== 'store' && button.step !== 'redeploy') throw foreignStep();
      const { rotation, lineage } = await rotationFor(context, click, button);
      const fromId = button.step === 'inventory' ? rotation.formerLineageId : null;
      const act = await actToMove(context, lineage, fromId);
      const { actor } = await rotationFor(context, click, { ...button, act });
      const { rotationId } = button;
      if (event === 'complete' && button.step === 'store') {
        await completeStore(context.deps, { ...button, actor });
        return;
      }
      const consumers = await context.deps.store.read.rotationConsumers.ofRotation(rotationId);
      // Whoever says that all of it is done says it of each of them.
      if (event === 'complete' && consumers.some(({ state }) => state !== 'done')) {
        await tickConsumers(context.deps, { actor, rotationId, consumers: null });
        return;
      }
      await changeStep(context.deps, { ...button, actor, event, reason: null });
    },
  };
}

/** `Look again`: reads the key list now, for those who have stopped the old key in the console. */
export const rotationLook: ButtonHandler = {
  kind: 'button',
  id: 'rotation_look',
  async run(context, click) {
    const { rotation, lineage } = await rotationFor(context, click, decodeRotationButton(click.value));
    await readKeyListNow(context.deps, rotation);
    const key = await context.deps.store.read.keys.get(rotation.oldKeyId);
    const text = `Read just now: the old key of ${escaped(lineage.slug)} ${OLD_KEY_IS[key?.status ?? 'gone']}.`;
    await click.reply({ text, blocks: [section(text)] });
  },
};

export function stepButtonOf(button: RotationButton): RotationButton & { readonly step: StepName } {
  const { step } = button;
  if (step === null) throw foreignStep();
  return { ...button, step };
}

function foreignStep(): AppError {
  return new AppError({
    code: 'invalid_input',
    message: 'a rotation button that fits no step',
    publicMessage: 'This button belongs to another step. Use the one in the thread.',
  });
}
