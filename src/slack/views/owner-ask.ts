import type { KnownBlock, View } from '@slack/types';
import { z } from 'zod';
import { formatMoney } from '../../domain/money.ts';
import type { Answer } from '../../domain/owner-question.ts';
import { type Evidence, isProof } from '../../domain/probable-owner.ts';
import { plural } from '../../domain/time.ts';
import type { KeySummary } from '../../services/inventory/list-keys.ts';
import type { AskCard, AskedKey } from '../../services/owners/describe-ask.ts';
import type { UnclaimedCard } from '../../services/owners/describe-unclaimed.ts';
import { buttonCodec } from '../button-value.ts';
import { INPUT, plain } from './action-modal.ts';
import { ownerText } from './alert.ts';
import { actions, context, type Rendered, section, TEXT_MAX, type Words } from './blocks.ts';
import { claimButton, MAX_OPTIONS, optionsOf } from './pick-keys-modals.ts';
import { capped, dateText, escaped, foreign, type Locale, mention, mentionList } from './text.ts';

export const ASK_MINE = 'ask_mine';
export const ASK_NOT_MINE = 'ask_not_mine';
export const ASK_SOMEBODY = 'ask_somebody';
export const ASK_SOMEBODY_TITLE = 'Ask somebody else';
export const ASK_ALL = 'ask_all_mine';
export const ASK_ALL_TITLE = 'All mine';
export const PERSON_BLOCK = 'person';
export const ALL_BLOCK = 'keys';
/** A key's lineage; for the message as a whole its ask. */
export const askButton = buttonCodec(z.strictObject({ l: z.string().max(64) }));
export const askAllButton = buttonCodec(z.strictObject({ i: z.string().max(64) }));

// Two blocks each: with more the message is longer than anybody reads.
const ROWS_MAX = 10;
const LINES_MAX = 15;
const WHY_MAX = 3;

/** "Are these yours?", to one person, about all keys that may be theirs. */
export function ownerAskView({ askId, rows }: AskCard, locale: Locale): Rendered {
  const open = rows.filter(({ question }) => question.answer === null);
  const verdict = verdictOf(rows, open.length);
  const shown = rows.slice(0, ROWS_MAX);
  const rest = rows.length - shown.length;
  const blocks: KnownBlock[] = [section(`*${verdict}*`), ...shown.flatMap((row) => rowBlocks(row, locale))];
  if (rest > 0) blocks.push(section(`and ${plural(rest, 'more key')}. *All mine…* below shows each of them.`));
  if (open.length > 1) {
    const value = askAllButton.encode({ i: askId });
    blocks.push(actions(`all_${askId}`, [{ actionId: ASK_ALL, label: 'All mine…', value }]));
  }
  const why = 'An owner is asked first when a key misbehaves, and may suspend and rotate it.';
  if (open.length > 0) blocks.push(context(why));
  const lines = shown.map((row) => rowText(row, locale));
  return { text: capped([verdict, ...lines].join('\n'), TEXT_MAX), blocks };
}

function verdictOf(rows: readonly AskedKey[], open: number): string {
  if (open === 0) return 'Thank you, that is all.';
  if (rows.length === 1) return 'Is this key yours? Nobody is named as its owner.';
  return open === rows.length
    ? `Are these ${rows.length} keys yours? Nobody is named as their owner.`
    : `${plural(open, 'key')} of ${rows.length} left: ${open === 1 ? 'is it' : 'are they'} yours?`;
}

function rowBlocks(row: AskedKey, locale: Locale): KnownBlock[] {
  const { question, summary } = row;
  const text = section(rowText(row, locale));
  if (question.answer !== null) return [text];
  const { slug, id } = summary.lineage;
  const value = askButton.encode({ l: id });
  const buttons = [
    { actionId: ASK_MINE, label: 'Mine', style: 'primary' as const, accessibilityLabel: `${slug} is mine` },
    { actionId: ASK_NOT_MINE, label: 'Not mine', accessibilityLabel: `${slug} is not mine` },
    { actionId: ASK_SOMEBODY, label: 'Ask …', accessibilityLabel: `Say who knows about ${slug}` },
  ];
  return [
    text,
    actions(
      `ask_${id}`,
      buttons.map((one) => ({ ...one, value })),
    ),
  ];
}

function rowText({ question, summary }: AskedKey, locale: Locale): string {
  const name = `*${escaped(summary.lineage.slug)}*`;
  if (question.answer !== null) return `${name}: ${ANSWERED[question.answer]({ question, summary })}`;
  const why = whyText(question.evidence, locale);
  return `${name} · ${aboutText(summary, locale)}\nYou are asked because ${why}.`;
}

const ANSWERED: Readonly<Record<Answer, (row: AskedKey) => string>> = {
  mine: ({ question, summary }) => {
    if (summary.lineage.ownerSlackId !== question.userId) return 'you said that it is yours.';
    return summary.lineage.ownerStanding === 'claimed'
      ? 'you said that it is yours; a responder confirms it.'
      : 'it is yours.';
  },
  not_mine: () => 'you said that it is not yours.',
  passed_on: () => 'somebody else is asked. Thank you.',
  moot: ({ summary }) =>
    summary.lineage.ownerSlackId === null
      ? 'it is not used any more.'
      : `it belongs to ${ownerText(summary.lineage, summary.key.owner)} by now.`,
};

function aboutText({ providerTitle, scopeName, last30dMicroUsd }: KeySummary, { currency }: Locale): string {
  const where = scopeName === null ? escaped(providerTitle) : `${escaped(providerTitle)} / ${foreign(scopeName)}`;
  return `${where} · ${escaped(formatMoney(last30dMicroUsd, currency))} in 30 days`;
}

/** `you made it on 2026-03-03 and you are the only member of Data`, in mrkdwn. */
export function whyText(evidence: readonly Evidence[], locale: Locale): string {
  const said = evidence.slice(0, WHY_MAX).map((one) => WHY[one.kind](one, locale));
  return said.length < 2 ? (said[0] ?? '') : `${said.slice(0, -1).join(', ')} and ${said.at(-1)}`;
}

type Why = (evidence: Evidence, locale: Locale) => string;

const WHY: Readonly<Record<Evidence['kind'], Why>> = {
  made: ({ at }, locale) => `you made it${on(at, locale)}`,
  named: ({ at }, locale) => `the provider names you as its owner${at === null ? '' : `, made${on(at, locale)}`}`,
  namesake: () => 'the provider names somebody who is called like you',
  only_member: ({ text }) => `you are the only member of ${text === null ? 'its project' : foreign(text)}`,
  rotated: ({ at }, locale) => `you rotated it${on(at, locale)}`,
  claimed: ({ at }, locale) => `you claimed it${on(at, locale)}`,
  changed: ({ at }, locale) => `you edited it${on(at, locale)}`,
  in_name: () => 'your name is in its name',
  member: ({ text }) => `you are one of the few members of ${text === null ? 'its project' : foreign(text)}`,
  said: ({ text }) => (text === null ? 'somebody named you' : `${mention(text)} says that you may know`),
};

function on(at: number | null, { timezone }: Locale): string {
  return at === null ? '' : ` on ${dateText(at, timezone)}`;
}

/** Whom to ask instead? */
export function askSomebodyModal(slug: string, value: string): View {
  return {
    type: 'modal',
    callback_id: ASK_SOMEBODY,
    title: plain(ASK_SOMEBODY_TITLE),
    submit: plain('Ask'),
    close: plain('Cancel'),
    private_metadata: value,
    blocks: [
      section(
        `Who may own *${escaped(slug)}*? They get this question next, in their working hours, and read that you named them.`,
      ),
      {
        type: 'input',
        block_id: PERSON_BLOCK,
        label: plain('Person'),
        element: { type: 'users_select', action_id: INPUT },
      },
    ],
  };
}

/** All keys that one message asks about, each of them chosen. */
export function allMineModal({ askId, rows }: AskCard, locale: Locale): View {
  const open = rows.filter(({ question }) => question.answer === null).slice(0, MAX_OPTIONS);
  const options = optionsOf(
    open.map(({ summary }) => summary),
    ({ lineage }) => lineage.id,
    locale,
  );
  const isSure = open.every(({ question }) => isProof(question.evidence));
  const after = isSure
    ? 'They are yours at once.'
    : 'A responder confirms those of which only their name, or a person, speaks for you.';
  return {
    type: 'modal',
    callback_id: ASK_ALL,
    title: plain(ASK_ALL_TITLE),
    submit: plain('Mine'),
    close: plain('Cancel'),
    private_metadata: askAllButton.encode({ i: askId }),
    blocks: [
      section(`Take away what is not yours. ${after}`),
      {
        type: 'input',
        block_id: ALL_BLOCK,
        label: plain('Yours'),
        element: { type: 'multi_static_select', action_id: INPUT, options, initial_options: options },
      },
    ],
  };
}

/** In the channel: what nobody has said to be theirs. */
export function unclaimedWords({ left, total, asked }: UnclaimedCard, locale: Locale): Words {
  if (left.length === 0)
    return { verdict: `${plural(total, 'key')} had no owner; now each has one.`, lines: [], footer: null };
  const lines = left.slice(0, LINES_MAX).map((summary) => {
    const people = asked.get(summary.lineage.id) ?? [];
    const whom =
      people.length === 0 ? 'nothing tells whose it may be' : `asked: ${mentionList(people).replace(/ or /, ', ')}`;
    return `• *${escaped(summary.lineage.slug)}* · ${aboutText(summary, locale)} · ${whom}`;
  });
  const more = left.length - LINES_MAX;
  const count = left.length === total ? plural(total, 'key') : `${left.length} of ${plural(total, 'key')}`;
  const [verb, whose, them] = left.length === 1 ? ['has', 'it is theirs', 'it'] : ['have', 'they are theirs', 'them'];
  return {
    verdict: `${count} still ${verb} no owner, and nobody has said that ${whose}. Who uses ${them}?`,
    lines: [...lines, ...(more > 0 ? [`and ${plural(more, 'more key')}: \`/keys list unowned\``] : [])],
    footer: 'A responder names an owner: `/keys owner key @person`',
    buttons: [claimButton()],
  };
}
