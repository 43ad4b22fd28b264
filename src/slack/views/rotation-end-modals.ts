import type { View } from '@slack/types';
import { countsAsProduction, type Key, type Lineage } from '../../domain/key.ts';
import { formatLength } from '../../domain/time.ts';
import type { ConsentCard } from '../../services/actions/describe-consent.ts';
import type { RollBackPlan } from '../../services/rotation/roll-back.ts';
import { encodeRotationButton, type RotationButton } from '../rotation-button.ts';
import { INPUT, plain, reasonInput, slugInput } from './action-modal.ts';
import { section, sections } from './blocks.ts';
import { keyText, OLD_KEY_IS } from './rotation-words.ts';
import { secondPersonBlocks } from './second-person.ts';
import { escaped, foreign } from './text.ts';

export const RETIRE_MODAL = 'rotation_retire';
export const RETIRE_TITLE = 'Retire old key';
export const ROLL_BACK_MODAL = 'rotation_roll_back';
export const ROLL_BACK_TITLE = 'Roll back';
export const EMERGENCY_MODAL = 'rotation_emergency';
export const EMERGENCY_TITLE = 'Emergency';
export const PUBLIC_BLOCK = 'public';

export interface RetireModalState {
  readonly button: RotationButton;
  readonly lineage: Lineage;
  readonly oldKey: Key;
  readonly graceMs: number;
  /** Null where one person is enough. */
  readonly consent: ConsentCard | null;
}

/** Both halves of the end at once: what happens now, and what happens when the grace is over. */
export function retireModal({ button, lineage, oldKey, graceMs, consent }: RetireModalState): View {
  const isActive = oldKey.status === 'active';
  const now = isActive
    ? 'It is suspended now: requests with it fail, and *Restore…* starts it again at any time until then.'
    : 'It is suspended already.';
  const why = lineage.environment === 'unknown' ? 'Its environment is unknown, so it counts as production.' : '';
  return {
    type: 'modal',
    callback_id: RETIRE_MODAL,
    title: plain(RETIRE_TITLE),
    submit: plain('Retire'),
    close: plain('Cancel'),
    private_metadata: JSON.stringify({ button: encodeRotationButton(button), generation: oldKey.generation }),
    blocks: [
      section(
        `*Retire the old key of ${escaped(lineage.slug)}*\n${keyText(oldKey)}, which ${OLD_KEY_IS[oldKey.status]}`,
      ),
      section(
        `${now}\n*${formatLength(graceMs)} later it is revoked for good*, without anybody being asked again; that cannot be undone.`,
      ),
      ...secondPersonBlocks(consent),
      reasonInput('the new key is verified'),
      ...(countsAsProduction(lineage.environment) ? [slugInput(lineage.slug, why)] : []),
    ],
  };
}

const OLD_KEY: Readonly<Record<RollBackPlan['oldKey'], string>> = {
  works: 'The old key works and stays.',
  by_us: 'The old key is started again first.',
  by_hand:
    'The old key has to be started again by hand, in the provider’s console; the roll-back goes on when the provider shows it.',
};

export interface RollBackModalState {
  readonly button: RotationButton;
  readonly lineage: Lineage;
  readonly newKey: Key | null;
  readonly plan: RollBackPlan;
}

/** Says what comes back, and what does not. */
export function rollBackModal({ button, lineage, newKey, plan }: RollBackModalState): View {
  const fresh =
    newKey === null ? [] : [`The new key ${keyText(newKey)} stays as it is, and works: revoke it when nobody uses it.`];
  const lines = [
    OLD_KEY[plan.oldKey],
    secretLine(plan),
    'Who reads the secret has to be restarted once more.',
    ...fresh,
  ];
  return {
    type: 'modal',
    callback_id: ROLL_BACK_MODAL,
    title: plain(ROLL_BACK_TITLE),
    submit: plain(ROLL_BACK_TITLE),
    close: plain('Close'),
    private_metadata: encodeRotationButton(button),
    blocks: [
      section(`*Roll the rotation of ${escaped(lineage.slug)} back*`),
      ...sections(lines.filter((line) => line !== '').map((line) => `• ${line}`)),
      reasonInput('the new key lacks a permission'),
    ],
  };
}

function secretLine({ secret }: RollBackPlan): string {
  if (secret.how === 'none') return 'Nothing was stored, so no secret has to go back.';
  const where = secret.store === null ? 'its store' : `${foreign(secret.store)}, ${foreign(secret.reference ?? '')}`;
  const version = secret.version === null ? 'the former value' : `version ${foreign(secret.version)}`;
  if (secret.how === 'by_us') return `Then the secret in ${where} goes back to ${version}.`;
  return `The secret in ${where} cannot be put back from here: put ${version} back by hand.`;
}

export interface EmergencyModalState {
  readonly key: Key;
  readonly lineage: Lineage;
  readonly where: string;
  readonly alertId: string | null;
  /** From an alert the answer may be that it is none. */
  readonly mayBeCalm: boolean;
}

/** One question. */
export function emergencyModal({ key, lineage, where, alertId, mayBeCalm }: EmergencyModalState): View {
  const option = (value: string, text: string) => ({ text: plain(text), value });
  const options = [
    option('yes', 'Yes, anybody can have it: stop it first'),
    option('no', 'No, or nobody knows: new key first, then stop it'),
    ...(mayBeCalm ? [option('calm', 'This is no emergency: rotate it step by step')] : []),
  ];
  return {
    type: 'modal',
    callback_id: EMERGENCY_MODAL,
    title: plain(EMERGENCY_TITLE),
    submit: plain('Start'),
    close: plain('Cancel'),
    private_metadata: JSON.stringify({ keyId: key.id, alertId }),
    blocks: [
      section(
        `*Rotate ${escaped(lineage.slug)} now*\n${keyText(key)}, which ${OLD_KEY_IS[key.status]}\n${foreign(where)}`,
      ),
      {
        type: 'input',
        block_id: PUBLIC_BLOCK,
        label: plain('Is the key public?'),
        element: { type: 'radio_buttons', action_id: INPUT, options },
      },
      reasonInput('it was in a public repository'),
    ],
  };
}
