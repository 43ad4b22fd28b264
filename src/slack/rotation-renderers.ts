import { ROTATION_STEPS, type Rotation } from '../domain/rotation.ts';
import {
  CHECKLIST_KIND,
  DEPLOY_KIND,
  DRIVER_KIND,
  PAPER_KIND,
  RISE_KIND,
  SECRET_KIND,
  STEP_KIND,
  TRAFFIC_KIND,
} from '../services/rotation/announce-rotation.ts';
import { describeChecklist } from '../services/rotation/checklist.ts';
import { describeRotation } from '../services/rotation/describe-rotation.ts';
import { readPaper } from '../services/rotation/emergency-papers.ts';
import { readVerification } from '../services/rotation/read-verification.ts';
import { ROTATION_KIND, rootOf } from '../services/rotation/rotation-link.ts';
import type { OutboxRenderer } from './outbox-renderer.ts';
import { answer } from './views/blocks.ts';
import { driverView, rotationView } from './views/rotation.ts';
import { checklistView } from './views/rotation-emergency.ts';
import { supportPaper, usagePaper } from './views/rotation-papers.ts';
import { rotationStepView } from './views/rotation-step.ts';
import { deploymentFailedText } from './views/rotation-steps/redeploy.ts';
import { secretByHandView } from './views/rotation-steps/store.ts';
import { riseView, trafficView } from './views/rotation-traffic.ts';

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
  {
    kind: SECRET_KIND,
    async render({ deps }, rotationId) {
      const card = await describeRotation(deps, rotationId);
      if (card === undefined) return null;
      return { ...secretByHandView(card), ...inThread(deps.policy.channels.alerts, card.rotation) };
    },
  },
  {
    kind: TRAFFIC_KIND,
    async render({ deps, locale }, rotationId) {
      const card = await describeRotation(deps, rotationId);
      const seen = card && (await readVerification(deps, card.rotation));
      if (card === undefined || !seen) return null;
      return { ...trafficView(card, seen, locale), ...inThread(deps.policy.channels.alerts, card.rotation) };
    },
  },
  {
    kind: RISE_KIND,
    async render({ deps, locale }, subject) {
      const [rotationId = '', startAt, count, before, unit] = subject.split(':');
      const card = await describeRotation(deps, rotationId);
      if (card === undefined || card.rotation.state !== 'open') return null;
      const rise = { startAt: Number(startAt), count: Number(count), before: Number(before) };
      const words = { ...rise, unit: unit === 'token' ? unit : 'request' } as const;
      return { ...riseView(card, words, locale), ...inThread(deps.policy.channels.alerts, card.rotation) };
    },
  },
  {
    kind: CHECKLIST_KIND,
    async render({ deps, locale }, rotationId) {
      const list = await describeChecklist(deps, rotationId);
      if (list === undefined) return null;
      return { ...checklistView(list, locale), ...inThread(deps.policy.channels.alerts, list.card.rotation) };
    },
  },
  {
    kind: PAPER_KIND,
    async render({ deps, locale }, subject) {
      const [rotationId = '', item] = subject.split(':');
      const paper = await readPaper(deps, rotationId);
      if (paper === undefined) return null;
      const view = item === 'support' ? supportPaper : usagePaper;
      return { ...view(paper, locale), ...inThread(deps.policy.channels.alerts, paper.card.rotation) };
    },
  },
];

function inThread(channel: string, rotation: Rotation) {
  return { channel, inThreadOf: rootOf(rotation) };
}
