import {
  ACTION_DONE,
  ACTION_NAME,
  type Action,
  hangs,
  isRefused,
  isShown,
  isStop,
  silentFrom,
} from '../../domain/action.ts';
import type { Key, KeyStatus } from '../../domain/key.ts';
import { formatMoney } from '../../domain/money.ts';
import type { ConsoleSteps } from '../../ports/provider.ts';
import type { AccountCard } from '../../services/actions/account.ts';
import { REASON_MAX } from '../../services/actions/record-request.ts';
import type { AlertCard } from '../../services/alerts/describe-alert.ts';
import { consentText, PROGRESS } from './action-text.ts';
import { batchesText } from './afterlife.ts';
import { namesText } from './scope.ts';
import { actorMention, capital, dayAndTime, escaped, foreign, instant, type Locale } from './text.ts';

type ActCard = Pick<AlertCard, 'lastAction' | 'key' | 'acts' | 'account' | 'consoleSteps' | 'blind' | 'afterlife'>;

/** What became of the act that was asked for last: who, why, and what is proven of it. */
export function actLines(card: ActCard, locale: Locale): string[] {
  const { lastAction: action } = card;
  if (action === null) return [];
  if (isShown(action)) return shownLines(card, action, locale);
  const who = actorMention(action.requestedBy);
  const problem = escaped(action.problem ?? 'refused');
  switch (action.state) {
    case 'dismissed':
      return [dismissedLine(action, locale)];
    case 'failed':
      return withAccount(card, `${capital(ACTION_NAME[action.kind])} asked by ${who} was not done: ${problem}`);
    default:
      if (isRefused(action)) return refusedLines(card, action);
      if (hangs(action)) return [`${PROGRESS[action.kind]}, asked by ${who}. ${problem} Trying again.`];
      return [`${PROGRESS[action.kind]}, asked by ${who}${consentText(action)}.`, ...usedAfterLines(action, locale)];
  }
}

function shownLines(card: ActCard, action: Action, locale: Locale): string[] {
  const at = dayAndTime(action.executedAt ?? action.requestedAt, locale);
  const who = actorMention(action.requestedBy);
  const lines = [
    `${ACTION_DONE[action.kind]} by ${who}${consentText(action)} · ${at} · reason: ${foreign(action.reason, REASON_MAX)}`,
    isStop(action.kind) ? proofText(card, action, locale) : `Read back at the provider: ${card.key?.status ?? 'gone'}.`,
  ];
  const batches = card.afterlife === null ? null : batchesText(card.afterlife, locale);
  if (batches !== null) lines.push(batches);
  if (action.kind === 'suspend' && card.acts.includes('restore')) {
    lines.push('Undo starts it again, as long as it is not archived at the provider.');
  }
  return lines;
}

/** The two facts of proof: what the provider says, and whether usage stays zero. */
export function proofText({ key, blind }: Pick<ActCard, 'key' | 'blind'>, action: Action, locale: Locale): string {
  const time = (at: number) => instant(at, locale);
  const says = `${providerSays(key)} since ${time(action.executedAt ?? action.requestedAt)}.`;
  const silent = `after ${time(silentFrom(action))}`;
  if (action.state === 'verified') {
    if (action.checkedUntil === null) return says;
    return `${says} No usage ${silent} (checked up to ${time(action.checkedUntil)}).`;
  }
  const used = action.usedAfterMicroUsd === null ? '' : ` ${spentAfter(action.usedAfterMicroUsd, locale)}`;
  if (blind?.failingSince) {
    return `${says}${used} Whether usage stays zero cannot be checked: it cannot be read since ${time(blind.failingSince)}.`;
  }
  if (used !== '')
    return `:warning: ${says}${used} Read again: it still says so. Checking that usage stays zero ${silent}…`;
  return `${says} Checking that usage stays zero…`;
}

function providerSays(key: Key | null): string {
  const status: KeyStatus = key?.status ?? 'gone';
  return status === 'gone' ? 'The provider does not list it any more' : `The provider says ${status}`;
}

function usedAfterLines({ usedAfterMicroUsd }: Action, locale: Locale): string[] {
  if (usedAfterMicroUsd === null) return [];
  return [`:warning: ${spentAfter(usedAfterMicroUsd, locale)} The provider is asked again.`];
}

function spentAfter(microUsd: number, locale: Locale): string {
  const what = microUsd === 0 ? 'Something without a known price' : escaped(formatMoney(microUsd, locale.currency));
  return `${what} was used all the same.`;
}

function dismissedLine(action: Action, locale: Locale): string {
  const who = actorMention(action.requestedBy);
  if (action.confirmedAt !== null) {
    const at = dayAndTime(action.executedAt ?? action.requestedAt, locale);
    return `${ACTION_DONE[action.kind]} by ${who} · ${at}. ${escaped(action.problem ?? '')}`;
  }
  return `${capital(ACTION_NAME[action.kind])} asked by ${who} was not done and is no longer wanted.`;
}

function refusedLines(card: ActCard, action: Action): string[] {
  const who = actorMention(action.requestedBy);
  const problem = escaped(action.problem ?? 'refused');
  const lines = withAccount(
    card,
    `*Not ${ACTION_DONE[action.kind].toLowerCase()}*, asked by ${who}: ${problem} It is tried again, at most an hour apart, until it is done or somebody stops trying.`,
  );
  return card.consoleSteps === null ? lines : [...lines, stepsText('By hand, in', card.consoleSteps)];
}

function withAccount({ account }: Pick<ActCard, 'account'>, line: string): string[] {
  return account === null ? [line] : [line, accountText(account)];
}

/** The way on when a key refuses to be revoked by itself. */
function accountText({ owner, siblings, refusal }: AccountCard): string {
  if (refusal !== null) return escaped(refusal);
  const name = foreign(owner.name ?? owner.id);
  if (siblings.length === 0) return `Deleting its service account ${name} stops it; the account has no other key.`;
  return `Deleting its service account ${name} stops it, and with it ${namesText(siblings)}.`;
}

/** `lead` leads to the link: `In`. */
export function stepsText(lead: string, { url, steps }: ConsoleSteps): string {
  const numbered = steps.map((step, index) => `${index + 1}. ${escaped(step)}`);
  return `${lead} the <${url}|provider’s console>:\n${numbered.join('\n')}`;
}
