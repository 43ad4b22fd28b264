import { alertName } from '../../domain/alert.ts';
import { TEST_ESCALATION, TEST_LENGTH_MS } from '../../domain/escalation.ts';
import type { AlertEvent } from '../../ports/store.ts';
import type { AlertCard } from '../../services/alerts/describe-alert.ts';
import type { Paged, PagedNow } from '../../services/alerts/who-is-paged.ts';
import { encodeButton } from '../button-value.ts';
import { lifeText } from './alert-life.ts';
import { actions, type ButtonSpec, context, type Rendered, section, TEXT_MAX } from './blocks.ts';
import { actorMention, capped, dayAndTime, footerText, foreign, instant, type Locale, mention } from './text.ts';

const NAMES_MAX = 5;

/** The one message of a test: everything in it says that it is one. */
export function testAlertView(card: AlertCard, paged: PagedNow, locale: Locale): Rendered {
  const { alert } = card;
  const verdict = `:test_tube: Test of the alert path, started by ${mention(alert.testOf ?? '')}${stateOf(card)}. No key is in danger.`;
  const lines = [
    `A real alert would call ${pagedText(paged.first)} now, and ${pagedText(paged.admins)} if nobody acknowledged for long. This one calls nobody but the person who started it.`,
    ...(alert.state === 'open' ? [waysText(card, locale)] : []),
  ];
  const footer = footerOf(card, locale);
  const blocks = [section(`*${verdict}*\n${lines.join('\n')}`)];
  const buttons = buttonsOf(card);
  return {
    text: capped([verdict, ...lines, footer].join('\n'), TEXT_MAX),
    blocks: [...blocks, ...(buttons.length === 0 ? [] : [actions(`test_${alert.revision}`, buttons)]), context(footer)],
  };
}

function stateOf({ alert }: AlertCard): string {
  if (alert.state === 'resolved') return ', over';
  return alert.acknowledgedBy === null ? '' : `, acknowledged by ${actorMention(alert.acknowledgedBy)}`;
}

function waysText({ alert }: AlertCard, locale: Locale): string {
  const since = alert.escalation?.since ?? alert.openedAt;
  const at = (wait: number | null) => instant(since + (wait ?? 0), locale);
  const { owner, responders, admins } = TEST_ESCALATION;
  return `Leave it alone to see the escalation: the owner’s direct message at ${at(owner)}, the responders’ turn at ${at(responders)}, the admins’ at ${at(admins)}.`;
}

function buttonsOf({ alert }: AlertCard): ButtonSpec[] {
  if (alert.state === 'resolved') return [];
  const value = encodeButton({ alertId: alert.id, keyId: '', generation: 0 });
  const acknowledge: ButtonSpec = { actionId: 'alert_acknowledge', label: 'Acknowledge', value, style: 'primary' };
  return [
    ...(alert.state === 'open' ? [acknowledge] : []),
    { actionId: 'alert_snooze', label: 'Snooze…', value },
    { actionId: 'alert_end_test', label: 'End the test', value },
  ];
}

function footerOf(card: AlertCard, locale: Locale): string {
  const { alert } = card;
  const ends =
    alert.state === 'resolved'
      ? `over since ${dayAndTime(alert.closedAt ?? alert.openedAt, locale)}`
      : `ends by itself at ${instant(alert.openedAt + TEST_LENGTH_MS, locale)}`;
  const parts = ['test', lifeText(card, locale), ends, alertName(alert)].filter((part) => part !== null);
  return footerText(parts, locale);
}

/** Names, not mentions: nobody is to be called by being listed. */
export function pagedText(paged: readonly Paged[]): string {
  if (paged.length === 0) return 'nobody';
  const names = paged.slice(0, NAMES_MAX).map(nameOf);
  const more = paged.length > NAMES_MAX ? [`${paged.length - NAMES_MAX} more`] : [];
  const all = [...names, ...more];
  return all.length === 1 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}

function nameOf({ id, name, isActive }: Paged): string {
  const shown = id.startsWith('S') ? `user group ${id}` : foreign(name ?? id);
  return isActive ? shown : `${shown} (not an active member: does not hear it)`;
}

const LEG: Readonly<Record<string, string>> = {
  worked: ':white_check_mark: worked',
  failed: ':x: failed',
  waiting: ':hourglass: has not arrived yet',
  not_reached: 'not tried: it ended before its turn',
};

/** Which legs of the way worked, for the end of the thread. */
export function testEndText(detail: AlertEvent['detail']): string {
  const leg = (name: string) => LEG[String(detail[name])] ?? 'unknown';
  const webhooks = Object.entries(detail).filter(([name]) => name.startsWith('webhook '));
  return [
    'The test is over.',
    `• message in this channel: ${leg('channel')}`,
    `• direct message to the owner: ${leg('dm')}`,
    ...webhooks.map(([name]) => `• ${foreign(name)}: ${leg(name)}`),
    ...(webhooks.length === 0 ? ['• webhooks: none is configured'] : []),
  ].join('\n');
}
