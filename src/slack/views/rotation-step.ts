import type { KnownBlock } from '@slack/types';
import {
  missingBefore,
  ROTATION_STEPS,
  type RotationStep,
  SKIPPABLE,
  type StepName,
  stepOf,
  stepRefusal,
} from '../../domain/rotation.ts';
import type { RotationCard } from '../../services/rotation/describe-rotation.ts';
import { buttonOf, encodeRotationButton } from '../rotation-button.ts';
import { actions, type ButtonSpec, type Rendered, sections, TEXT_MAX } from './blocks.ts';
import { consoleLines } from './console-lines.ts';
import { endButtons, endFacts, endWords } from './rotation-steps/end.ts';
import { generateBody, generateButtons } from './rotation-steps/generate.ts';
import { inventoryFacts, inventoryWords } from './rotation-steps/inventory.ts';
import { proofLines } from './rotation-steps/proof.ts';
import { redeployBody, redeployButtons, redeployFacts } from './rotation-steps/redeploy.ts';
import { storeBody, storeFacts } from './rotation-steps/store.ts';
import { verifyFacts, verifyWords } from './rotation-steps/verify.ts';
import { keyText, stepStateText } from './rotation-words.ts';
import { capped, type Locale } from './text.ts';

export const STEP_TITLE: Readonly<Record<StepName, string>> = {
  generate: 'Generate the new key',
  store: 'Store it',
  redeploy: 'Redeploy who uses it',
  verify: 'Verify the traffic',
  revoke: 'Revoke the old key',
  inventory: 'Update the inventory',
};

const ICON: Readonly<Record<RotationStep['state'], string>> = {
  todo: '',
  blocked: ':no_entry: ',
  done: ':white_check_mark: ',
  skipped: ':fast_forward: ',
};

/** The reply of one step: what to do for this very key, or who did it and when. */
export function rotationStepView(card: RotationCard, name: StepName, locale: Locale): Rendered {
  const { rotation, oldKey } = card;
  const step = stepOf(rotation, name);
  const title = `*${ICON[step.state]}${ROTATION_STEPS.indexOf(name) + 1}. ${STEP_TITLE[name]}*`;
  const drill = rotation.kind === 'drill' ? '*DRILL* ' : '';
  const lines = [`${drill}${title}${standing(card, step, locale)}`, ...stepBody(card, step, locale)];
  const blocks: KnownBlock[] = sections(lines);
  const buttons = rotation.state === 'open' ? stepButtons(card, step) : [];
  const { generation } = oldKey;
  if (buttons.length > 0) blocks.push(actions(`step_${name}_${step.revision}_${generation}`, buttons));
  return { text: capped(lines.join('\n'), TEXT_MAX), blocks };
}

function standing({ rotation }: RotationCard, step: RotationStep, locale: Locale): string {
  if (step.state !== 'todo') return ` – ${stepStateText(step, locale)}`;
  if (rotation.state === 'cancelled') return ' – not done: the rotation was cancelled';
  // A public key does not wait for its successor.
  if (step.name === 'revoke' && rotation.isPublic) return '';
  const missing = missingBefore(rotation, step.name);
  return missing.length > 0 ? ` – after ${missing.join(' and ')}` : '';
}

/** What to do, or what came of it. */
export function stepBody(card: RotationCard, { name, state }: RotationStep, locale: Locale): readonly string[] {
  if (card.rotation.state !== 'open' || state === 'done' || state === 'skipped')
    return [...factsOf(card, name, locale), ...proofLines(stepOf(card.rotation, name))];
  if (name === 'revoke') return endWords(card, locale, (steps) => consoleLines(steps, []));
  return missingBefore(card.rotation, name).length > 0 ? [] : HOW_TO[name](card);
}

/** What stands once the step is over. */
function factsOf(card: RotationCard, name: StepName, locale: Locale): readonly string[] {
  const { rotation, newKey } = card;
  if (stepOf(rotation, name).state !== 'done') return [];
  switch (name) {
    case 'generate':
      if (rotation.kind === 'drill') return [];
      return [newKey === null ? 'It is not in the key list yet.' : `The new key is ${keyText(newKey)}.`];
    case 'store':
      return storeFacts(card);
    case 'redeploy':
      return redeployFacts(card);
    case 'verify':
      return verifyFacts(card, locale);
    case 'revoke':
      return endFacts(card, locale);
    case 'inventory':
      return inventoryFacts(card, locale);
  }
}

const HOW_TO: Readonly<Record<Exclude<StepName, 'revoke'>, (card: RotationCard) => readonly string[]>> = {
  generate: generateBody,
  store: storeBody,
  redeploy: redeployBody,
  verify: verifyWords,
  inventory: inventoryWords,
};

export function stepButtons(card: RotationCard, step: RotationStep): ButtonSpec[] {
  const { rotation, lineage } = card;
  const { name, state } = step;
  const value = encodeRotationButton(buttonOf(rotation, name));
  const spec = (actionId: string, label: string, style?: ButtonSpec['style']): ButtonSpec => ({
    actionId,
    label,
    value,
    accessibilityLabel: `${label.replace('…', '')}: ${name} of ${lineage.slug}`,
    ...(style === undefined ? {} : { style }),
  });
  const may = (event: 'skip' | 'undo' | 'block') => stepRefusal(rotation, { step: name, event }) === null;
  if (state === 'done' || state === 'skipped') {
    return [
      ...(name === 'generate' && card.newKey === null && rotation.kind !== 'drill'
        ? [spec('rotation_key', 'Choose the key…', 'primary')]
        : []),
      ...(may('undo') ? [spec('rotation_undo', 'Undo')] : []),
    ];
  }
  const isReady = missingBefore(rotation, name).length === 0;
  return [
    ...(name === 'revoke' ? endButtons(card, spec) : isReady ? readyButtons(card, name, spec) : []),
    ...(isReady ? [spec('rotation_help', 'Help')] : []),
    ...(isReady && may('block') ? [spec('rotation_block', 'Blocked…')] : []),
    ...(isReady && SKIPPABLE.has(name) && may('skip') ? [spec('rotation_skip', 'Skip…')] : []),
    ...(state === 'blocked' && may('undo') ? [spec('rotation_undo', 'Unblock')] : []),
  ];
}

function readyButtons(
  card: RotationCard,
  name: StepName,
  spec: (actionId: string, label: string, style?: ButtonSpec['style']) => ButtonSpec,
): ButtonSpec[] {
  const isDrill = card.rotation.kind === 'drill';
  const simulate = spec('rotation_simulate', 'Simulate', 'primary');
  switch (name) {
    case 'generate':
      return generateButtons(card, spec);
    case 'redeploy':
      return redeployButtons(card, spec);
    case 'store':
      return [spec('rotation_done', 'Done', 'primary')];
    case 'verify':
      return [isDrill ? simulate : spec('rotation_verify', 'Check traffic…', 'primary')];
    case 'revoke':
      return [];
    case 'inventory':
      return [isDrill ? simulate : spec('rotation_key', 'Move it…', 'primary')];
  }
}
