import type { Grant, GrantKind, GrantOutcome, GrantTold } from '../../domain/grant.ts';
import { isRaise, valueWords } from '../../domain/grant.ts';
import { formatMoney } from '../../domain/money.ts';
import { type Rendered, section, TEXT_MAX, type Words } from './blocks.ts';
import { actorMention, capped, dayAndTime, escaped, foreign, type Locale } from './text.ts';

const WHAT: Readonly<Record<GrantKind, string>> = {
  own_cap: 'own cap',
  set_spend_limit: 'cap',
  set_rate_limit: 'rate limit',
  set_models: 'list of models',
};

/** `Cap raised to $800 a month until Nov 30 by @ana (before: $500 a month)`, for cards. */
export function grantText({ kind, change, untilAt, grantedBy }: Grant, locale: Locale): string {
  const what = kind === 'set_models' ? 'models' : WHAT[kind];
  const verb = kind === 'set_models' ? 'set' : isRaise(change) ? 'raised' : 'lowered';
  const to = foreign(valueWords(kind, change.to));
  const from = foreign(valueWords(kind, change.from));
  return `${what.charAt(0).toUpperCase()}${what.slice(1)} ${verb} to ${to} until ${dayAndTime(untilAt, locale)} by ${actorMention(grantedBy)} (before: ${from})`;
}

/** The message of its own, in the channel or to the one who asked. */
export function grantView(told: GrantTold, locale: Locale): Rendered {
  const { verdict, lines } = grantWords(told, locale);
  return {
    text: capped([verdict, ...lines].join('\n'), TEXT_MAX),
    blocks: [section([`*${verdict}*`, ...lines].join('\n'))],
  };
}

/** What became of a limit that was changed for a time, or what will. */
export function grantWords(told: GrantTold, locale: Locale): Words {
  const { outcome } = told;
  const lines = outcome === null ? [] : (LINES[outcome]?.(told, locale) ?? []);
  return {
    verdict: verdictOf(told, locale),
    lines: [...modelLines(told), ...lines, ...refusalLines(told, locale)],
    footer: null,
  };
}

const LINES: Readonly<Partial<Record<GrantOutcome, (told: GrantTold, locale: Locale) => readonly string[]>>> = {
  left: (told) => [
    `It was not set back${toFormer(told)}: whoever changed it knows better. Change it by hand if it should be.`,
  ],
  failed: (told) => [`${escaped(told.found ?? '')} Set it back${toFormer(told)} in the provider’s console.`.trim()],
  replaced: () => ['Nothing will be set back at the end.'],
};

function toFormer({ kind, from }: GrantTold): string {
  return kind === 'set_models' ? '' : ` to ${foreign(from)}`;
}

/** In a headline: amounts as they are, lists of models by a word, since they are long and from outside. */
function shortWords({ kind, from, to, found }: GrantTold): Pick<GrantTold, 'from' | 'to' | 'found'> {
  if (kind === 'set_models') return { from: 'what it was', to: 'other models', found: found && 'another one' };
  return { from: foreign(from), to: foreign(to), found: found && foreign(found) };
}

function modelLines({ kind, from, to }: GrantTold): readonly string[] {
  return kind === 'set_models' ? [`Before: ${foreign(from, 200)}. Changed to: ${foreign(to, 200)}.`] : [];
}

function verdictOf(told: GrantTold, locale: Locale): string {
  const { kind, slug, by, untilAt, upperUntilAt } = told;
  const { from, to, found } = shortWords(told);
  const what = `The ${WHAT[kind]} of ${escaped(slug)}`;
  const change = `${actorMention(by)}’s change to ${to}`;
  switch (told.outcome) {
    case null:
      return `${what} goes back to ${from} at ${dayAndTime(untilAt, locale)}.`;
    case 'restored':
      return `${what} is ${from} again: the time of ${change} is over.`;
    case 'left':
      return `${what} stays ${found ?? 'as it is'}: somebody has changed it since ${change}, whose time is over.`;
    case 'failed':
      return `:warning: ${what} is still ${to}: the time of ${change} is over, and it could not be set back.`;
    case 'replaced':
      return `${what} is ${found ?? 'another one'} now: ${change} holds no longer.`;
    case 'passed_on':
      return `${what} stays as it is: the time of ${change} is over, and a later change holds until ${dayAndTime(upperUntilAt ?? untilAt, locale)}. It then goes back to ${from}.`;
    case 'kept':
      return `${what} stays ${to}: it is not set back any more.`;
    case 'never':
      return `${what} was never changed to ${to}: the provider did not take it in time.`;
  }
}

/** The consequence that is easily overlooked: below what is spent the provider refuses until the month ends. */
function refusalLines({ kind, outcome, formerMicroUsd, spentMicroUsd }: GrantTold, { currency }: Locale): string[] {
  const isLower = outcome === null || outcome === 'restored';
  if (kind !== 'set_spend_limit' || !isLower || formerMicroUsd === null || spentMicroUsd === null) return [];
  if (spentMicroUsd < formerMicroUsd) return [];
  const spent = formatMoney(spentMicroUsd, currency);
  return outcome === null
    ? [
        `:warning: ${spent} is spent this month, which is more: requests would be refused from then on. Raise the cap again, or plan for it.`,
      ]
    : [
        `:warning: ${spent} is spent this month, which is more: requests are refused until the month ends (UTC), or until the cap is raised.`,
      ];
}
