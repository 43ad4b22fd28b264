import { ROTATION_STEPS, type Rotation } from '../domain/rotation.ts';
import { DEPLOY_KIND, DRIVER_KIND, STEP_KIND } from '../services/rotation/announce-rotation.ts';
import { describeRotation } from '../services/rotation/describe-rotation.ts';
import { ROTATION_KIND, rootOf } from '../services/rotation/rotation-link.ts';
import type { OutboxRenderer } from './outbox-renderer.ts';
import { answer } from './views/blocks.ts';
import { driverView, rotationView } from './views/rotation.ts';
import { rotationStepView } from './views/rotation-step.ts';
import { deploymentFailedText } from './views/rotation-steps/redeploy.ts';

/** A rotation's root message, its reply for each step, and the word to whom it was handed over. */
export const rotationRenderers: readonly OutboxRenderer[] = [
  {
    kind: ROTATION_KIND,
    async render({ deps, locale }, rotationId) {
      const card = await describeRotation(deps, rotationId);
      if (card === undefined) return null;
      return { ...rotationView(card, locale), channel: deps.policy.channels.alerts, inThreadOf: null };
    },
  },
  {
    kind: STEP_KIND,
    async render({ deps, locale }, subject) {
      const [rotationId = '', name] = subject.split(':');
      const step = ROTATION_STEPS.find((one) => one === name);
      const card = step && (await describeRotation(deps, rotationId));
      if (step === undefined || card === undefined) return null;
      return { ...rotationStepView(card, step, locale), ...inThread(deps.policy.channels.alerts, card.rotation) };
    },
  },
  {
    kind: DRIVER_KIND,
    async render({ deps }, subject) {
      const [rotationId = '', , ...driver] = subject.split(':');
      const card = await describeRotation(deps, rotationId);
      // It was handed on, or ended, before this could be said.
      if (card === undefined || card.rotation.state !== 'open' || card.rotation.driver !== driver.join(':'))
        return null;
      return { ...driverView(card), ...inThread(deps.policy.channels.alerts, card.rotation) };
    },
  },
  {
    kind: DEPLOY_KIND,
    async render({ deps }, subject) {
      const [rotationId = '', revision, ...consumer] = subject.split(':');
      const card = await describeRotation(deps, rotationId);
      const failed = card?.work.consumers.find(({ row }) => row.consumer === consumer.join(':'));
      // Asked anew, or ticked off, before this could be said.
      if (card === undefined || failed?.row.state !== 'failed' || `${failed.row.revision}` !== revision) return null;
      const text = deploymentFailedText(card, failed);
      return { ...answer(text), ...inThread(deps.policy.channels.alerts, card.rotation) };
    },
  },
];

function inThread(channel: string, rotation: Rotation) {
  return { channel, inThreadOf: rootOf(rotation) };
}
