import type { KnownBlock } from '@slack/types';
import { type CheckItem, PHASES, type Phase } from '../../domain/rotation-checklist.ts';
import type { CheckLine, ChecklistCard } from '../../services/rotation/checklist.ts';
import { encodeButton } from '../button-value.ts';
import { encodeCheckButton } from '../check-button.ts';
import { actions, type ButtonSpec, type Rendered, sections, TEXT_MAX } from './blocks.ts';
import { keyButtons } from './rotation-steps/end.ts';
import { actorMention, capped, dayAndTime, escaped, type Locale } from './text.ts';

const PHASE: Readonly<Record<Phase, string>> = {
  minutes: 'The first five minutes',
  hour: 'The first hour',
  week: 'The first week',
};

const WORDS: Readonly<Record<CheckItem, string>> = {
  stop: 'Stop the old key',
  brakes: 'Lower the cap, the rate limits or the models of its scope, if it cannot be stopped yet',
  usage: 'Collect what it was used for in the last 24 hours',
  tell: 'Tell the team that runs it that it is being changed',
  rolled_out: 'The new key is stored and rolled out',
  support: 'Ask the provider’s support to look at the abuse and the bill',
  source: 'Find where it got out, and take it down there; deleting a line does not take it out of a history',
  siblings: 'Look at the other keys that were kept in the same place',
  ended: 'The old key is revoked for good',
  costs: 'Compare the invoice with what you use, and ask for a credit',
  review: 'Write down what happened, and what would have stopped it',
};

const LABEL: Readonly<Partial<Record<CheckItem, string>>> = {
  usage: 'Collect usage',
  support: 'Text for support',
  tell: 'Told',
  source: 'Taken down',
  siblings: 'Looked',
  costs: 'Compared',
  review: 'Written',
};

/** What to do when a key has leaked, with who has done it; a list to walk down, not a form. */
export function checklistView(list: ChecklistCard, locale: Locale): Rendered {
  const { card, lines } = list;
  const { rotation, lineage } = card;
  const order = rotation.isPublic
    ? 'The key is public, so it is stopped first, whoever breaks; then comes the new one.'
    : 'The new key comes first, then the old one is stopped.';
  const title = `*Emergency: ${escaped(lineage.slug)}* – ${order}`;
  const blocks: KnownBlock[] = sections([title]);
  const texts = [title];
  for (const phase of PHASES) {
    const own = lines.filter((line) => line.phase === phase);
    const words = [`*${PHASE[phase]}*`, ...own.map((line) => lineText(line, locale))];
    texts.push(...words);
    blocks.push(...sections(words));
    const buttons = rotation.state === 'cancelled' ? [] : own.flatMap((line) => buttonsOf(list, line));
    const done = own.filter((line) => line.done !== null).length;
    if (buttons.length > 0) blocks.push(actions(`check_${phase}_${done}_${card.oldKey.generation}`, buttons));
  }
  return { text: capped(texts.join('\n'), TEXT_MAX), blocks };
}

function lineText({ item, done }: CheckLine, locale: Locale): string {
  if (done === null) return `:white_large_square: ${WORDS[item]}`;
  const who = done.by === '' ? '' : ` by ${actorMention(done.by)}`;
  return `:white_check_mark: ${WORDS[item]}${who} · ${dayAndTime(done.at, locale)}`;
}

function buttonsOf({ card }: ChecklistCard, { item, how, done }: CheckLine): readonly ButtonSpec[] {
  if (done !== null) return [];
  const { rotation, lineage, oldKey } = card;
  if (item === 'stop') return keyButtons(card, ['suspend', 'revoke']);
  if (item === 'brakes') {
    if (oldKey.scopeId === null) return [];
    const value = encodeButton({ alertId: rotation.alertId, keyId: oldKey.id, generation: oldKey.generation });
    return [
      {
        actionId: 'key_brakes',
        label: 'Lower the cap or limits…',
        value,
        accessibilityLabel: `Lower the cap or limits of ${lineage.slug}`,
      },
    ];
  }
  const label = LABEL[item];
  if (how === 'shown' || label === undefined) return [];
  const value = encodeCheckButton({ rotationId: rotation.id, item });
  const actionId = `rotation_check_${item}`;
  return [{ actionId, label, value, accessibilityLabel: `${label}: ${lineage.slug}` }];
}
