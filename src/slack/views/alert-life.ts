import type { PersonStep } from '../../domain/escalation.ts';
import type { AlertCard } from '../../services/alerts/describe-alert.ts';
import type { NextCall } from '../../services/alerts/who-is-paged.ts';
import { actorMention, dayAndTime, foreign, instant, type Locale, mrkdwnSentence } from './text.ts';

const NEXT: Readonly<Record<PersonStep, string>> = {
  owner: 'asks the owner',
  responders: 'escalates to responders',
  admins: 'escalates to admins',
};

/** What comes by itself, for the footer: `escalates to admins at 02:50 unless acknowledged`. Null: nothing. */
export function lifeText({ alert, nextCall }: Pick<AlertCard, 'alert' | 'nextCall'>, locale: Locale): string | null {
  if (alert.snoozedUntil !== null) return `snoozed until ${dayAndTime(alert.snoozedUntil, locale)}`;
  return nextCall === null ? null : nextCallText(nextCall, locale);
}

export function nextCallText({ step, at }: NextCall, locale: Locale): string {
  return `${NEXT[step]} at ${instant(at, locale)} unless acknowledged`;
}

/** Who said that it was expected, and why. */
export function expectedText({ events }: Pick<AlertCard, 'events'>): string {
  const said = events.findLast(({ kind }) => kind === 'expected');
  if (said === undefined) return 'it was expected';
  return `${actorMention(said.actor)} says that it was expected`;
}

export function otherKeyText({ hint, headline }: AlertCard['otherKeys'][number], locale: Locale): string {
  const key = hint === null ? 'another key of it' : `another key of it, ${foreign(hint)},`;
  return `Also: ${key} is ${mrkdwnSentence(headline, locale)}.`;
}
