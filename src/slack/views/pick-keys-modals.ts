import type { KnownBlock, MultiStaticSelect, PlainTextOption, View } from '@slack/types';
import { inSlices } from '../../domain/collections.ts';
import { formatMoney } from '../../domain/money.ts';
import { plural } from '../../domain/time.ts';
import type { KeySummary } from '../../services/inventory/list-keys.ts';
import { INPUT, noticeModal, plain } from './action-modal.ts';
import type { ButtonSpec } from './blocks.ts';
import { section } from './blocks.ts';
import { type Locale, plainForeign } from './text.ts';

export const CLAIM_KEYS = 'keys_claim';
export const CLAIM_KEYS_TITLE = 'Claim keys';
export const PRACTISE = 'practise_rotation';
export const PRACTISE_TITLE = 'Practise a rotation';
export const KEYS_BLOCK = 'keys';
/** Slack's limit for the options of a list. */
export const MAX_OPTIONS = 100;
const OPTION_MAX = 75;
// Five pages: a dialog may hold 250 kB, and people look by name in it.
const CLAIMS_MAX = 5 * MAX_OPTIONS;

export function claimButton(): ButtonSpec {
  const accessibilityLabel = 'Claim keys that nobody owns';
  return { actionId: CLAIM_KEYS, label: 'Claim keys…', value: 'claim', accessibilityLabel };
}

/** The keys that nobody owns, one per name; several can be taken at once. */
export function claimKeysModal(unowned: readonly KeySummary[], isLastWord: boolean, locale: Locale): View {
  if (unowned.length === 0) return noticeModal(CLAIM_KEYS_TITLE, 'Every key has an owner.');
  const after = isLastWord
    ? 'They are yours at once.'
    : 'A responder is asked in the alert channel to confirm it; until then it gives no rights.';
  return {
    type: 'modal',
    callback_id: CLAIM_KEYS,
    title: plain(CLAIM_KEYS_TITLE),
    submit: plain('Claim'),
    close: plain('Cancel'),
    blocks: [
      section(
        `Which of these keys are yours? An owner is asked first when a key misbehaves, and may suspend and rotate it. ${after}`,
      ),
      {
        type: 'input',
        block_id: KEYS_BLOCK,
        label: plain('Keys without an owner'),
        element: {
          type: 'multi_static_select',
          action_id: INPUT,
          placeholder: plain('Choose keys'),
          ...pagedOptions(unowned, locale),
        },
      },
      ...restBlocks(unowned.length - CLAIMS_MAX, '`/keys list unowned` shows all, `/keys claim <key>` takes one.'),
    ],
  };
}

/** A list holds a hundred options; with more of them it has pages. */
function pagedOptions(
  keys: readonly KeySummary[],
  locale: Locale,
): Pick<MultiStaticSelect, 'options'> | Pick<MultiStaticSelect, 'option_groups'> {
  const idOf = ({ lineage }: KeySummary) => lineage.id;
  if (keys.length <= MAX_OPTIONS) return { options: optionsOf(keys, idOf, locale) };
  const pages = inSlices(keys.slice(0, CLAIMS_MAX), MAX_OPTIONS);
  const option_groups = pages.map((page, index) => ({
    label: plain(`${index * MAX_OPTIONS + 1} to ${index * MAX_OPTIONS + page.length}, the dearest first`),
    options: optionsOf(page, idOf, locale),
  }));
  return { option_groups };
}

/** A rotation in calm weather is the drill for the one at night: which key is it tried with? */
export function practiseModal(keys: readonly KeySummary[], locale: Locale): View {
  if (keys.length === 0) return noticeModal(PRACTISE_TITLE, 'There is no working key that you may rotate.');
  const options = optionsOf(keys, ({ key }) => key.id, locale);
  return {
    type: 'modal',
    callback_id: PRACTISE,
    title: plain(PRACTISE_TITLE),
    submit: plain('Go on'),
    close: plain('Cancel'),
    blocks: [
      section(
        'The way is the one of an emergency, step by step in a thread: a new key, its deployment, the proof in the traffic, the end of the old key. Take a key whose failure nobody would notice. Nothing happens yet.',
      ),
      {
        type: 'input',
        block_id: KEYS_BLOCK,
        label: plain('Key'),
        element: { type: 'static_select', action_id: INPUT, options, placeholder: plain('Choose a key') },
      },
      ...restBlocks(keys.length - MAX_OPTIONS, '`/keys rotate <key>` takes any.'),
    ],
  };
}

/** As the options of a list. */
export function optionsOf(
  keys: readonly KeySummary[],
  idOf: (summary: KeySummary) => string,
  { currency }: Locale,
): PlainTextOption[] {
  return keys.slice(0, MAX_OPTIONS).map((summary) => {
    const { lineage, providerTitle, scopeName, last30dMicroUsd } = summary;
    const where = scopeName === null ? providerTitle : `${providerTitle} / ${scopeName}`;
    const about = `${formatMoney(last30dMicroUsd, currency)} in 30 days · ${lineage.environment} · ${where}`;
    return {
      text: plain(plainForeign(lineage.slug, OPTION_MAX)),
      description: plain(plainForeign(about, OPTION_MAX)),
      value: idOf(summary),
    };
  });
}

function restBlocks(rest: number, how: string): KnownBlock[] {
  return rest > 0 ? [section(`${plural(rest, 'more key')} ${rest === 1 ? 'is' : 'are'} not in the list. ${how}`)] : [];
}
