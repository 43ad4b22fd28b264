import { ROTATION_STEPS } from '../domain/rotation.ts';
import { DRIVER_KIND, STEP_KIND } from '../services/rotation/announce-rotation.ts';
import { describeRotation } from '../services/rotation/describe-rotation.ts';
import { ROTATION_KIND, rootOf } from '../services/rotation/rotation-link.ts';
import type { OutboxRenderer } from './outbox-renderer.ts';
import { driverView, rotationView } from './views/rotation.ts';
import { rotationStepView } from './views/rotation-step.ts';

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
      return { ...rotationStepView(card, step, locale), ...inThread(deps.policy.channels.alerts, rotationId) };
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
      return { ...driverView(card), channel: deps.policy.channels.alerts, inThreadOf: rootOf(card.rotation) };
    },
  },
];

function inThread(channel: string, rotationId: string) {
  return { channel, inThreadOf: { kind: ROTATION_KIND, subjectId: rotationId } };
}
