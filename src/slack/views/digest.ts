import type { KnownBlock } from '@slack/types';
import type { DigestAct, DigestAction, DigestCard } from '../../domain/digest/card.ts';
import { encodeButton } from '../button-value.ts';
import { digestButton } from '../digest-button.ts';
import { plain } from './action-modal.ts';
import { actions, type ButtonSpec, button, context, type Rendered, section, sections, TEXT_MAX } from './blocks.ts';
import { APPLY_CAP } from './cap-list.ts';
import { type Chart, chartBlock, chartText, POINTS_MIN } from './chart.ts';
import { scoreChart, spentChart } from './digest-charts.ts';
import {
  actionText,
  changeText,
  type DigestLook,
  dataText,
  pagedText,
  secondAlarmTexts,
  spentText,
  summaryLines,
  warningLines,
  weekLines,
} from './digest-words.ts';
import { claimButton } from './pick-keys-modals.ts';
import { capital, capped, escaped, footerText, utcDayText } from './text.ts';

export const DIGEST_CSV = 'digest_csv';
export const DIGEST_SCORE = 'digest_score';

export interface DigestRendered extends Rendered {
  readonly charts: readonly Chart[];
}

/** The week on one screen: what is wrong with the figures, money, three things to do, what happened, and how it goes. */
export function digestView(card: DigestCard, look: DigestLook): DigestRendered {
  if (card.isQuiet) return { ...quietView(card, look), charts: [] };
  const title = titleOf(card);
  const warnings = warningLines(card, look);
  const summary = summaryLines(card, look);
  const todo = card.actions.map((action) => ({ action, text: actionText(action, look) }));
  const week = weekLines(card, look);
  // What was spent is drawn in the thread; whoever asks alone has none.
  const charts = card.isPreview ? [...scoreChart(card), ...spentChart(card, look)] : scoreChart(card);
  const heading = todo.length === 0 ? [] : [headingOf(card)];
  const course = charts.map(chartText);
  const footer = footerOf(card, look);
  const blocks: KnownBlock[] = [
    { type: 'header', text: plain(title) },
    ...one(warnings),
    ...one(summary),
    ...one(heading),
    ...todo.map(({ action, text }) => ({ ...section(text), accessory: actionButton(action) })),
    ...one(week),
    // What one person is answered takes no charts.
    ...(card.isPreview ? one(course) : charts.map(chartBlock)),
    actions('digest', moreButtons(card)),
    context(footer),
  ];
  const lines = [
    escaped(title),
    ...warnings,
    ...summary,
    ...heading,
    ...todo.map(({ text }) => text),
    ...week,
    ...course,
    footer,
  ];
  return { text: capped(lines.join('\n'), TEXT_MAX), blocks, charts: card.isPreview ? [] : charts };
}

/** Two lines: nothing happened, and who would hear it if something did. */
function quietView(card: DigestCard, look: DigestLook): Rendered {
  const change = changeText(card);
  const line = `*Keys: ${card.score} of 100${change === null ? '' : `, ${change}`}.* ${spentText(card, look.locale)}. Nothing needs you.`;
  const footer = footerText([pagedText(card, look), weekText(card)], look.locale);
  return { text: `${line}\n${footer}`, blocks: [section(line), context(footer)] };
}

function titleOf(card: DigestCard): string {
  const change = changeText(card);
  const which = card.isPreview ? 'Keys in the last 7 days' : 'Keys this week';
  return `${which}: ${card.score} of 100${change === null ? '' : `, ${change}`}`;
}

function headingOf({ actions: { length }, moreActions }: DigestCard): string {
  const count = length === 1 ? 'One thing' : `${capital(['', 'one', 'two', 'three'][length] ?? String(length))} things`;
  return `*${count} to do*${moreActions === 0 ? '' : '  (`/keys score` has the others)'}`;
}

/** What is several lines is one block: a screen has room for fifteen. */
function one(lines: readonly string[]): KnownBlock[] {
  return sections(lines).slice(0, 1);
}

const ACTION_ID: Readonly<Record<Exclude<DigestAct, 'claim'>, string>> = {
  cap: APPLY_CAP,
  suspend: 'key_suspend',
  rotate: 'key_rotate',
  show: 'key_show',
};
const ACTION_LABEL: Readonly<Record<DigestAct, string>> = {
  claim: 'Claim keys…',
  cap: 'Apply cap…',
  suspend: 'Suspend…',
  rotate: 'Rotate…',
  show: 'Show key',
};

/** The buttons that alerts and cards have: each asks for the rights of whoever clicks. */
function actionButton({ act, slug, key }: DigestAction) {
  if (act === 'claim') return button(claimButton());
  const value = encodeButton({ alertId: null, ...key });
  const label = ACTION_LABEL[act];
  return button({ actionId: ACTION_ID[act], label, value, accessibilityLabel: `${label.replace('…', '')} ${slug}` });
}

function moreButtons({ turn, isPreview }: DigestCard): readonly ButtonSpec[] {
  const value = digestButton.encode({ w: turn.week });
  const score = {
    actionId: DIGEST_SCORE,
    label: 'Every point lost',
    value,
    accessibilityLabel: 'Show every point lost',
  };
  if (isPreview) return [score];
  return [
    { actionId: DIGEST_CSV, label: 'All keys as CSV', value, accessibilityLabel: 'Send me all keys as CSV' },
    score,
  ];
}

function footerOf(card: DigestCard, look: DigestLook): string {
  const isFirst = card.trend.filter(({ score }) => score !== null).length < POINTS_MIN && !card.isNewFormula;
  const first = isFirst && !card.isPreview ? ['the first digest: from next week on it says what changed'] : [];
  return footerText(
    [dataText(card), pagedText(card, look), ...secondAlarmTexts(card), ...first, weekText(card)],
    look.locale,
  );
}

/** Money is counted by whole UTC days, as providers bill. */
function weekText({ turn: { spent } }: DigestCard): string {
  return `${utcDayText(spent.from)} to ${utcDayText(spent.to - 1)} (UTC)`;
}
