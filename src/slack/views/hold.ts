import { z } from 'zod';
import { alertName } from '../../domain/alert.ts';
import { isInForce } from '../../domain/hold.ts';
import { formatMoney } from '../../domain/money.ts';
import { formatLength, HOUR_MS, plural } from '../../domain/time.ts';
import type { HoldCard } from '../../services/noise/read-holds.ts';
import type { HoldNews } from '../../services/noise/tell-hold.ts';
import { buttonCodec } from '../button-value.ts';
import { actions, type ButtonSpec, type Rendered, sections, TEXT_MAX } from './blocks.ts';
import { actorMention, capped, dayAndTime, escaped, foreign, type Locale } from './text.ts';

export const HOLD_END = 'hold_end';
export const holdButton = buttonCodec(z.strictObject({ h: z.string().max(64) }));
const REASON_MAX = 120;
const SHOWN = 10;

/** What holds, until when and by whose word: a line of a list. */
export function holdText(card: HoldCard, locale: Locale): string {
  const { hold, slug, ruleTitle } = card;
  const until = dayAndTime(hold.untilAt, locale);
  if (hold.kind === 'expect') return `*${escaped(slug)}* is expected to spend until ${until} · ${tailOf(card, locale)}`;
  return `*${escaped(slug)}* “${escaped(ruleTitle ?? hold.ruleId)}” is muted until ${until} · ${tailOf(card, locale)}`;
}

/** For the card of the key itself, which has its name above. */
export function holdFact(card: HoldCard, locale: Locale): string {
  const { hold, ruleTitle } = card;
  const what = hold.kind === 'expect' ? '*Expected*' : `*Muted* “${escaped(ruleTitle ?? hold.ruleId)}”`;
  return `${what} until ${dayAndTime(hold.untilAt, locale)} · ${tailOf(card, locale)}`;
}

function tailOf({ hold, spentMicroUsd, heldBack }: HoldCard, locale: Locale): string {
  const why = hold.reason === '' ? '' : ` · ${foreign(hold.reason, REASON_MAX)}`;
  const by = `${actorMention(hold.by)}${why}`;
  if (hold.kind === 'mute')
    return `${heldBack === 0 ? 'nothing' : plural(heldBack, 'matter')} held back so far · ${by}`;
  const money = `${moneyText(spentMicroUsd, locale)} of ${moneyText(hold.ceilingMicroUsd, locale)}`;
  return `${hold.exceededAt === null ? '' : ':warning: more than expected: '}${money} spent so far · ${by}`;
}

export interface DeclaredSetting {
  readonly locale: Locale;
  readonly now: number;
  /** How the amount came from another currency. */
  readonly converted: string | null;
  /** The lineage's alert that is open already, as `KS-142`. */
  readonly openAlert: string | null;
}

/** What a window means, once it is declared. */
export function declaredView(card: HoldCard, { locale, now, converted, openAlert }: DeclaredSetting): Rendered {
  const { hold, slug } = card;
  if (hold.kind !== 'expect') return holdListView([card], locale);
  const lengthMs = hold.untilAt - now;
  const perHour = Math.round((hold.ceilingMicroUsd * HOUR_MS) / Math.max(lengthMs, HOUR_MS));
  const name = escaped(slug);
  const all = moneyText(hold.ceilingMicroUsd, locale);
  const until = dayAndTime(hold.untilAt, locale);
  const even = lengthMs > HOUR_MS ? `; spread evenly ${moneyText(perHour, locale)} an hour` : '';
  const lines = [
    `*${name} may spend ${all} in all until ${until}* (${formatLength(lengthMs)}${even}). What it spent before now does not count.`,
    ...(converted === null ? [] : [`Taken from ${escaped(converted)}.`]),
    `Until then its spend calls nobody; what is found is in \`/keys quiet\`. Above it the next finding calls people at once. A leak that stays below is not told either.`,
    'As always told: new models and endpoints, unknown addresses, failed log-ins, a dead key that is used, and caps.',
    ...(openAlert === null
      ? []
      : [`${openAlert} is open already and stays open: say *This was us…* there if this is it.`]),
    'You get a message when it ends.',
  ];
  return withEndButtons(lines, [card]);
}

/** What a mute means, once it is set. */
export function mutedView(card: HoldCard, locale: Locale): Rendered {
  return withEndButtons(mutedLines(card, locale), [card]);
}

export function mutedLines({ hold, slug, ruleTitle }: HoldCard, locale: Locale): readonly string[] {
  const title = escaped(ruleTitle ?? '');
  return [
    `*“${title}” is muted for ${escaped(slug)} until ${dayAndTime(hold.untilAt, locale)}.*`,
    'What it finds until then calls nobody and is in `/keys quiet`: a leak that only this rule would see is not told. All other rules go on; that a dead key is used and that a cap is reached is told all the same.',
    'You get a message when it ends.',
  ];
}

/** All that hold now; each with a button that ends it. */
export function holdListView(cards: readonly HoldCard[], locale: Locale): Rendered {
  const shown = cards.slice(0, SHOWN);
  const more = cards.length - shown.length;
  const lines = shown.map((card) => `• ${holdText(card, locale)}`);
  return withEndButtons([...lines, ...(more > 0 ? [`and ${more.toLocaleString('en-US')} more`] : [])], shown);
}

/** It is over, told to whoever ended it. */
export function endedLine({ hold, slug, ruleTitle, spentMicroUsd }: HoldCard, locale: Locale): string {
  if (hold.kind === 'mute') return `*“${escaped(ruleTitle ?? '')}” is no longer muted for ${escaped(slug)}.*`;
  const money = `${moneyText(spentMicroUsd, locale)} of ${moneyText(hold.ceilingMicroUsd, locale)}`;
  return `*The window for ${escaped(slug)} is over: ${money} spent.* Alerts come as usual again.`;
}

/** The direct message to whoever asked for it. */
export function holdMessage(card: HoldCard, news: HoldNews, locale: Locale): Rendered {
  const lines = news === 'beyond' ? beyondLines(card, locale) : endLines(card, locale);
  return { text: capped(lines.join('\n'), TEXT_MAX), blocks: sections(lines) };
}

function beyondLines(card: HoldCard, locale: Locale): readonly string[] {
  const { hold, slug, spentMicroUsd } = card;
  const expected = hold.kind === 'expect' ? moneyText(hold.ceilingMicroUsd, locale) : '';
  return [
    `*${escaped(slug)} has spent ${moneyText(spentMicroUsd, locale)}: more than the ${expected} that you expected until ${dayAndTime(hold.untilAt, locale)}.*`,
    `${alertText(card) ?? 'An alert'} calls people. If it goes on rightly, say so there, or expect more with \`/keys expect\`.`,
  ];
}

function endLines(card: HoldCard, locale: Locale): readonly string[] {
  const { hold, heldBack, dataUntil } = card;
  const who =
    hold.endedBy === null || hold.endedBy.startsWith('system:') ? [] : [`${actorMention(hold.endedBy)} ended it.`];
  const held = heldBack === 0 ? 'Nothing was held back.' : `${heldText(heldBack)} held back: \`/keys quiet\` lists it.`;
  if (hold.kind === 'mute') return [endedLine(card, locale), ...who, held];
  const data =
    dataUntil === null ? [] : [`Usage is known up to ${dayAndTime(dataUntil, locale)}; what comes later is not in it.`];
  const told =
    hold.exceededAt === null ? held : `It was more than expected: ${alertText(card) ?? 'an alert'} told of it.`;
  return [endedLine(card, locale), ...who, told, ...data];
}

function alertText({ alertNumber }: HoldCard): string | null {
  return alertNumber === null ? null : alertName({ number: alertNumber });
}

function heldText(count: number): string {
  return `${plural(count, 'matter')} ${count === 1 ? 'was' : 'were'}`;
}

function withEndButtons(lines: readonly string[], cards: readonly HoldCard[]): Rendered {
  const open = cards.filter(({ hold }) => isInForce(hold, hold.fromAt));
  const buttons = open.map((card): ButtonSpec => {
    const which = cards.length === 1 ? '' : ` ${card.slug.slice(0, 40)}`;
    const accessibilityLabel = `End ${card.hold.kind === 'mute' ? 'the mute of a rule' : 'the window'} for ${card.slug}`;
    return {
      actionId: HOLD_END,
      label: `End now${which}`,
      value: holdButton.encode({ h: card.hold.id }),
      accessibilityLabel,
    };
  });
  const text = capped(lines.join('\n'), TEXT_MAX);
  return { text, blocks: [...sections(lines), ...buttons.map((one, index) => actions(`hold_${index}`, [one]))] };
}

function moneyText(microUsd: number, { currency }: Locale): string {
  return escaped(formatMoney(microUsd, currency));
}
