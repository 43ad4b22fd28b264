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
import { encodeButton } from '../button-value.ts';
import { buttonOf, encodeRotationButton } from '../rotation-button.ts';
import { ACT_LABEL } from './alert-buttons.ts';
import { actions, type ButtonSpec, type Rendered, sections, TEXT_MAX } from './blocks.ts';
import { consoleLines } from './console-lines.ts';
import { generateBody, generateButtons } from './rotation-steps/generate.ts';
import { proofLines } from './rotation-steps/proof.ts';
import { redeployBody, redeployButtons, redeployFacts } from './rotation-steps/redeploy.ts';
import { storeBody, storeFacts } from './rotation-steps/store.ts';
import { keyText, OLD_KEY_IS, stepStateText } from './rotation-words.ts';
import { capital, capped, escaped, type Locale } from './text.ts';

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
  const lines = [`${title}${standing(card, step, locale)}`, ...stepBody(card, step)];
  const blocks: KnownBlock[] = sections(lines);
  const buttons = rotation.state === 'open' ? stepButtons(card, step) : [];
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

/** What to do, or what came of it. */
export function stepBody(card: RotationCard, { name, state }: RotationStep): readonly string[] {
  if (card.rotation.state !== 'open' || state === 'done' || state === 'skipped')
    return [...factsOf(card, name), ...proofLines(stepOf(card.rotation, name))];
  if (name === 'revoke') return howToRevoke(card);
  return missingBefore(card.rotation, name).length > 0 ? [] : HOW_TO[name](card);
}

/** What stands once the step is over. */
function factsOf(card: RotationCard, name: StepName): readonly string[] {
  const { rotation, newKey, oldKey, lineage } = card;
  const { state } = stepOf(rotation, name);
  if (state !== 'done') return [];
  if (name === 'generate' && rotation.kind !== 'drill') {
    return [newKey === null ? 'It is not in the key list yet.' : `The new key is ${keyText(newKey)}.`];
  }
  if (name === 'store') return storeFacts(card);
  if (name === 'redeploy') return redeployFacts(card);
  if (name === 'revoke') return [`The provider shows it: ${keyText(oldKey)} ${OLD_KEY_IS[oldKey.status]}.`];
  if (name === 'inventory') return [`The new key is the key of ${escaped(lineage.slug)} now.`];
  return [];
}

const HOW_TO: Readonly<Record<Exclude<StepName, 'revoke'>, (card: RotationCard) => readonly string[]>> = {
  generate: generateBody,
  store: storeBody,
  redeploy: redeployBody,
  verify: () => [
    'The new key has to show traffic, and the old one none. *Check traffic…* shows what both did in the last hour and the last 24 hours.',
  ],
  inventory: ({ lineage, newKey }) => [
    `Move ${newKey === null ? 'the new key' : keyText(newKey)} into ${escaped(lineage.slug)}: its owner, cap, consumers and history go on with the new key. It may be done as soon as the new key is in the key list.`,
  ],
};

function howToRevoke(card: RotationCard): readonly string[] {
  const { rotation, oldKey, acts, stopSteps } = card;
  const old = keyText(oldKey);
  if (missingBefore(rotation, 'revoke').length > 0) {
    return [
      `${old} ${OLD_KEY_IS[oldKey.status]}. Should it be public, stop it now, from its alert or from \`/keys show\`.`,
    ];
  }
  const byItself = 'This step ticks itself when the provider shows it as stopped.';
  if (acts.length > 0) return [`Stop ${old}. ${byItself}`];
  return [`Stop ${old} by hand:`, ...consoleLines(stopSteps, []), byItself];
}

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
      ...(name === 'revoke' ? stopButtons(card) : []),
      ...(name === 'generate' && card.newKey === null ? [spec('rotation_key', 'Choose the key…', 'primary')] : []),
      ...(may('undo') ? [spec('rotation_undo', 'Undo')] : []),
    ];
  }
  const isReady = missingBefore(rotation, name).length === 0;
  return [
    ...(isReady ? readyButtons(card, name, spec) : []),
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
  switch (name) {
    case 'generate':
      return generateButtons(card, spec);
    case 'redeploy':
      return redeployButtons(card, spec);
    case 'store':
      return [spec('rotation_done', 'Done', 'primary')];
    case 'verify':
      return [spec('rotation_verify', 'Check traffic…', 'primary')];
    case 'revoke':
      return [...stopButtons(card), spec('rotation_look', 'Look again')];
    case 'inventory':
      return [spec('rotation_key', 'Move it…', 'primary')];
  }
}

/** The ordinary buttons of a key: the same modal, approval and proof as everywhere. */
function stopButtons({ rotation, lineage, oldKey, acts }: RotationCard): ButtonSpec[] {
  const value = encodeButton({ alertId: rotation.alertId, keyId: oldKey.id, generation: oldKey.generation });
  return acts
    .filter((act) => act !== 'restore')
    .map((act) => ({
      actionId: `key_${act}`,
      label: ACT_LABEL[act],
      value,
      accessibilityLabel: `${capital(act)} the old key of ${lineage.slug}`,
      ...(act === 'revoke' ? { style: 'danger' as const } : {}),
    }));
}
