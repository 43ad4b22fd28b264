import type { KnownBlock } from '@slack/types';
import { z } from 'zod';
import { type Exemption, type StaleGroup, staleGroupOf } from '../../domain/staleness.ts';
import { plural } from '../../domain/time.ts';
import type { StaleCard } from '../../services/stale/describe-stale.ts';
import type { StaleEntry } from '../../services/stale/read-stale.ts';
import { buttonCodec } from '../button-value.ts';
import { actions, button, context, type Rendered, section, TEXT_MAX } from './blocks.ts';
import type { Page } from './paging.ts';
import { rowBlocks, rowLines } from './stale-messages.ts';
import { quietText, standingText } from './stale-words.ts';
import { capped, type Locale } from './text.ts';

export const STALE_BULK = 'stale_bulk';
/** Carries the days that the list was asked for. */
export const staleBulkButton = buttonCodec(z.strictObject({ d: z.number().int().min(1).max(3_650) }));

export interface StaleList {
  readonly days: number;
  readonly page: Page<StaleRow>;
  /** Of all pages. */
  readonly counts: Readonly<Record<StaleGroup, number>>;
  readonly leftOut: readonly StaleEntry[];
  readonly kept: number;
}

export interface StaleRow<Entry extends StaleEntry = StaleCard> {
  readonly card: Entry;
  readonly group: StaleGroup;
}

const HEADINGS: Readonly<Record<StaleGroup, string>> = {
  unused: 'Unused',
  never: 'Never used',
  unknown: 'Not known: these are never called unused, and nothing is done about them',
};
const GROUPS: readonly StaleGroup[] = ['unused', 'never', 'unknown'];

const LEFT_OUT: Readonly<Record<Exemption, (count: number) => string>> = {
  admin: (count) => plural(count, 'admin key'),
  registered: (count) => `${count} registered by hand, which nobody watches`,
  rotation: (count) => `${count} in a rotation`,
  canary: (count) => `${count} named as a canary`,
  policy: (count) => `${count} by policy`,
};

/** Three groups, each key with what can be done about it. */
export function staleListView(list: StaleList, locale: Locale, now: number): Rendered {
  const { days, page, counts } = list;
  const found = counts.unused + counts.never;
  const title =
    found === 0
      ? `No working key is known to have been quiet for ${plural(days, 'day')}.`
      : `${plural(found, 'key')} without traffic for ${plural(days, 'day')} or more, longest first`;
  const blocks: KnownBlock[] = [section(`*${title}*`)];
  const lines = [title];
  for (const group of GROUPS) {
    const rows = page.items.filter((row) => row.group === group);
    if (rows.length === 0) continue;
    const heading = `*${HEADINGS[group]}* (${counts[group].toLocaleString('en-US')})`;
    blocks.push(section(heading));
    lines.push(heading);
    for (const { card } of rows) {
      const text = [...rowLines(card, locale), ...askedRemark(card, locale), ...remarkOf(card, group, now)].join('\n');
      lines.push(text);
      // A stop needs to be known to be right: what is not known is asked about, or looked at.
      blocks.push(...(group === 'unknown' ? [section(text)] : rowBlocks(card, text)));
    }
  }
  const several =
    found > 1 ? [{ actionId: STALE_BULK, label: 'Several at once…', value: staleBulkButton.encode({ d: days }) }] : [];
  const buttons = [...several, ...page.buttons];
  if (buttons.length > 0) blocks.push({ ...actions(`page_${page.number}`, []), elements: buttons.map(button) });
  const footer = footerOf(list);
  if (footer !== '') blocks.push(context(footer));
  return { text: capped([...lines, footer].filter((line) => line !== '').join('\n'), TEXT_MAX), blocks };
}

function askedRemark(card: StaleCard, locale: Locale): readonly string[] {
  const standing = card.record?.state === 'asked' ? standingText(card, locale) : null;
  return standing === null ? [] : [`    ◦ ${standing}`];
}

function remarkOf(card: StaleCard, group: StaleGroup, now: number): readonly string[] {
  if (group !== 'unknown') return [`    ◦ quiet for ${quietText(card, now)}`];
  return card.idle.kind === 'unseen' ? [`    ◦ watched for ${quietText(card, now)} only`] : [];
}

function footerOf({ leftOut, kept, page }: StaleList): string {
  const parts = Object.entries(LEFT_OUT).flatMap(([why, words]) => {
    const count = leftOut.filter(({ exemption }) => exemption === why).length;
    return count === 0 ? [] : [words(count)];
  });
  if (kept > 0) parts.push(`${kept} kept until a day`);
  const left = parts.length === 0 ? [] : [`Left alone: ${parts.join(', ')}`];
  return [...left, ...(page.text === '' ? [] : [page.text])].join(' · ');
}

/** By group, the longest quiet first. */
export function staleRows<Entry extends StaleEntry>(
  cards: readonly Entry[],
  idleMs: number,
  now: number,
): readonly StaleRow<Entry>[] {
  const rows = cards.flatMap((card): StaleRow<Entry>[] => {
    const group = staleGroupOf(card.idle, idleMs, now);
    return group === null ? [] : [{ card, group }];
  });
  return GROUPS.flatMap((group) => rows.filter((row) => row.group === group));
}
