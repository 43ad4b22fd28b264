import type { KnownBlock } from '@slack/types';
import { formatMoney } from '../../domain/money.ts';
import { plural } from '../../domain/time.ts';
import type { KeySummary } from '../../services/inventory/list-keys.ts';
import { commandButtons } from '../command-button.ts';
import { environmentText, ownerText } from './alert.ts';
import { actions, context, type Rendered, section, sections, TEXT_MAX } from './blocks.ts';
import { lastUsedText } from './last-used.ts';
import { type Paging, pageOf } from './paging.ts';
import { capped, escaped, footerText, foreign, type Locale, plainForeign } from './text.ts';

// What fits on a screen, and with long names still into one message.
const PAGE_ROWS = 15;
const CANDIDATES = 8;
const LABEL_MAX = 30;

export interface KeyListOptions {
  readonly title: string;
  readonly locale: Locale;
  readonly now: number;
  readonly paging: Paging;
  /** What is to be said of some keys besides, by key id. */
  readonly remarks?: ReadonlyMap<string, readonly string[]>;
}

/** One page of keys; its buttons lead to the others. */
export function keyListView(keys: readonly KeySummary[], options: KeyListOptions): Rendered {
  const { title, locale, now, paging, remarks } = options;
  const page = pageOf(keys, PAGE_ROWS, paging);
  const rows = page.items.map((summary) => {
    const said = remarks?.get(summary.key.id) ?? [];
    return `• ${[rowText(summary, locale, now), ...said.map((remark) => `    ◦ ${remark}`)].join('\n')}`;
  });
  const footer = footerOf(keys, page.text, locale);
  const blocks: KnownBlock[] = [section(`*${title}*`), ...sections(rows)];
  if (page.buttons.length > 0) blocks.push(actions(`page_${page.number}`, page.buttons));
  if (footer !== '') blocks.push(context(footer));
  const text = [title, ...rows, footer].filter((line) => line !== '').join('\n');
  return { text: capped(text, TEXT_MAX), blocks };
}

export interface Choice {
  /** Runs again with the key that was chosen. */
  readonly command: string;
  readonly argumentFor: (keyId: string) => string;
  readonly locale: Locale;
  readonly now: number;
}

/** Several keys fit, or none but these are near: each with a button that goes on with it. */
export function candidatesView(keys: readonly KeySummary[], title: string, choice: Choice): Rendered {
  const shown = keys.slice(0, CANDIDATES);
  const rows = shown.map((summary) => `• ${rowText(summary, choice.locale, choice.now)}`);
  const more = keys.length - shown.length;
  const rest = more > 0 ? `${plural(more, 'more key')} ${more === 1 ? 'fits' : 'fit'}; type more of the name.` : '';
  const buttons = commandButtons(
    shown.map(({ key, lineage }) => ({
      name: choice.command,
      argument: choice.argumentFor(key.id),
      page: 1,
      label: plainForeign(lineage.slug, LABEL_MAX),
      accessibilityLabel: `Choose ${lineage.slug}`,
    })),
  );
  const blocks: KnownBlock[] = [section(`*${title}*`), ...sections(rows)];
  if (buttons.length > 0) blocks.push(actions('candidates', buttons));
  const footer = footerText(rest === '' ? [] : [rest], choice.locale);
  if (footer !== '') blocks.push(context(footer));
  const text = [title, ...rows, footer].filter((line) => line !== '').join('\n');
  return { text: capped(text, TEXT_MAX), blocks };
}

/** One key on one line. */
export function rowText(summary: KeySummary, locale: Locale, now: number): string {
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
  return parts.join(' · ');
}

function footerOf(keys: readonly KeySummary[], page: string, locale: Locale): string {
  if (keys.length === 0) return '';
  const sum = keys.reduce((total, { last30dMicroUsd }) => total + last30dMicroUsd, 0);
  const total = `${plural(keys.length, 'key')}, ${formatMoney(sum, locale.currency)} in 30 days`;
  return footerText(page === '' ? [total] : [total, page], locale);
}
