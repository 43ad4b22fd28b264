import type { KnownBlock, PlainTextOption, View } from '@slack/types';
import type { SplitKey, SplitMove, SplitPlan } from '../../domain/hygiene/split-plan.ts';
import { capWords } from '../../domain/limits.ts';
import { formatMoney } from '../../domain/money.ts';
import { INPUT, plain, reasonInput } from './action-modal.ts';
import { section, sections } from './blocks.ts';
import { LINT_SPLIT } from './lint.ts';
import { KEYS_BLOCK, MAX_OPTIONS } from './pick-keys-modals.ts';
import { escaped, foreign, type Locale, plainForeign } from './text.ts';

export const SPLIT_TITLE = 'Split keys';
const SHOWN = 15;

export interface SplitState {
  readonly plan: SplitPlan;
  /** `Fake AI / Default` */
  readonly where: string;
  readonly keyId: string;
  readonly consoleUrl: string | null;
}

/** One key per place, step by step; rotations begin with a click. */
export function splitModal({ plan, where, keyId, consoleUrl }: SplitState, locale: Locale): View {
  const { stays, moves, parts } = plan;
  const keys = [...(parts.length > 0 && stays !== null ? [stays] : []), ...moves.map(({ key }) => key)];
  const options = keys.slice(0, MAX_OPTIONS).map(optionOf);
  const console = consoleUrl === null ? 'the provider’s console' : `the <${consoleUrl}|provider’s console>`;
  const rest = moves.length - SHOWN;
  const lines = [
    `*One key for each place*, so that a cap there means one key: ${foreign(where)}`,
    ...(stays === null ? [] : [stayText(stays, parts, locale)]),
    ...moves.slice(0, SHOWN).map((move) => moveText(move, locale)),
    ...(rest > 0 ? [`and ${rest} more keys, each into a place of its own name`] : []),
    [
      '*For each key that moves:*',
      `1. Make the new project or workspace in ${console}, with the cap above.`,
      '2. Rotate the key: make the new one in that place, let its consumers read it, see its traffic move.',
      '3. End the old key when nothing calls it any more.',
    ].join('\n'),
  ];
  const blocks: KnownBlock[] = [...sections(lines)];
  if (options.length === 0) return { type: 'modal', title: plain(SPLIT_TITLE), close: plain('Close'), blocks };
  return {
    type: 'modal',
    callback_id: LINT_SPLIT,
    title: plain(SPLIT_TITLE),
    submit: plain('Begin rotations'),
    close: plain('Cancel'),
    private_metadata: JSON.stringify({ keyId }),
    blocks: [
      ...blocks,
      section(
        'Which rotations begin now? Each opens a thread in the alerts channel; nothing is changed at the provider yet.',
      ),
      {
        type: 'input',
        block_id: KEYS_BLOCK,
        label: plain('Keys to rotate'),
        element: { type: 'multi_static_select', action_id: INPUT, options, placeholder: plain('Choose keys') },
      },
      reasonInput('a place of its own, so that its cap means it'),
    ],
  };
}

function stayText(stays: SplitKey, parts: readonly string[], locale: Locale): string {
  const name = `*${escaped(stays.slug)}*`;
  if (parts.length === 0) return `• ${name} stays, ${spent(stays, locale)}`;
  const each = parts.map((part) => `\n    ◦ ${foreign(part, 120)}`).join('');
  return `• ${name} seems to serve two workloads; each gets a key and a place of its own:${each}`;
}

function moveText({ key, place }: SplitMove, locale: Locale): string {
  const cap = key.capMicroUsd === null ? '' : `, cap ${capWords(key.capMicroUsd)} proposed`;
  const users = key.consumers.length === 0 ? '' : `, used by ${foreign(key.consumers.join(', '), 120)}`;
  return `• *${escaped(key.slug)}* moves into a place called ${escaped(place)}, ${spent(key, locale)}${cap}${users}`;
}

function spent({ last30dMicroUsd }: SplitKey, { currency }: Locale): string {
  return `${escaped(formatMoney(last30dMicroUsd, currency))} in 30 days`;
}

function optionOf({ keyId, slug, environment }: SplitKey): PlainTextOption {
  return { text: plain(plainForeign(slug, 75)), description: plain(environment), value: keyId };
}
