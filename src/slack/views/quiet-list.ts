import type { KnownBlock } from '@slack/types';
import { alertName } from '../../domain/alert.ts';
import { formatMoney } from '../../domain/money.ts';
import type { QuietItem } from '../../services/noise/quiet-findings.ts';
import type { RolledUpAlert } from '../../services/noise/roll-up.ts';
import { actions, context, type Rendered, section, sections, TEXT_MAX } from './blocks.ts';
import { type Paging, pageOf } from './paging.ts';
import { actorMention, capped, dayAndTime, escaped, footerText, foreign, type Locale, mrkdwnSentence } from './text.ts';

const PAGE_ROWS = 12;
const ROLLED_UP_ROWS = 15;
const HELD_BACK_MAX = 200;
export const QUIET_LIST = 'quiet_list';

/** What was found and told nobody at once, on one line: who, what, when, and why it was held back. */
export function quietText(item: QuietItem, locale: Locale): string {
  const { finding, slug } = item;
  const cost = finding.costMicroUsd === 0 ? '' : ` · ${escaped(formatMoney(finding.costMicroUsd, locale.currency))}`;
  const when = dayAndTime(finding.startedAt, locale);
  const doing = mrkdwnSentence(finding.headline, locale);
  return `*${escaped(slug)}* was ${doing} · since ${when}${cost} · ${quietWhy(item, locale)}`;
}

/** Why nobody was told. */
export function quietWhy({ finding, hold, alert }: QuietItem, locale: Locale): string {
  if (finding.cause === 'said') return `called expected on ${alert ?? 'its alert'}`;
  const now = alert === null ? '' : `, told in ${alert}`;
  return `${heldBackText(finding, hold, locale)}${now}`;
}

function heldBackText({ cause, heldBack }: QuietItem['finding'], hold: QuietItem['hold'], locale: Locale): string {
  if (cause === 'judgement' && heldBack !== null) return foreign(heldBack, HELD_BACK_MAX);
  if (hold === null) return 'noted: it calls nobody by itself';
  const until = dayAndTime(hold.endedAt ?? hold.untilAt, locale);
  if (hold.kind === 'mute') return `${actorMention(hold.by)} muted the rule until ${until}`;
  return `${actorMention(hold.by)} expected ${escaped(formatMoney(hold.ceilingMicroUsd, locale.currency))} until ${until}`;
}

export interface QuietList {
  readonly title: string;
  readonly rolledUp: readonly RolledUpAlert[];
  readonly items: readonly QuietItem[];
  readonly paging: Paging;
}

/** The answer to `/keys quiet`. */
export function quietListView({ title, rolledUp, items, paging }: QuietList, locale: Locale): Rendered {
  const rows = [
    ...rolledUp.map((one) => `• ${rolledUpText(one, locale)} · open, on the day’s roll-up`),
    ...items.map((item) => `• ${quietText(item, locale)}`),
  ];
  const page = pageOf(rows, PAGE_ROWS, paging);
  const footer = footerText(page.text === '' ? [] : [page.text], locale);
  const blocks: KnownBlock[] = [section(`*${title}*`), ...sections(page.items)];
  if (page.buttons.length > 0) blocks.push(actions(`page_${page.number}`, page.buttons));
  if (footer !== '') blocks.push(context(footer));
  const text = [title, ...page.items, footer].filter((line) => line !== '').join('\n');
  return { text: capped(text, TEXT_MAX), blocks };
}

/** `KS-31 *prod-api* is spending …`, or how it ended. */
export function rolledUpText({ alert, slug }: RolledUpAlert, locale: Locale): string {
  const is = alert.state === 'resolved' ? 'was' : 'is';
  const lost = alert.lostMicroUsd === 0 ? '' : ` · ${escaped(formatMoney(alert.lostMicroUsd, locale.currency))}`;
  const state = alert.state === 'open' ? '' : ` · ${alert.state}`;
  const doing = mrkdwnSentence(alert.headline, locale);
  return `${alertName(alert)} *${escaped(slug)}* ${is} ${doing} · since ${dayAndTime(alert.startedAt, locale)}${lost}${state}`;
}

/** The one message a day that all alerts share which call nobody and are more than policy wants on their own. */
export function rollUpView(day: string, alerts: readonly RolledUpAlert[], locale: Locale): Rendered {
  const count = alerts.length.toLocaleString('en-US');
  const what = alerts.length === 1 ? 'alert of this day, which calls' : 'alerts of this day, which call';
  const title = `and ${count} more ${what} nobody (${day})`;
  const shown = alerts.slice(0, ROLLED_UP_ROWS).map((one) => `• ${rolledUpText(one, locale)}`);
  const more = alerts.length - shown.length;
  const rows = [...shown, ...(more > 0 ? [`and ${more.toLocaleString('en-US')} more in the list`] : [])];
  const footer = footerText(
    ['what calls people always gets a message of its own; the Home tab has the buttons'],
    locale,
  );
  const list = { actionId: QUIET_LIST, label: 'Show the list', value: 'list' };
  const blocks = [section(`*${title}*`), ...sections(rows), actions('roll_up', [list]), context(footer)];
  return { text: capped([title, ...rows, footer].join('\n'), TEXT_MAX), blocks };
}
