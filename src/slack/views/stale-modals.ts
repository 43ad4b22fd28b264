import type { InputBlock, PlainTextOption, View } from '@slack/types';
import { monthsAhead } from '../../domain/stale-ladder.ts';
import { plural } from '../../domain/time.ts';
import type { StaleCard } from '../../services/stale/describe-stale.ts';
import { encodeButton } from '../button-value.ts';
import { INPUT, noticeModal, plain, reasonInput } from './action-modal.ts';
import { section, sections } from './blocks.ts';
import { KEYS_BLOCK, MAX_OPTIONS, optionsOf } from './pick-keys-modals.ts';
import { STALE_BULK } from './stale-list.ts';
import { rowLines } from './stale-messages.ts';
import { STALE_DELETE, STALE_KEEP } from './stale-words.ts';
import type { Locale } from './text.ts';

export const KEEP_TITLE = 'Keep key';
export const DELETE_TITLE = 'Delete key';
export const BULK_TITLE = 'Quiet keys';
export const DAY_BLOCK = 'day';
export const WHAT_BLOCK = 'what';
const KEPT_MONTHS = 3;

export const BULK_ACTS = ['suspend', 'keep', 'ask'] as const;
export type BulkAct = (typeof BULK_ACTS)[number];

const BULK_WORDS: Readonly<Record<BulkAct, string>> = {
  suspend: 'Suspend them',
  keep: 'Keep them until the day below',
  ask: 'Ask their owners',
};

/** Why and until when; then it is asked about again. */
export function keepModal(card: StaleCard, locale: Locale, now: number): View {
  return {
    type: 'modal',
    callback_id: STALE_KEEP,
    title: plain(KEEP_TITLE),
    submit: plain('Keep'),
    close: plain('Cancel'),
    private_metadata: buttonOf(card),
    blocks: [
      ...sections(rowLines(card, locale)),
      section('It is left alone until that day is over, and asked about again if nobody has used it by then.'),
      reasonInput('the yearly invoice run needs it'),
      dayInput(monthsAhead(now, KEPT_MONTHS, locale.timezone), false),
    ],
  };
}

/** For an owner, who may not delete it alone. */
export function proposeModal(card: StaleCard, locale: Locale): View {
  return {
    type: 'modal',
    callback_id: STALE_DELETE,
    title: plain(DELETE_TITLE),
    submit: plain('Propose it'),
    close: plain('Cancel'),
    private_metadata: buttonOf(card),
    blocks: [
      ...sections(rowLines(card, locale)),
      section(
        'Deleting a key is for good, so a responder does it. Say that it can go: the alerts channel is asked at once, with the date from which on it may be suspended.',
      ),
    ],
  };
}

/** Many keys, one answer. */
export function bulkModal(
  cards: readonly StaleCard[],
  { days, now }: { readonly days: number; readonly now: number },
  locale: Locale,
): View {
  if (cards.length === 0)
    return noticeModal(BULK_TITLE, `No key is known to have been quiet for ${plural(days, 'day')}.`);
  const options = optionsOf(cards, ({ key }) => key.id, locale);
  const acts = BULK_ACTS.map((act): PlainTextOption => ({ text: plain(BULK_WORDS[act]), value: act }));
  const rest = cards.length - MAX_OPTIONS;
  return {
    type: 'modal',
    callback_id: STALE_BULK,
    title: plain(BULK_TITLE),
    submit: plain('Do it'),
    close: plain('Cancel'),
    blocks: [
      section(
        'What became of each key is told on the next page. Keys that count as production are not suspended here: `/keys suspend &lt;key&gt;` asks for their name.',
      ),
      {
        type: 'input',
        block_id: KEYS_BLOCK,
        label: plain(`Keys without traffic for ${plural(days, 'day')}`),
        element: { type: 'multi_static_select', action_id: INPUT, options, placeholder: plain('Choose keys') },
      },
      {
        type: 'input',
        block_id: WHAT_BLOCK,
        label: plain('What is to be done?'),
        element: { type: 'static_select', action_id: INPUT, options: acts, placeholder: plain('Choose') },
      },
      reasonInput('left over from the summer project'),
      dayInput(monthsAhead(now, KEPT_MONTHS, locale.timezone), true),
      ...(rest > 0 ? [section(`${plural(rest, 'more key')} ${rest === 1 ? 'is' : 'are'} not in the list.`)] : []),
    ],
  };
}

function dayInput(day: string, isOptional: boolean): InputBlock {
  return {
    type: 'input',
    block_id: DAY_BLOCK,
    optional: isOptional,
    label: plain(isOptional ? 'Kept until (only for keeping)' : 'Until when?'),
    hint: plain('That day included, at most a year ahead.'),
    element: { type: 'datepicker', action_id: INPUT, initial_date: day },
  };
}

function buttonOf({ key }: StaleCard): string {
  return encodeButton({ alertId: null, keyId: key.id, generation: key.generation });
}
