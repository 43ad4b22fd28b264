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
import type { ConsoleSteps } from '../../ports/provider.ts';
import type { RotationCard } from '../../services/rotation/describe-rotation.ts';
import { buttonOf, encodeRotationButton } from '../rotation-button.ts';
import { actions, type ButtonSpec, type Rendered, sections, TEXT_MAX } from './blocks.ts';
import { endButtons, endFacts, endWords } from './rotation-steps/end.ts';
import { inventoryFacts, inventoryWords } from './rotation-steps/inventory.ts';
import { verifyFacts, verifyWords } from './rotation-steps/verify.ts';
import { keyText, stepStateText } from './rotation-words.ts';
import { capped, escaped, foreign, type Locale } from './text.ts';

const CONSUMERS_MAX = 20;

const TITLE: Readonly<Record<StepName, string>> = {
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
  const title = `*${ICON[step.state]}${ROTATION_STEPS.indexOf(name) + 1}. ${TITLE[name]}*`;
  const drill = rotation.kind === 'drill' ? '*DRILL* ' : '';
  const lines = [`${drill}${title}${standing(card, step, locale)}`, ...bodyOf(card, step, locale)];
  const blocks: KnownBlock[] = sections(lines);
  const buttons = rotation.state === 'open' ? buttonsOf(card, step) : [];
  const { generation } = oldKey;
  if (buttons.length > 0) blocks.push(actions(`step_${name}_${step.revision}_${generation}`, buttons));
  return { text: capped(lines.join('\n'), TEXT_MAX), blocks };
}

function standing({ rotation }: RotationCard, step: RotationStep, locale: Locale): string {
  if (step.state !== 'todo') return ` – ${stepStateText(step, locale)}`;
  if (rotation.state === 'cancelled') return ' – not done: the rotation was cancelled';
  const missing = missingBefore(rotation, step.name);
  return missing.length > 0 ? ` – after ${missing.join(' and ')}` : '';
}

function bodyOf(card: RotationCard, { name, state }: RotationStep, locale: Locale): readonly string[] {
  if (card.rotation.state !== 'open' || state === 'done' || state === 'skipped') return factsOf(card, name, locale);
  if (name === 'revoke') return endWords(card, locale, (steps) => consoleLines(steps, []));
  return missingBefore(card.rotation, name).length > 0 ? [] : HOW_TO[name](card);
}

/** What stands once the step is over. */
function factsOf(card: RotationCard, name: StepName, locale: Locale): readonly string[] {
  const { state } = stepOf(card.rotation, name);
  if (state !== 'done') return [];
  if (name === 'generate') {
    return [card.newKey === null ? 'It is not in the key list yet.' : `The new key is ${keyText(card.newKey)}.`];
  }
  if (name === 'verify') return verifyFacts(card, locale);
  if (name === 'revoke') return endFacts(card, locale);
  if (name === 'inventory') return inventoryFacts(card, locale);
  return [];
}

const HOW_TO: Readonly<Record<Exclude<StepName, 'revoke'>, (card: RotationCard) => readonly string[]>> = {
  generate: ({ oldKey, createSteps, newName }) => [
    `Make the key that takes over from ${keyText(oldKey)}:`,
    ...consoleLines(createSteps, [`Call it ${escaped(newName)}, so that everybody knows it again.`]),
    'Its value is shown once: put it straight into your secret store, never into Slack.',
  ],
  store: ({ lineage }) => [
    `Put the new value where the old one is kept${purpose(lineage.workload)}, as a new version of the same secret. Leave the old key alone until step 5.`,
  ],
  redeploy: ({ lineage }) => redeployLines(lineage),
  verify: verifyWords,
  inventory: inventoryWords,
};

function redeployLines({ consumers, slug }: RotationCard['lineage']): readonly string[] {
  if (consumers.length === 0) {
    return [
      'Restart or redeploy everything that uses the key, so that it reads the new value.',
      `Nobody has said yet what that is: look where the secret is referenced, and note it with \`/keys edit ${escaped(slug)}\`.`,
    ];
  }
  const shown = consumers.slice(0, CONSUMERS_MAX).map((name) => `• ${foreign(name)}`);
  const more = consumers.length > CONSUMERS_MAX ? [`• and ${consumers.length - CONSUMERS_MAX} more`] : [];
  return ['Restart or redeploy everything that uses the key, so that it reads the new value:', ...shown, ...more];
}

function purpose(workload: string | null): string {
  return workload === null ? '' : ` (${foreign(workload)})`;
}

function consoleLines(steps: ConsoleSteps | null, further: readonly string[]): readonly string[] {
  const words = [...(steps?.steps ?? []).map(escaped), ...further];
  const where = steps === null ? 'In the provider’s console:' : `In the <${steps.url}|provider’s console>:`;
  return [where, ...words.map((text, index) => `${index + 1}. ${text}`)];
}

function buttonsOf(card: RotationCard, step: RotationStep): ButtonSpec[] {
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
      ...(name === 'generate' && card.newKey === null ? [spec('rotation_key', 'Choose the key…', 'primary')] : []),
      ...(may('undo') ? [spec('rotation_undo', 'Undo')] : []),
    ];
  }
  const isReady = missingBefore(rotation, name).length === 0;
  return [
    ...(name === 'revoke' ? endButtons(card, spec) : isReady ? readyButtons(card, name, spec) : []),
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
      return [spec('rotation_key', 'Done…', 'primary')];
    case 'store':
    case 'redeploy':
      return [spec('rotation_done', 'Done', 'primary')];
    case 'verify':
      return [isDrill ? simulate : spec('rotation_verify', 'Check traffic…', 'primary')];
    case 'revoke':
      return [];
    case 'inventory':
      return [isDrill ? simulate : spec('rotation_key', 'Move it…', 'primary')];
  }
}
