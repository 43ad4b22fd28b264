import type { KnownBlock } from '@slack/types';
import { countsAsProduction, type Lineage } from '../../domain/key.ts';
import { formatMoney } from '../../domain/money.ts';
import type { Told } from '../../domain/replay/replay.ts';
import { plural } from '../../domain/time.ts';
import { alertsIn, type Backtest, type LineageBacktest } from '../../services/backtest/backtest.ts';
import { CALMER } from '../../services/backtest/report-backtest.ts';
import type { BacktestCard } from '../../services/notices/describe-notice.ts';
import { commandButtons } from '../command-button.ts';
import { actions, context, type Rendered, section, sections, TEXT_MAX, type Words } from './blocks.ts';
import { type Paging, pageOf } from './paging.ts';
import {
  actorMention,
  capped,
  dateText,
  dayAndTime,
  escaped,
  footerText,
  type Locale,
  mrkdwnSentence,
} from './text.ts';

const PAGE_ROWS = 8;
// The first places are those of the pages.
const FIRST_BUTTON = 2;

export interface BacktestAnswer {
  readonly backtest: Backtest;
  readonly days: number;
  readonly slugs: ReadonlyMap<string, string>;
}

/** What the rules would have told, the newest first, with a button for the factor of each key on the page. */
export function backtestView({ backtest, days, slugs }: BacktestAnswer, locale: Locale, paging: Paging): Rendered {
  const all = backtest.lineages.flatMap(({ told }) => alertsIn(told)).toSorted((a, b) => b.at - a.at);
  const title = `Over the last ${plural(days, 'day')} these rules would have alerted ${times(all.length)}${calmerText(backtest, all.length)}.`;
  const page = pageOf(all, PAGE_ROWS, paging);
  const rows = page.items.map((told) => rowText(told, slugs.get(told.key) ?? told.key, locale));
  const remarks = [
    `${plural(backtest.replayed, 'key')} with traffic replayed as polls would have seen them. What was learned then was less than what is known now.`,
  ];
  const named = [...new Set(page.items.map(({ key }) => key))].map((id) => slugs.get(id) ?? '');
  const picks = named
    .filter((slug) => slug !== '')
    .map((slug) => ({
      label: `Factor of ${slug}`.slice(0, 75),
      accessibilityLabel: `What other factors would have made of ${slug}`.slice(0, 75),
      ...{ name: 'factor', argument: slug, page: 1 },
    }));
  const buttons = [...page.buttons, ...commandButtons(picks, FIRST_BUTTON)];
  const blocks: KnownBlock[] = [section(`*${title}*`), ...sections(rows), ...sections(remarks)];
  if (buttons.length > 0) blocks.push(actions(`backtest_${page.number}`, buttons));
  const footer = footerText(
    [page.text].filter((part) => part !== ''),
    locale,
  );
  if (footer !== '') blocks.push(context(footer));
  return {
    text: capped([title, ...rows, ...remarks, footer].filter((line) => line !== '').join('\n'), TEXT_MAX),
    blocks,
  };
}

export interface FactorAnswer {
  readonly lineage: Lineage;
  readonly backtest: LineageBacktest;
  readonly days: number;
  /** Of policy. */
  readonly usual: number;
  /** Null: it was only asked for. */
  readonly changed: { readonly from: number | null } | null;
}

/** What each factor would have made of one key, and the buttons to pick one. */
export function factorView({ lineage, backtest, days, usual, changed }: FactorAnswer, locale: Locale): Rendered {
  const slug = escaped(lineage.slug);
  const was = changed === null ? '' : `; it was ${changed.from ?? `policy’s ${usual}`}`;
  const title = `The factor of *${slug}* is ${factorText(lineage, usual, locale)}${was}.`;
  const present = lineage.ownRatio?.ratio ?? usual;
  const lines = [
    `An hour that costs more than so many times the usual hour is alerted. Over the last ${plural(days, 'day')} there would have been:`,
    ...[...backtest.atFactor].map(
      ([factor, count]) =>
        `• factor ${factor}: ${plural(count, 'alert')}${factor === present ? ' (as it is now)' : ''}`,
    ),
    ...(countsAsProduction(lineage.environment)
      ? ['It counts as production: responders and admins pick its factor.']
      : []),
  ];
  const line = (argument: string) => ({ name: 'factor', argument: `${lineage.slug} ${argument}`, page: 1 });
  const others = [...backtest.atFactor.keys()].filter((factor) => factor !== present);
  const buttons = commandButtons([
    ...others.map((factor) => ({
      label: `Factor ${factor}`,
      accessibilityLabel: `Set the factor of ${lineage.slug} to ${factor}`.slice(0, 75),
      ...line(String(factor)),
    })),
    ...(lineage.ownRatio === null
      ? []
      : [{ label: 'Back to policy’s', accessibilityLabel: 'Back to the factor of policy', ...line('policy') }]),
  ]);
  const blocks: KnownBlock[] = [section(title), ...sections(lines)];
  if (buttons.length > 0) blocks.push(actions(`factor_${lineage.revision}`, buttons));
  return { text: capped([title, ...lines].join('\n'), TEXT_MAX), blocks };
}

/** `8, picked by @ana on Aug 1`, or policy's. */
export function factorText({ ownRatio }: Pick<Lineage, 'ownRatio'>, usual: number, locale: Locale): string {
  if (ownRatio === null) return `${usual}, as policy says`;
  return `${ownRatio.ratio}, picked by ${actorMention(ownRatio.by)} on ${dateText(ownRatio.at, locale.timezone)}`;
}

/** The report that comes by itself when a connection's past has been read. */
export function backtestWords({ detail, connection, worst }: BacktestCard): Words {
  const { days, alerts, calmerFactor, calmerAlerts, replayed, others } = detail;
  const calmer = alerts === 0 ? '' : `; with factor ${calmerFactor}: ${times(calmerAlerts)}`;
  const named = worst.map((one) => `${escaped(one.slug)} ${times(one.alerts)}`);
  const rest = others === 0 ? '' : ` and ${plural(others, 'other key')}`;
  return {
    verdict: `Over the last ${plural(days, 'day')} these rules would have alerted ${times(alerts)} on ${escaped(connection.title)}${calmer}.`,
    lines: [
      ...(named.length === 0 ? [] : [`${named.join(', ')}${rest}.`]),
      alerts === 0
        ? `${plural(replayed, 'key')} with traffic replayed. \`/keys backtest\` does it again at any time.`
        : '`/keys backtest` shows when and why, and lets you pick another factor for a key.',
    ],
    footer: null,
  };
}

function calmerText({ lineages }: Backtest, alerts: number): string {
  if (alerts === 0) return '';
  const calmer = lineages.reduce((sum, { atFactor }) => sum + (atFactor.get(CALMER) ?? 0), 0);
  return `; with factor ${CALMER}: ${times(calmer)}`;
}

function times(count: number): string {
  if (count === 0) return 'not once';
  if (count === 1) return 'once';
  return count === 2 ? 'twice' : `${count.toLocaleString('en-US')} times`;
}

function rowText({ at, severity, headline, reason, costAtAlertMicroUsd }: Told, slug: string, locale: Locale): string {
  const cost = formatMoney(costAtAlertMicroUsd, locale.currency);
  return `• ${dayAndTime(at, locale)} *${escaped(slug)}* (${severity}) ${mrkdwnSentence(headline, locale)}, ${cost} by then. ${mrkdwnSentence(reason, locale)}`;
}
