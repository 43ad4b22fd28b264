import type { InputBlock, KnownBlock, View } from '@slack/types';
import { countsAsProduction, type Lineage } from '../../domain/key.ts';
import { capWords } from '../../domain/limits.ts';
import { formatMoney } from '../../domain/money.ts';
import { needsSlugForScope } from '../../services/actions/request-limit-change.ts';
import type { RaisableCap, RaiseCard } from '../../services/grants/describe-raise.ts';
import type { ButtonValue } from '../button-value.ts';
import { consoleStepsText, INPUT, plain, reasonInput, slugInput } from './action-modal.ts';
import { section } from './blocks.ts';
import { expiryInput } from './expiry.ts';
import { grantText } from './grant.ts';
import { AMOUNT_BLOCK, holdsForText, SLOW_TEXT, whySlug } from './limit-modals.ts';
import { capText, SCOPE_NOUN, spentText } from './scope.ts';
import { escaped, foreign, type Locale } from './text.ts';

export const RAISE_MODAL = 'cap_raise';
export const RAISE_TITLE = 'Raise cap';
export const WHICH_BLOCK = 'which';
export type WhichCap = 'own' | 'scope';

export interface RaiseModalState {
  readonly lineage: Lineage;
  readonly card: RaiseCard;
  readonly where: string;
  readonly button: ButtonValue;
  readonly now: number;
}

/** The caps that can be raised from here, the one that comes first named first. */
export function raisableCaps({ own, scope }: RaiseCard): readonly WhichCap[] {
  const offered: WhichCap[] = [];
  if (scope?.canChange && scope.microUsd !== null) offered.push('scope');
  // Where there is no cap at all the team's own can be set.
  if (own.microUsd !== null || offered.length === 0) offered.push('own');
  const used = (which: WhichCap) => shareOf(which === 'own' ? own : scope);
  return offered.toSorted((a, b) => used(b) - used(a));
}

export function raiseNeedsSlug(lineage: Lineage, card: RaiseCard): boolean {
  const scope = raisableCaps(card).includes('scope') ? card.scope : null;
  return scope === null ? countsAsProduction(lineage.environment) : needsSlugForScope(lineage, scope.card);
}

/** Says which caps there are, what raising one truly does on this provider, and for how long it will hold. */
export function raiseModal({ lineage, card, where, button, now }: RaiseModalState, locale: Locale): View {
  const { own, scope } = card;
  const offered = raisableCaps(card);
  const blocks: KnownBlock[] = [
    section([`*Cap of ${escaped(lineage.slug)}* · ${foreign(where)}`, ...capLines(card, locale)].join('\n')),
    section(effectText(lineage, card)),
  ];
  if (offered.length > 1) blocks.push(whichInput(offered, card));
  const [first = 'own'] = offered;
  blocks.push(amountInput(first === 'own' ? own : (scope ?? own), offered, card));
  if (offered.some((which) => (which === 'own' ? own : scope)?.microUsd !== null))
    blocks.push(expiryInput(now, 'month'));
  blocks.push(reasonInput('launch week needs more'));
  if (raiseNeedsSlug(lineage, card)) {
    blocks.push(
      slugInput(lineage.slug, whySlug(lineage, { productionSibling: scope?.card.productionSibling ?? null })),
    );
  }
  const seen = { own: own.microUsd, scope: scope?.microUsd ?? null };
  const grants = { own: own.grant?.id ?? null, scope: scope?.grant?.id ?? null };
  return {
    type: 'modal',
    callback_id: RAISE_MODAL,
    title: plain(RAISE_TITLE),
    submit: plain(own.microUsd === null && !offered.includes('scope') ? 'Set cap' : RAISE_TITLE),
    close: plain('Cancel'),
    private_metadata: JSON.stringify({ ...button, which: first, seen, grants }),
    blocks,
  };
}

function capLines({ own, scope }: RaiseCard, locale: Locale): string[] {
  const lines: string[] = [];
  if (scope !== null) {
    const spent = spentText(scope.card, scope.spentMicroUsd, locale);
    lines.push(`*Provider’s* ${capText(scope.card, locale)}${spent === null ? '' : ` · ${spent}`}`);
    if (scope.grant !== null) lines.push(grantText(scope.grant, locale));
  }
  lines.push(`*Own* ${capWords(own.microUsd)}${ownSpent(own, locale)}`);
  if (own.grant !== null) lines.push(grantText(own.grant, locale));
  return lines;
}

function ownSpent({ microUsd, spentMicroUsd }: RaisableCap, { currency }: Locale): string {
  if (spentMicroUsd === null) return '';
  const percent = microUsd === null ? '' : ` (${Math.floor((spentMicroUsd / microUsd) * 100)}%)`;
  return ` · ${formatMoney(spentMicroUsd, currency)} spent by this key this month${percent}`;
}

const OWN_TEXT =
  'The own cap is watched here and stops nothing by itself: raising it lets Keysteward call people later.';

function effectText(lineage: Lineage, card: RaiseCard): string {
  const { own, scope, consoleSteps } = card;
  const offered = raisableCaps(card);
  const texts: string[] = [];
  if (offered.includes('scope') && scope !== null) {
    texts.push(`${holdsForText(lineage, scope.card)} A raise lets all of them spend more. ${SLOW_TEXT}`);
  }
  if (own.microUsd !== null) texts.push(OWN_TEXT);
  if (own.microUsd === null && offered.includes('own')) {
    texts.push(
      'There is no cap that could be raised from here. You can set an own one: it is watched here, people are told as it is used up, and it stops nothing by itself.',
    );
  }
  if (consoleSteps !== null) texts.push(consoleStepsText('change the provider’s cap', consoleSteps));
  return texts.join('\n');
}

function whichInput(offered: readonly WhichCap[], { own, scope }: RaiseCard): InputBlock {
  const label = (which: WhichCap) =>
    which === 'own'
      ? `The own cap, ${capWords(own.microUsd)}`
      : `The cap of the ${SCOPE_NOUN[scope?.card.capScope ?? 'none']}, ${capWords(scope?.microUsd ?? null)}`;
  const options = offered.map((which) => ({ text: plain(label(which)), value: which }));
  return {
    type: 'input',
    block_id: WHICH_BLOCK,
    label: plain('Which cap?'),
    element: {
      type: 'radio_buttons',
      action_id: INPUT,
      options,
      ...(options[0] === undefined ? {} : { initial_option: options[0] }),
    },
  };
}

function amountInput(first: RaisableCap, offered: readonly WhichCap[], card: RaiseCard): InputBlock {
  const bounds = offered.flatMap((which) => {
    const bound = (which === 'own' ? card.own : card.scope)?.boundMicroUsd ?? null;
    return bound === null
      ? []
      : [`${offered.length > 1 ? `${which === 'own' ? 'own cap' : 'provider’s cap'}: ` : ''}${capWords(bound)}`];
  });
  const limit = bounds.length === 0 ? '' : ` Up to ${bounds.join(', ')}; beyond that an admin.`;
  const placeholder = capWords(first.boundMicroUsd).replace(/^\$| a month$/g, '');
  return {
    type: 'input',
    block_id: AMOUNT_BLOCK,
    label: plain('US dollars a calendar month (UTC)'),
    hint: plain(`Whole cents, such as 800 or 999.50.${limit}`),
    element: {
      type: 'plain_text_input',
      action_id: INPUT,
      max_length: 20,
      placeholder: plain(first.boundMicroUsd === null ? '250' : placeholder),
    },
  };
}

function shareOf(cap: RaisableCap | null): number {
  return cap === null || cap.microUsd === null ? 0 : (cap.spentMicroUsd ?? 0) / cap.microUsd;
}
