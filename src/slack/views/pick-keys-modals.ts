import type { KnownBlock, PlainTextOption, View } from '@slack/types';
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

export function claimButton(): ButtonSpec {
  const accessibilityLabel = 'Claim keys that nobody owns';
  return { actionId: CLAIM_KEYS, label: 'Claim keys…', value: 'claim', accessibilityLabel };
}

/** The keys that nobody owns, one per name; several can be taken at once. */
export function claimKeysModal(unowned: readonly KeySummary[], isLastWord: boolean, locale: Locale): View {
  if (unowned.length === 0) return noticeModal(CLAIM_KEYS_TITLE, 'Every key has an owner.');
  const options = optionsOf(unowned, ({ lineage }) => lineage.id, locale);
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
        element: { type: 'multi_static_select', action_id: INPUT, options, placeholder: plain('Choose keys') },
      },
      ...restBlocks(unowned.length, '`/keys list unowned` shows all, `/keys claim <key>` takes one.'),
    ],
  };
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
      ...restBlocks(keys.length, '`/keys rotate <key>` takes any.'),
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

function restBlocks(count: number, how: string): KnownBlock[] {
  const rest = count - MAX_OPTIONS;
  return rest > 0 ? [section(`${plural(rest, 'more key')} ${rest === 1 ? 'is' : 'are'} not in the list. ${how}`)] : [];
}
