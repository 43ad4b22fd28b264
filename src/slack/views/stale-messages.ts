import type { KnownBlock } from '@slack/types';
import { plural } from '../../domain/time.ts';
import type { StaleNews } from '../../services/stale/announce-stale.ts';
import type { StaleCard } from '../../services/stale/describe-stale.ts';
import { actions, context, type Rendered, section, sections, TEXT_MAX } from './blocks.ts';
import { staleButtons, staleRowText, standingText } from './stale-words.ts';
import { capped, dayAndTime, escaped, type Locale, mention } from './text.ts';

// Two blocks a key: a screen or two, and far from fifty.
const SHOWN = 10;

/** What one owner is asked, all quiet keys in one message. */
export function staleAskView(cards: readonly StaleCard[], locale: Locale): Rendered {
  const open = cards.filter(isOpen);
  const [only] = cards;
  const name = cards.length === 1 && only !== undefined ? escaped(only.lineage.slug) : null;
  const verdict =
    open.length === 0
      ? `All answered: ${name ?? plural(cards.length, 'quiet key')}.`
      : name === null
        ? `Nobody uses ${open.length === cards.length ? `${cards.length}` : `${open.length} of ${cards.length}`} of your keys. Are they still needed?`
        : `Nobody uses your key ${name}. Is it still needed?`;
  const footer =
    open.length === 0
      ? null
      : 'A key that nobody uses can still leak. Without an answer its end is proposed in the alerts channel; traffic ends this by itself. `/keys stale` shows all.';
  return message({ verdict, cards: sorted(cards), footer }, locale);
}

/** What the channel is told, with the date. */
export function staleRoundView(cards: readonly StaleCard[], locale: Locale): Rendered {
  const open = cards.filter(({ record }) => record?.state === 'proposed');
  const actAt = open.find(({ facts, record }) => facts.maySuspend && record?.actedAt === null)?.record?.actAt ?? null;
  const what = open.length === 1 ? '1 key that nobody uses' : `${open.length} keys that nobody uses`;
  const verdict =
    open.length === 0
      ? `Settled: ${plural(cards.length, 'key')} that nobody used.`
      : `${what}: delete ${open.length === 1 ? 'it' : 'them'}?`;
  const footer =
    actAt === null
      ? null
      : `What can be undone is suspended on ${dayAndTime(actAt, locale)}, unless it is used or kept until then; Undo works for 30 days. Nothing is deleted by itself.`;
  return message({ verdict, cards: sorted(cards), footer }, locale);
}

/** Under that message: what happened since. */
export function staleNewsView(what: StaleNews, cards: readonly StaleCard[], locale: Locale): Rendered {
  const one = cards.length === 1;
  const names = cards.map(({ lineage }) => `*${escaped(lineage.slug)}*`).join(', ');
  const verdict: Readonly<Record<StaleNews, string>> = {
    used: `${names} ${one ? 'has' : 'have'} traffic again: ${one ? 'it stays' : 'they stay'}.`,
    stopped: `${names} ${one ? 'is' : 'are'} suspended now, as announced. Somebody misses ${one ? 'it' : 'one'}? Undo starts it again.`,
    due: `The announced date is over for ${names}. ${one ? 'It' : 'They'} cannot be suspended and started again from here, or policy leaves that to people: somebody has to delete ${one ? 'it' : 'them'}, or to keep ${one ? 'it' : 'them'}.`,
    late: `:warning: ${names} was in use after all: usage from before its suspension came in late. Undo starts it again.`,
  };
  if (what === 'used') return { text: capped(verdict.used, TEXT_MAX), blocks: sections([verdict.used]) };
  return message({ verdict: verdict[what], cards, footer: null, isPlain: true }, locale);
}

/** To the owner of what was suspended. */
export function staleStoppedView(cards: readonly StaleCard[], locale: Locale): Rendered {
  const one = cards.length === 1;
  const verdict = `Your ${one ? 'key' : `${cards.length} keys`} without traffic ${one ? 'is' : 'are'} suspended, as announced. Undo starts ${one ? 'it' : 'one'} again.`;
  const footer = 'Where Undo is not yours to press, a responder can: ask in the alerts channel.';
  return message({ verdict, cards, footer }, locale);
}

export function ownersOf(cards: readonly StaleCard[]): readonly string[] {
  const owners = cards.flatMap(({ facts, record }) =>
    facts.ownerId === null || record?.state !== 'proposed' ? [] : [facts.ownerId],
  );
  return [...new Set(owners)].slice(0, SHOWN).map(mention);
}

interface Message {
  readonly verdict: string;
  readonly cards: readonly StaleCard[];
  readonly footer: string | null;
  /** The verdict has bold words of its own. */
  readonly isPlain?: boolean;
}

function message({ verdict, cards, footer, isPlain = false }: Message, locale: Locale): Rendered {
  const shown = cards.slice(0, SHOWN);
  const rows = shown.map((card) => ({ card, text: rowLines(card, locale).join('\n') }));
  const rest = cards.length - shown.length;
  const more =
    rest === 0 ? null : `and ${plural(rest, 'more key')}: \`/keys stale\` shows all and answers several at once`;
  const blocks: KnownBlock[] = [section(isPlain ? verdict : `*${verdict}*`)];
  for (const { card, text } of rows) blocks.push(...rowBlocks(card, text));
  if (more !== null) blocks.push(section(more));
  if (footer !== null) blocks.push(context(footer));
  const lines = [verdict, ...rows.map(({ text }) => text), ...(more === null ? [] : [more])];
  return { text: capped([...lines, ...(footer === null ? [] : [footer])].join('\n'), TEXT_MAX), blocks };
}

/** One key of a message or a list. */
export function rowBlocks(card: StaleCard, text: string): KnownBlock[] {
  const buttons = staleButtons(card);
  return buttons.length === 0 ? [section(text)] : [section(text), actions(`stale_${card.key.id}`, buttons)];
}

export function rowLines(card: StaleCard, locale: Locale): string[] {
  // Whoever reads what they were asked knows that they were asked.
  const standing = card.record?.state === 'asked' ? null : standingText(card, locale);
  return [`• ${staleRowText(card, locale)}`, ...(standing === null ? [] : [`    ◦ ${standing}`])];
}

/** What still waits for somebody first. */
function sorted(cards: readonly StaleCard[]): readonly StaleCard[] {
  return [...cards.filter(isOpen), ...cards.filter((card) => !isOpen(card))];
}

function isOpen({ record }: StaleCard): boolean {
  return record?.state === 'asked' || record?.state === 'proposed';
}
