import type { KnownBlock } from '@slack/types';
import { plural } from '../../domain/time.ts';
import type { Noise } from '../../services/home/read-noise.ts';
import { plain } from './action-modal.ts';
import { sections } from './blocks.ts';
import { holdText } from './hold.ts';
import { quietText, rolledUpText } from './quiet-list.ts';
import type { Locale } from './text.ts';

const SHOWN = 5;

/** What is kept from people, and by whose word; nothing where nothing is. */
export function noiseBlocks({ holds, rolledUp, items }: Noise, locale: Locale): KnownBlock[] {
  const lines = [
    ...listed(holds, 'more window or mute', (card) => holdText(card, locale)),
    ...listed(rolledUp, 'more open alert', (one) => rolledUpText(one, locale)),
    ...listed(items, 'more matter', (item) => quietText(item, locale)),
  ];
  if (lines.length === 0) return [];
  return [{ type: 'header', text: plain('Kept quiet') }, ...sections(lines)];
}

function listed<Item>(items: readonly Item[], noun: string, text: (item: Item) => string): readonly string[] {
  const more = items.length - SHOWN;
  const lines = items.slice(0, SHOWN).map((item) => `• ${text(item)}`);
  return more > 0 ? [...lines, `and ${plural(more, noun)}`] : lines;
}
