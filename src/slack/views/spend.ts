import type { KnownBlock } from '@slack/types';
import { formatMoney, formatShare } from '../../domain/money.ts';
import { periodWords } from '../../domain/period.ts';
import type { DataAge, KeySpend, SpendLine, TotalSpend, Unpriced } from '../../services/spend/read-spend.ts';
import { actions, context, type Rendered, section, sections, TEXT_MAX } from './blocks.ts';
import { type Paging, pageOf } from './paging.ts';
import { capped, dayAndTime, escaped, footerText, foreign, type Locale, utcDayText } from './text.ts';

const PAGE_ROWS = 15;
const MAX_DAYS = 31;
const MAX_MODELS = 10;
const BAR_WIDTH = 12;

export function totalSpendView(spend: TotalSpend, locale: Locale, paging: Paging): Rendered {
  const money = moneyIn(locale);
  const when = spend.byDay
    ? `since ${utcDayText(spend.from)} (UTC days)`
    : `in the last ${periodWords(spend.to - spend.from)}`;
  const title = `${money(spend.totalMicroUsd)} ${when}`;
  const page = pageOf(spend.lines, PAGE_ROWS, paging);
  const rows = page.items.map((line) => lineText(line, spend.totalMicroUsd, money));
  const noKey = spend.lines.filter(({ lineage }) => lineage === null);
  const without = noKey.reduce((sum, { microUsd }) => sum + microUsd, 0);
  const remarks = [
    ...(without > 0
      ? [`Of that ${money(without)} was spent without a key (console, sign-in); no key can be stopped for it.`]
      : []),
    ...unpricedLines(spend, money),
  ];
  const footer = footerText(
    [ageText(spend, locale), page.text].filter((part) => part !== ''),
    locale,
  );
  const blocks: KnownBlock[] = [section(`*${title}*`), ...sections(rows), ...sections(remarks)];
  if (page.buttons.length > 0) blocks.push(actions(`page_${page.number}`, page.buttons));
  blocks.push(context(footer));
  return { text: capped([title, ...rows, ...remarks, footer].join('\n'), TEXT_MAX), blocks };
}

export function keySpendView(spend: KeySpend, locale: Locale): Rendered {
  const money = moneyIn(locale);
  const length = periodWords(spend.to - spend.from);
  const title = `${escaped(spend.lineage.slug)}: ${money(spend.totalMicroUsd)} in ${length}`;
  const days = spend.days.slice(-MAX_DAYS);
  const highest = Math.max(...days.map(({ microUsd }) => microUsd), 0);
  const lines = [
    changeText(spend, length, money),
    ...days.map(({ dayAt, microUsd }) => `\`${bar(microUsd, highest)}\` ${utcDayText(dayAt)} · ${money(microUsd)}`),
    ...(spend.days.length > days.length ? [`The newest ${MAX_DAYS} days are shown.`] : []),
  ];
  const models = spend.models
    .slice(0, MAX_MODELS)
    .map(
      ({ model, microUsd }) =>
        `• ${foreign(model || 'tools')} · ${money(microUsd)}${shareText(microUsd, spend.totalMicroUsd)}`,
    );
  const rest = spend.models.length - models.length;
  const remarks = [...(rest > 0 ? [`and ${rest} more models`] : []), ...unpricedLines(spend, money)];
  const footer = footerText([ageText(spend, locale)], locale);
  const blocks: KnownBlock[] = [
    section(`*${title}*`),
    ...sections(lines),
    ...sections([...models, ...remarks]),
    context(footer),
  ];
  return { text: capped([title, ...lines, ...models, ...remarks, footer].join('\n'), TEXT_MAX), blocks };
}

type Money = (microUsd: number) => string;

function moneyIn({ currency }: Locale): Money {
  return (microUsd) => formatMoney(microUsd, currency);
}

function lineText({ lineage, scopeName, microUsd }: SpendLine, total: number, money: Money): string {
  const scope = scopeName === null ? 'the default scope' : foreign(scopeName);
  const name = lineage === null ? `without a key in ${scope}` : `*${escaped(lineage.slug)}*`;
  return `• ${name} · ${money(microUsd)}${shareText(microUsd, total)}`;
}

function shareText(part: number, total: number): string {
  return total > 0 && part > 0 ? ` · ${formatShare(part / total)}` : '';
}

function changeText({ totalMicroUsd, beforeMicroUsd, knowsBefore }: KeySpend, length: string, money: Money): string {
  if (!knowsBefore) return `Usage from the ${length} before is not known.`;
  if (beforeMicroUsd === 0)
    return totalMicroUsd === 0 ? `Nothing in the ${length} before either.` : `Nothing in the ${length} before.`;
  const change = totalMicroUsd / beforeMicroUsd - 1;
  if (Math.abs(change) < 0.005) return `As much as in the ${length} before (${money(beforeMicroUsd)}).`;
  const factor = totalMicroUsd / beforeMicroUsd;
  const size =
    factor >= 3
      ? `${Math.round(factor).toLocaleString('en-US')} times as much as`
      : `${formatShare(change)} ${change > 0 ? 'more' : 'less'} than`;
  return `${size} in the ${length} before (${money(beforeMicroUsd)}).`;
}

/** Blocks of an even width; a day with any spend shows at least one. */
function bar(microUsd: number, highest: number): string {
  const full = highest === 0 ? 0 : Math.round((microUsd / highest) * BAR_WIDTH);
  const filled = microUsd > 0 ? Math.max(1, full) : 0;
  return '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
}

function unpricedLines({ estimatedMicroUsd, hasUnpriced }: Unpriced, money: Money): string[] {
  return [
    ...(estimatedMicroUsd > 0
      ? [`${money(estimatedMicroUsd)} of it is an estimate: its model has no known price.`]
      : []),
    ...(hasUnpriced ? [':warning: Some usage has no known price and counts as $0, so the true sum is higher.'] : []),
  ];
}

function ageText({ oldestReadAt, blind }: DataAge, locale: Locale): string {
  const read = oldestReadAt === null ? 'no usage was read yet' : `data read ${dayAndTime(oldestReadAt, locale)}`;
  return blind.length === 0 ? read : `${read} · :warning: ${blind.map(escaped).join(', ')} cannot be read now`;
}
