import type { KnownBlock } from '@slack/types';
import { z } from 'zod';
import type { Departure, DepartureKey, Outcome, Tie } from '../../domain/departure.ts';
import { confirmedOwnerOf } from '../../domain/key.ts';
import { formatMoney } from '../../domain/money.ts';
import { formatLength, plural } from '../../domain/time.ts';
import { type DepartureCard, type DepartureRow, TRAFFIC_DAYS } from '../../services/departures/describe-departure.ts';
import { buttonCodec } from '../button-value.ts';
import { environmentText } from './alert.ts';
import { actions, type ButtonSpec, context, type Rendered, section, sections, TEXT_MAX } from './blocks.ts';
import { lastUsedText } from './last-used.ts';
import { actorMention, capped, dayAndTime, escaped, footerText, foreign, type Locale, mention } from './text.ts';

export const REASSIGN = 'departure_reassign';
export const ONE_BY_ONE = 'departure_next';
export const ROTATE_KNOWN = 'departure_rotate';
export const REVOKE_QUIET = 'departure_revoke';
export const CLOSE = 'departure_close';
export const departureButton = buttonCodec(z.strictObject({ d: z.string().max(64) }));

// Two lines each: with more of them the buttons are off the screen.
const ROWS_MAX = 12;
const NAMES_MAX = 4;

/** Everything that somebody who leaves owned and could read, and what became of it: one message, edited. */
export function departureView(card: DepartureCard, locale: Locale, now: number): Rendered {
  const { departure, rows } = card;
  const verdict = `${whatHappened(departure)} ${countText(rows)}`;
  const parts = [
    ...part(
      'Theirs',
      rows.filter(({ row }) => row.tie !== 'read'),
      { locale, now },
    ),
    ...part(
      'They could read',
      rows.filter(({ row }) => row.tie === 'read'),
      { locale, now },
    ),
  ];
  const footer = footerText([sinceText(card, locale)], locale);
  const blocks: KnownBlock[] = [section(`*${verdict}*`), ...sections(parts)];
  const buttons = buttonsOf(card);
  if (buttons.length > 0) blocks.push(actions('departure', buttons));
  blocks.push(context(footer));
  return { text: capped([verdict, ...parts, footer].join('\n'), TEXT_MAX), blocks };
}

function whatHappened({ cause, userId, name, beganBy, returnedAt }: Departure): string {
  const who = foreign(name);
  const mentioned = userId === null ? who : mention(userId);
  if (returnedAt !== null) return `${mentioned} is back.`;
  switch (cause) {
    case 'slack':
      return `${mentioned} has left: the account of ${who} in this workspace is closed.`;
    case 'provider':
      return `${mentioned} has lost access at the provider, and keys of theirs go on working.`;
    case 'hand':
      return `${mentioned} is leaving, says ${actorMention(beganBy)}.`;
  }
}

function countText(rows: readonly DepartureRow[]): string {
  const handled = rows.filter(({ row }) => row.outcome !== null).length;
  const rotating = rows.filter(({ row }) => row.outcome === 'rotating').length;
  const under = rotating === 0 ? '' : `, ${plural(rotating, 'rotation')} under way`;
  if (handled < rows.length) return `${handled} of ${plural(rows.length, 'key')} handled${under}.`;
  return rows.length === 1 ? `The one key is seen to${under}.` : `All ${rows.length} keys are seen to${under}.`;
}

interface Setting {
  readonly locale: Locale;
  readonly now: number;
}

function part(title: string, rows: readonly DepartureRow[], setting: Setting): string[] {
  if (rows.length === 0) return [];
  const open = rows.filter(({ row }) => row.outcome === null);
  const done = rows.filter(({ row }) => row.outcome !== null);
  const shown = [...open, ...done].slice(0, ROWS_MAX).map((row) => rowText(row, setting));
  const rest = rows.length - shown.length;
  return [
    `*${title} (${rows.length})*`,
    ...shown,
    ...(rest > 0 ? [`and ${plural(rest, 'more key')}: *One by one…* shows each of them`] : []),
  ];
}

function rowText({ row, summary, ...traffic }: DepartureRow, setting: Setting): string {
  const { lineage, providerTitle, scopeName } = summary;
  const name = `*${escaped(lineage.slug)}*`;
  if (row.outcome !== null) return `:white_check_mark: ${name} ${outcomeText(row, row.outcome, summary)}`;
  const where = scopeName === null ? escaped(providerTitle) : `${escaped(providerTitle)} / ${foreign(scopeName)}`;
  const made = row.tie === 'made' ? ' · made by them' : '';
  const first = `• ${name} · ${environmentText(lineage)} · ${where}${made}`;
  return `${first}\n    ${useText({ summary, ...traffic }, setting)}. ${breaksText(summary)}`;
}

/** `1,204 requests and $31 in 7 days`, or since when nothing. */
export function useText(
  { summary, requests, costMicroUsd, isQuiet }: Omit<DepartureRow, 'row' | 'canRevoke'>,
  { locale, now }: Setting,
): string {
  if (isQuiet) {
    const { lastUsedAt } = summary.key;
    const last = lastUsedAt === null ? 'no use was ever seen' : `last used ${formatLength(now - lastUsedAt)} ago`;
    return `No traffic in ${TRAFFIC_DAYS} days, ${last}`;
  }
  if (requests === 0 && costMicroUsd === 0) return `Nothing is known of its traffic in ${TRAFFIC_DAYS} days`;
  const cost = escaped(formatMoney(costMicroUsd, locale.currency));
  const asked = requests === null ? '' : `${plural(requests, 'request')} and `;
  return `${asked}${cost} in ${TRAFFIC_DAYS} days, ${lastUsedText(summary, now)}`;
}

/** What stands still without the key, as far as anybody has said. */
export function breaksText({ lineage: { consumers, workload } }: DepartureRow['summary']): string {
  const feeds = workload === null ? '' : `It feeds ${foreign(workload)}. `;
  if (consumers.length === 0) return `${feeds}Nobody has said who breaks without it.`;
  const names = consumers.slice(0, NAMES_MAX).map((one) => foreign(one));
  const more = consumers.length - names.length;
  return `${feeds}Without it ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''} ${consumers.length === 1 ? 'breaks' : 'break'}.`;
}

function outcomeText({ settledBy }: DepartureKey, outcome: Outcome, { lineage }: DepartureRow['summary']): string {
  const by = settledBy?.startsWith('slack:') ? ` (${actorMention(settledBy)})` : '';
  const owner = confirmedOwnerOf(lineage);
  const words: Readonly<Record<Outcome, string>> = {
    reassigned: owner === null ? 'has another owner' : `belongs to ${mention(owner)} now`,
    rotating: 'is being rotated',
    rotated: 'is rotated',
    stopped: 'is stopped',
    kept: 'stays as it is',
  };
  // Another owner changes nothing of what they know.
  const known =
    outcome === 'reassigned' ? `. They may still know its value: \`/keys rotate ${escaped(lineage.slug)}\`` : '';
  return `${words[outcome]}${by}${known}`;
}

export const TIE_WORDS: Readonly<Record<Tie, string>> = {
  owned: 'They own it',
  made: 'They made it, and nobody owns it',
  read: 'They could read its value',
};

function sinceText({ departure }: DepartureCard, locale: Locale): string {
  const { beganAt, returnedAt, closedAt } = departure;
  if (returnedAt !== null) return `told ${dayAndTime(beganAt, locale)} · back ${dayAndTime(returnedAt, locale)}`;
  return closedAt === null
    ? `since ${dayAndTime(beganAt, locale)}`
    : `${dayAndTime(beganAt, locale)} to ${dayAndTime(closedAt, locale)}`;
}

export const isOpenRow = ({ row }: DepartureRow) => row.outcome === null;
export const toReassign = (one: DepartureRow) => isOpenRow(one) && one.row.tie !== 'read';
/** Whoever owned, made or could read a key may know its value, also when it belongs to somebody else by now. */
export const toRotate = (one: DepartureRow) => (isOpenRow(one) || one.row.outcome === 'reassigned') && !one.isQuiet;
export const toRevoke = (one: DepartureRow) => isOpenRow(one) && one.isQuiet && one.canRevoke;

/** Only what there is something to do for. */
function buttonsOf({ departure, rows }: DepartureCard): readonly ButtonSpec[] {
  if (departure.closedAt !== null || departure.returnedAt !== null) return [];
  const value = departureButton.encode({ d: departure.id });
  const buttons: (ButtonSpec | null)[] = [
    rows.some(toReassign) ? { actionId: REASSIGN, label: 'Reassign all…', value, style: 'primary' } : null,
    rows.some(isOpenRow) ? { actionId: ONE_BY_ONE, label: 'One by one…', value } : null,
    rows.some(toRotate) ? { actionId: ROTATE_KNOWN, label: 'Rotate…', value } : null,
    rows.some(toRevoke) ? { actionId: REVOKE_QUIET, label: 'Revoke the quiet ones…', value, style: 'danger' } : null,
    {
      actionId: CLOSE,
      label: 'Close',
      value,
      confirm: {
        title: 'Close this?',
        text: 'What is not handled stays as it is, and nobody is told of it again.',
        yes: 'Close',
      },
    },
  ];
  return buttons.filter((one) => one !== null);
}
