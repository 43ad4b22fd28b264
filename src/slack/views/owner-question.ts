import { alertName } from '../../domain/alert.ts';
import { formatMoney } from '../../domain/money.ts';
import type { AlertCard } from '../../services/alerts/describe-alert.ts';
import { ownerAnswer } from '../owner-answer.ts';
import { actions, context, type Rendered, section, TEXT_MAX } from './blocks.ts';
import { capped, dayAndTime, escaped, footerText, foreign, type Locale, mrkdwnSentence } from './text.ts';

export interface OwnerQuestionState {
  readonly card: AlertCard;
  readonly eventId: string;
  /** The alert's message in the channel, as mrkdwn; null while it is not there. */
  readonly link: string | null;
}

/** The direct message to an owner: the question while it is one, and what became of it. */
export function ownerQuestionView({ card, eventId, link }: OwnerQuestionState, locale: Locale): Rendered {
  const { alert } = card;
  const outcome = outcomeOf(card, eventId);
  const verdict = `${alert.testOf === null ? '' : 'This is a test. '}${questionOf(card, locale, outcome)}`;
  const why = outcome === null ? ' You are asked because the key is yours and nobody has acknowledged the alert.' : '';
  const lines = alert.testOf === null ? factsOf(card, locale, why) : ['No key is in danger; answer as you would.'];
  const footer = footerText([...(link === null ? [] : [link]), alertName(alert)], locale);
  const facts = [...(outcome === null ? [] : [outcome]), ...lines];
  const blocks = [section(`*${verdict}*\n${facts.join('\n')}`)];
  const value = ownerAnswer.encode({ a: alert.id, e: eventId });
  const buttons = actions('owner_question', [
    { actionId: 'owner_yes', label: 'Yes, that was us', value },
    { actionId: 'owner_no', label: 'No', value, style: 'danger' },
  ]);
  return {
    text: capped([verdict, ...facts, footer].join('\n'), TEXT_MAX),
    blocks: [...blocks, ...(outcome === null ? [buttons] : []), context(footer)],
  };
}

function questionOf({ alert, lineage }: AlertCard, locale: Locale, outcome: string | null): string {
  if (alert.testOf !== null) return outcome === null ? 'Was this you?' : 'You were asked whether this was you.';
  const name = escaped(lineage.slug);
  const doing = mrkdwnSentence(alert.headline, locale);
  return outcome === null ? `Was this you? ${name} is ${doing}.` : `${name} was ${doing}.`;
}

function factsOf({ alert, key, providerTitle, scopeName }: AlertCard, locale: Locale, why: string): string[] {
  const sum = escaped(formatMoney(alert.lostMicroUsd, locale.currency));
  const where = scopeName === null ? escaped(providerTitle) : `${escaped(providerTitle)} / ${foreign(scopeName)}`;
  return [
    `${sum} spent since ${dayAndTime(alert.startedAt, locale)}.${why}`,
    `*Key* ${key?.hint ? foreign(key.hint) : 'hint unknown'} · *Where* ${where}`,
  ];
}

/** Null while the question stands. */
function outcomeOf({ alert }: Pick<AlertCard, 'alert'>, eventId: string): string | null {
  const { ownerAsk, state } = alert;
  if (ownerAsk?.id !== eventId) return 'You were asked again later; please answer there.';
  if (ownerAsk.answer === 'no') return 'You said that it was not you. The responders know.';
  if (ownerAsk.answer === 'yes') {
    const closed = alert.verdict !== null || state === 'resolved';
    const confirms = alert.testOf === null && !closed ? ' A responder has to confirm it.' : '';
    return `You said that it was you. Thank you.${confirms}`;
  }
  if (alert.verdict !== null) return 'Somebody else has said that it was expected. Nothing is left to do.';
  if (state === 'resolved') return 'It is over. Nothing is left to do.';
  if (state === 'contained') return 'The key has been stopped; see the alert.';
  return state === 'acknowledged' ? 'Somebody is on it by now; tell them if it was you.' : null;
}
