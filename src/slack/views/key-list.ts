import type { KnownBlock } from '@slack/types';
import { formatMoney } from '../../domain/money.ts';
import { plural } from '../../domain/time.ts';
import type { KeySummary } from '../../services/inventory/list-keys.ts';
import { environmentText, ownerText } from './alert.ts';
import { context, type Rendered, section, sections } from './blocks.ts';
import { lastUsedText } from './last-used.ts';
import { escaped, footerText, foreign, type Locale } from './text.ts';

// A person reads about a screen.
const MAX_ROWS = 40;

export interface KeyListOptions {
  readonly title: string;
  readonly locale: Locale;
  readonly now: number;
}

export function keyListView(keys: readonly KeySummary[], { title, locale, now }: KeyListOptions): Rendered {
  const rows = keys.slice(0, MAX_ROWS).map((summary) => rowText(summary, locale, now));
  const blocks: KnownBlock[] = [section(`*${title}*`), ...sections(rows)];
  const footer = footerOf(keys, locale);
  if (footer !== '') blocks.push(context(footer));
  return { text: [title, ...rows, footer].filter((line) => line !== '').join('\n'), blocks };
}

function rowText(summary: KeySummary, locale: Locale, now: number): string {
  const { key, lineage, providerTitle, scopeName, last30dMicroUsd } = summary;
  const where = scopeName === null ? escaped(providerTitle) : `${escaped(providerTitle)} / ${foreign(scopeName)}`;
  const parts = [
    `*${escaped(lineage.slug)}*`,
    key.kind === 'admin' ? 'admin key' : environmentText(lineage),
    where,
    key.hint === null ? 'no hint' : foreign(key.hint),
    ownerText(lineage, key.owner),
    lastUsedText(summary, now),
    `${formatMoney(last30dMicroUsd, locale.currency)} in 30 days`,
  ];
  if (key.status !== 'active') parts.push(key.status);
  return `• ${parts.join(' · ')}`;
}

function footerOf(keys: readonly KeySummary[], locale: Locale): string {
  if (keys.length === 0) return '';
  const sum = keys.reduce((total, { last30dMicroUsd }) => total + last30dMicroUsd, 0);
  const total = `${plural(keys.length, 'key')}, ${formatMoney(sum, locale.currency)} in 30 days`;
  const hidden = keys.length - MAX_ROWS;
  const rest = `${hidden} more not shown: use /keys show with a part of the name`;
  return footerText(hidden > 0 ? [total, rest] : [total], locale);
}
