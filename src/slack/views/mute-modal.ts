import type { View } from '@slack/types';
import { DAY_MS } from '../../domain/time.ts';
import { INPUT, plain, reasonInput } from './action-modal.ts';
import { LENGTH_BLOCK } from './alert-modals.ts';
import { section } from './blocks.ts';
import { escaped } from './text.ts';

export const MUTE_MODAL = 'alert_mute';
export const MUTE_TITLE = 'Mute a rule';
export const RULE_BLOCK = 'rule';

const LENGTHS = { '1d': DAY_MS, '7d': 7 * DAY_MS, '30d': 30 * DAY_MS } as const;

/** Null for what was never offered. */
export function muteLength(choice: string): number | null {
  return Object.hasOwn(LENGTHS, choice) ? LENGTHS[choice as keyof typeof LENGTHS] : null;
}

export interface MuteModalState {
  readonly alertId: string;
  readonly slug: string;
  /** Those that found something in the episode. */
  readonly rules: readonly { readonly id: string; readonly title: string }[];
}

/** Says what is not told then, and asks which rule, how long and why. */
export function muteModal({ alertId, slug, rules }: MuteModalState): View {
  const ruleOptions = rules.map(({ id, title }) => ({ text: plain(title), value: id }));
  const lengths = [
    ['1d', '1 day'],
    ['7d', '7 days'],
    ['30d', '30 days'],
  ].map(([value = '', label = '']) => ({ text: plain(label), value }));
  const first = <Option>([option]: readonly Option[]) => (option === undefined ? {} : { initial_option: option });
  return {
    type: 'modal',
    callback_id: MUTE_MODAL,
    title: plain(MUTE_TITLE),
    submit: plain('Mute'),
    close: plain('Cancel'),
    private_metadata: JSON.stringify({ alertId }),
    blocks: [
      section(
        `*Mute a rule for ${escaped(slug)}*\nWhat it finds until then calls nobody and is in \`/keys quiet\`: a leak that only this rule would see is not told. All other rules go on; that a dead key is used and that a cap is reached is told all the same. You get a message when it ends.`,
      ),
      {
        type: 'input',
        block_id: RULE_BLOCK,
        label: plain('Which rule?'),
        element: { type: 'radio_buttons', action_id: INPUT, options: ruleOptions, ...first(ruleOptions) },
      },
      {
        type: 'input',
        block_id: LENGTH_BLOCK,
        label: plain('For how long?'),
        element: { type: 'radio_buttons', action_id: INPUT, options: lengths, ...first(lengths) },
      },
      reasonInput('our nightly batch, known for months'),
    ],
  };
}
