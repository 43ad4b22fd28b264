import type { InputBlock, KnownBlock, View } from '@slack/types';
import { plural } from '../../domain/time.ts';
import type { DepartureCard, DepartureRow } from '../../services/departures/describe-departure.ts';
import { INPUT, noticeModal, plain, reasonInput, slugInput } from './action-modal.ts';
import { section, sections } from './blocks.ts';
import {
  breaksText,
  departureButton,
  isOpenRow,
  ONE_BY_ONE,
  REASSIGN,
  REVOKE_QUIET,
  ROTATE_KNOWN,
  TIE_WORDS,
  toReassign,
  toRevoke,
  toRotate,
  useText,
} from './departure.ts';
import { MAX_OPTIONS, optionsOf } from './pick-keys-modals.ts';
import { channelText, escaped, foreign, type Locale, mention } from './text.ts';

export const REASSIGN_TITLE = 'Reassign keys';
export const NEXT_TITLE = 'One by one';
export const ROTATE_TITLE = 'Rotate keys';
export const REVOKE_TITLE = 'Revoke quiet keys';
export const BEGIN = 'departure_begin';
export const BEGIN_TITLE = 'Somebody leaves';
export const KEYS_BLOCK = 'keys';
export const PERSON_BLOCK = 'person';
export const DECISION_BLOCK = 'decision';
const LIST_MAX = 20;

/** A dialog carries the departure, and what the person saw of it. */
function metadataOf({ departure }: DepartureCard): string {
  return departureButton.encode({ d: departure.id });
}

interface FormParts {
  readonly id: string;
  readonly title: string;
  readonly submit: string;
  readonly metadata: string;
  readonly blocks: readonly KnownBlock[];
}

function form({ id, title, submit, metadata, blocks }: FormParts): View {
  return {
    type: 'modal',
    callback_id: id,
    title: plain(title),
    submit: plain(submit),
    close: plain('Close'),
    private_metadata: metadata,
    blocks: [...blocks],
  };
}

function keysInput(rows: readonly DepartureRow[], label: string, locale: Locale): InputBlock {
  const shown = rows.slice(0, MAX_OPTIONS).map(({ summary }) => summary);
  const options = optionsOf(shown, ({ lineage }) => lineage.id, locale);
  return {
    type: 'input',
    block_id: KEYS_BLOCK,
    label: plain(label),
    element: { type: 'multi_static_select', action_id: INPUT, options, initial_options: options },
  };
}

function personInput(label: string, isOptional: boolean): InputBlock {
  return {
    type: 'input',
    block_id: PERSON_BLOCK,
    optional: isOptional,
    label: plain(label),
    element: { type: 'users_select', action_id: INPUT },
  };
}

export function reassignModal(card: DepartureCard, locale: Locale): View {
  const rows = card.rows.filter(toReassign);
  if (rows.length === 0) return noticeModal(REASSIGN_TITLE, 'Each of their keys has somebody by now.');
  const who = foreign(card.departure.name);
  return form({
    id: REASSIGN,
    title: REASSIGN_TITLE,
    submit: 'Reassign',
    metadata: metadataOf(card),
    blocks: [
      section(
        `Who takes over the keys of ${who}? They are told by direct message. ${who} may still know the values: *Rotate…* begins with those that are used, before or after this.`,
      ),
      personInput('New owner', false),
      keysInput(rows, 'Keys', locale),
    ],
  });
}

export function rotateModal(card: DepartureCard, locale: Locale): View {
  const rows = card.rows.filter(toRotate);
  if (rows.length === 0) return noticeModal(ROTATE_TITLE, 'Nothing is left that they may know and that is used.');
  return form({
    id: ROTATE_KNOWN,
    title: ROTATE_TITLE,
    submit: 'Start',
    metadata: metadataOf(card),
    blocks: [
      section(
        `${foreign(card.departure.name)} may know the values of these keys. For each a rotation begins with a message of its own in the alert channel; nothing changes at the provider by that, and the old keys work until they are stopped.`,
      ),
      keysInput(rows, 'Keys', locale),
    ],
  });
}

/** What is typed to confirm: as many as were seen. */
export function revokePhrase(count: number): string {
  return `revoke ${plural(count, 'key')}`;
}

export function revokeModal(
  card: DepartureCard,
  { locale, now }: { readonly locale: Locale; readonly now: number },
): View {
  const rows = card.rows.filter(toRevoke).slice(0, LIST_MAX);
  if (rows.length === 0) return noticeModal(REVOKE_TITLE, 'No quiet key is left that can be revoked from here.');
  const lines = rows.map(
    (row) => `• *${escaped(row.summary.lineage.slug)}*: ${useText(row, { locale, now })}. ${breaksText(row.summary)}`,
  );
  return form({
    id: REVOKE_QUIET,
    title: REVOKE_TITLE,
    submit: 'Revoke',
    metadata: JSON.stringify({ d: card.departure.id, k: rows.map(({ row }) => row.lineageId) }),
    blocks: [
      section(
        `Nobody has used these keys for 7 days. *A revoked key is gone for good*; one that counts as production waits for a second person first.`,
      ),
      ...sections(lines),
      reasonInput('they left and nothing uses it'),
      slugInput(revokePhrase(rows.length), ''),
    ],
  });
}

const DECISIONS = [
  ['reassign', 'Give it to somebody else'],
  ['rotate', 'Rotate it'],
  ['keep', 'Leave it as it is'],
] as const;

/** One key after the other; `done` says what became of the one before. */
export function nextKeyModal(
  card: DepartureCard,
  { locale, now, done = null }: { readonly locale: Locale; readonly now: number; readonly done?: string | null },
): View {
  const open = card.rows.filter(isOpenRow);
  const [next] = open;
  if (next === undefined) {
    return noticeModal(NEXT_TITLE, [...(done === null ? [] : [done]), 'Every key is seen to. Thank you.'].join('\n'));
  }
  const { lineage, providerTitle, scopeName } = next.summary;
  const where = scopeName === null ? escaped(providerTitle) : `${escaped(providerTitle)} / ${foreign(scopeName)}`;
  const option = ([value, label]: (typeof DECISIONS)[number]) => ({ text: plain(label), value });
  // Another owner changes nothing of what they know.
  const offered = next.row.tie === 'read' ? DECISIONS.slice(1) : DECISIONS;
  const isTheirs = next.row.tie !== 'read';
  return form({
    id: ONE_BY_ONE,
    title: NEXT_TITLE,
    submit: open.length === 1 ? 'Done' : 'Next',
    metadata: JSON.stringify({ d: card.departure.id, l: lineage.id }),
    blocks: [
      ...(done === null ? [] : [section(done)]),
      section(`*${escaped(lineage.slug)}* · ${where} · ${open.length} of ${plural(card.rows.length, 'key')} left`),
      section(`${TIE_WORDS[next.row.tie]}. ${useText(next, { locale, now })}. ${breaksText(next.summary)}`),
      {
        type: 'input',
        // An id of its own: what was chosen for the key before does not stand in this one's place.
        block_id: `${DECISION_BLOCK}:${lineage.id}`,
        label: plain('What becomes of it?'),
        element: {
          type: 'static_select',
          action_id: INPUT,
          options: offered.map(option),
          initial_option: option(isTheirs ? DECISIONS[0] : DECISIONS[1]),
        },
      },
      ...(isTheirs
        ? [
            {
              ...personInput('New owner, where it is given to somebody', true),
              block_id: `${PERSON_BLOCK}:${lineage.id}`,
            },
          ]
        : []),
    ],
  });
}

/** Before the channel reads that somebody leaves. */
export function beginModal(
  {
    userId,
    ties,
    channel,
  }: {
    readonly userId: string;
    readonly ties: { readonly owned: number; readonly read: number };
    readonly channel: string;
  },
  metadata: string,
): View {
  const { owned, read } = ties;
  return form({
    id: BEGIN,
    title: BEGIN_TITLE,
    submit: 'Post it',
    metadata,
    blocks: [
      section(
        `${mention(userId)} has ${plural(owned, 'key')} of their own and could read ${plural(read, 'other key')}. One message in ${channelText(channel)} lists them with what each one feeds; everybody there reads that they leave. Nothing else happens until somebody presses a button.`,
      ),
    ],
  });
}
