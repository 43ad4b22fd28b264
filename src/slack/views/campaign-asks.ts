import type { KnownBlock } from '@slack/types';
import type { ApprovalState } from '../../domain/approval.ts';
import { plural } from '../../domain/time.ts';
import type { ApprovalCard } from '../../services/actions/describe-consent.ts';
import { environmentText } from './alert.ts';
import { actText, approvalButtons, untilText } from './approval.ts';
import { actions, context, type Rendered, section, sections, TEXT_MAX } from './blocks.ts';
import { namesText } from './campaign-words.ts';
import { actorMention, capped, foreign, type Locale } from './text.ts';

// Two blocks each, of the 50 that a message may have.
const ROWS_MAX = 10;
const NAMES_MAX = 10;
const REASON_SHOWN = 120;

const ENDED: readonly (readonly [ApprovalState, string])[] = [
  ['approved', 'Approved'],
  ['declined', 'Declined'],
  ['expired', 'Approved by nobody in time'],
  ['cancelled', 'Taken back'],
  ['overtaken', 'Overtaken'],
];

/** Requests of a campaign for a second person, each with its own buttons; the next move up as these are decided. */
export function campaignAsksView(cards: readonly ApprovalCard[], locale: Locale): Rendered {
  const waiting = cards.filter(({ approval }) => approval.state === 'waiting');
  const shown = waiting.slice(0, ROWS_MAX);
  const verdict = verdictOf(waiting);
  const ended = endedLines(cards);
  const more = waiting.length - shown.length;
  const rest =
    more === 0
      ? []
      : [`and ${more} more, which move up as these are decided; each key’s own message has the buttons as well.`];
  const blocks: KnownBlock[] = sections([`*${verdict}*`]);
  for (const card of shown) {
    blocks.push(section(rowText(card, locale)), actions(`approval_${card.approval.id}`, approvalButtons(card)));
  }
  blocks.push(...rest.map((line) => context(line)), ...sections(ended));
  const lines = [verdict, ...shown.map((card) => rowText(card, locale)), ...rest, ...ended];
  return { text: capped(lines.join('\n'), TEXT_MAX), blocks };
}

function verdictOf(waiting: readonly ApprovalCard[]): string {
  const { length } = waiting;
  if (length === 0) return 'Nothing of these waits for a second person any more.';
  const nobody = waiting.every(({ approverIds }) => approverIds.length === 0);
  const who = nobody ? ' Nobody else may approve: name a second person in policy.yml (roles).' : '';
  return `${plural(length, 'old key')} ${length === 1 ? 'waits' : 'wait'} for a second person before anything is stopped.${who}`;
}

function rowText(card: ApprovalCard, locale: Locale): string {
  const { approval, key, lineage } = card;
  const hint = key.hint === null ? '' : `${foreign(key.hint)} · `;
  return [
    `${actorMention(approval.requestedBy)} wants to ${actText(card)}.`,
    `${hint}${environmentText(lineage)} · until ${untilText(approval, locale)} · Reason: ${foreign(approval.reason, REASON_SHOWN)}`,
  ].join('\n');
}

/** `Approved: prod-api (@dee), prod-web (@dee)` */
function endedLines(cards: readonly ApprovalCard[]): readonly string[] {
  return ENDED.flatMap(([state, word]) => {
    const own = cards.filter(({ approval }) => approval.state === state);
    if (own.length === 0) return [];
    const people = new Set(own.flatMap(({ approval }) => approval.decidedBy ?? []));
    const by = people.size === 0 ? '' : ` by ${[...people].map(actorMention).join(', ')}`;
    return [
      `${word}${by}: ${namesText(
        own.map(({ lineage }) => lineage.slug),
        NAMES_MAX,
      )}`,
    ];
  });
}
