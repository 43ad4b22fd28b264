import type { KnownBlock, View } from '@slack/types';
import type { Lineage } from '../../domain/key.ts';
import { capWords } from '../../domain/limits.ts';
import { nextMonthStart } from '../../domain/time.ts';
import { type AccountCard, seenOf } from '../../services/actions/account.ts';
import type { ConsentCard } from '../../services/actions/describe-consent.ts';
import { needsSlugForScope } from '../../services/actions/request-limit-change.ts';
import type { ScopeCard } from '../../services/limits/describe-scope.ts';
import type { EarlyEndCard } from '../../services/rotation/early-end.ts';
import type { ButtonValue } from '../button-value.ts';
import { INPUT, plain, reasonInput, slugInput, toldPart } from './action-modal.ts';
import { section, sections } from './blocks.ts';
import { earlyEndLines } from './early-end.ts';
import { expiryInput } from './expiry.ts';
import { capText, namesText, SCOPE_NOUN, spentText } from './scope.ts';
import { secondPersonBlocks } from './second-person.ts';
import { dateText, escaped, foreign, type Locale } from './text.ts';

export const CAP_MODAL = 'scope_cap';
export const ACCOUNT_MODAL = 'account_delete';
export const CAP_TITLE = 'Change cap';
export const ACCOUNT_TITLE = 'Delete account';
export const AMOUNT_BLOCK = 'amount';

export interface CapModalState {
  readonly lineage: Lineage;
  readonly scope: ScopeCard;
  readonly where: string;
  readonly spentMicroUsd: number | null;
  readonly button: ButtonValue;
  /** What its past suggests, and how; null: nobody asked. */
  readonly proposed?: { readonly microUsd: number | null; readonly words: string } | null;
  readonly now: number;
}

/** Says what the cap is, what it has let through, whom else it holds for, and that it is no brake. */
export function capModal(state: CapModalState, locale: Locale): View {
  const { lineage, scope, where, spentMicroUsd, button, proposed = null, now } = state;
  const from = scope.known?.limits?.spendLimit.monthlyMicroUsd ?? null;
  const spent = spentText(scope, spentMicroUsd, locale);
  const blocks: KnownBlock[] = [
    section(`*Cap of ${foreign(where)}*\nNow: ${capText(scope, locale)}${spent === null ? '' : ` · ${spent}`}`),
    section(holdsForText(lineage, scope)),
    section(`${SLOW_TEXT} To stop a leak, stop the key.`),
    ...(proposed === null ? [] : [section(`*Proposed* ${proposed.words}`)]),
    {
      type: 'input',
      block_id: AMOUNT_BLOCK,
      label: plain('US dollars a calendar month (UTC)'),
      hint: plain('Whole cents, such as 250 or 99.50. The word none removes the cap.'),
      element: {
        type: 'plain_text_input',
        action_id: INPUT,
        max_length: 20,
        ...(proposed?.microUsd == null ? {} : { initial_value: amountText(proposed.microUsd) }),
        placeholder: plain(from === null ? '250' : capWords(from).replace(/^\$| a month$/g, '')),
      },
    },
    // A brake that nobody remembers is next week's outage; a setting on the key's card is meant to stay.
    from === null ? section(NOTHING_BEFORE_TEXT) : expiryInput(now, button.alertId === null ? 'changed' : 'month'),
    reasonInput('launch week needs more'),
  ];
  if (needsSlugForScope(lineage, scope)) blocks.push(slugInput(lineage.slug, whySlug(lineage, scope)));
  return {
    type: 'modal',
    callback_id: CAP_MODAL,
    title: plain(CAP_TITLE),
    submit: plain(CAP_TITLE),
    close: plain('Cancel'),
    private_metadata: JSON.stringify({ ...button, from }),
    blocks,
  };
}

/** As it is typed: `1250` or `99.50`. */
export function amountText(microUsd: number): string {
  return capWords(microUsd).replace(/[$,]| a month$/g, '');
}

/** What was unlimited is never let loose again by itself. */
export const NOTHING_BEFORE_TEXT =
  'There is no cap now, so there is nothing to go back to: this one stays until somebody changes it.';

export const SLOW_TEXT =
  'It takes effect after some minutes, and a little more than the cap can be spent: it is no brake for a leak.';

/** Whose money it bounds. */
export function holdsForText({ slug }: Lineage, { capScope, sharedWith }: ScopeCard): string {
  const noun = SCOPE_NOUN[capScope];
  return sharedWith.length === 0
    ? `${escaped(slug)} is the only working key of the ${noun}.`
    : `The cap holds for every key of the ${noun}: ${escaped(slug)}, and also ${namesText(sharedWith)}.`;
}

/** The consequence that is easily overlooked: a cap below what is spent refuses every request until the month ends. */
export function belowSpentText(
  { scope, spentMicroUsd, to }: { scope: ScopeCard; spentMicroUsd: number | null; to: number | null },
  { locale, now }: { locale: Locale; now: number },
): string {
  if (spentMicroUsd === null || to === null || to > spentMicroUsd) return '';
  const noun = SCOPE_NOUN[scope.capScope];
  const until = dateText(nextMonthStart(now), 'UTC');
  return `\n:warning: The ${noun} has spent more than that this month (${spentText(scope, spentMicroUsd, locale)}): its keys will be refused until ${until} UTC, or until the cap is raised.`;
}

export interface AccountModalState {
  readonly lineage: Lineage;
  readonly account: AccountCard;
  readonly where: string;
  readonly button: ButtonValue;
  /** Null where one person is enough. */
  readonly consent: ConsentCard | null;
  /** Of the keys that go with it, those that are being rotated and have no verified successor. */
  readonly early: readonly EarlyEndCard[];
}

/** Names every key that goes with the account. */
export function accountModal(state: AccountModalState, locale: Locale): View {
  const { lineage, account, where, button, consent, early } = state;
  const name = foreign(account.owner.name ?? account.owner.id);
  const siblings = account.siblings.map((slug) => `• ${escaped(slug)}`);
  const count =
    siblings.length === 0
      ? `${escaped(lineage.slug)} is its only key.`
      : `With ${escaped(lineage.slug)}, these keys of the account stop at once:`;
  return {
    type: 'modal',
    callback_id: ACCOUNT_MODAL,
    title: plain(ACCOUNT_TITLE),
    submit: plain(ACCOUNT_TITLE),
    close: plain('Cancel'),
    private_metadata: JSON.stringify({ ...button, seen: seenOf(account.keyIds), ...toldPart(early) }),
    blocks: [
      section(`*Delete service account ${name}*\n${foreign(where)}`),
      ...sections([count, ...siblings]),
      ...sections(early.flatMap((card) => earlyEndLines(card, locale))),
      section('*This cannot be undone*: a new account and new keys have to be made and rolled out.'),
      ...secondPersonBlocks(consent),
      reasonInput('it was in a public repository'),
      slugInput(lineage.slug, 'All keys of the account are gone for good.'),
    ],
  };
}

/** Why a name has to be typed; empty where production says it by itself. */
export function whySlug({ environment }: Lineage, { productionSibling }: Pick<ScopeCard, 'productionSibling'>): string {
  if (environment === 'production') return '';
  if (environment === 'unknown') return 'Its environment is unknown, so it counts as production.';
  return `The cap also holds for ${productionSibling ?? 'other keys'}, which counts as production.`;
}
