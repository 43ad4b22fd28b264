import type { InputBlock, KnownBlock, View } from '@slack/types';
import type { KeyActKind } from '../../domain/action.ts';
import { type EarlyEnd, earlyEnd } from '../../domain/early-end.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import type { ConsoleSteps } from '../../ports/provider.ts';
import type { ConsentCard } from '../../services/actions/describe-consent.ts';
import type { Impact } from '../../services/actions/describe-impact.ts';
import { REASON_MAX } from '../../services/actions/record-request.ts';
import { needsTypedSlug } from '../../services/actions/request-action.ts';
import type { ButtonValue } from '../button-value.ts';
import { environmentText } from './alert.ts';
import { context, type Rendered, section, sections } from './blocks.ts';
import { impactLines } from './impact.ts';
import { secondPersonBlocks } from './second-person.ts';
import { capital, escaped, foreign, type Locale } from './text.ts';

export const ACTION_MODAL = 'key_action';
export const REASON_BLOCK = 'reason';
export const SLUG_BLOCK = 'slug';
export const INPUT = 'value';

const EFFECT: Readonly<Record<KeyActKind, string>> = {
  suspend:
    'Requests with this key fail from now on. *It can be undone* as long as the key is not revoked or archived at the provider: the card gets an Undo button.',
  restore: 'The key works again at once, for everybody who has it.',
  revoke: 'The key is gone for good. *This cannot be undone*; a new key has to be made and rolled out.',
};

const EXAMPLE: Readonly<Record<KeyActKind, string>> = {
  suspend: 'spend we cannot explain',
  restore: 'it was our own load test',
  revoke: 'it was in a public repository',
};

export interface ActionModalState {
  readonly kind: KeyActKind;
  readonly key: Key;
  readonly lineage: Lineage;
  readonly where: string;
  readonly button: ButtonValue;
  /** Null where one person is enough. */
  readonly consent: ConsentCard | null;
  readonly impact: Impact;
}

/** Opened before anything is looked up: a trigger lives three seconds. */
export function loadingModal(title: string): View {
  return { type: 'modal', title: plain(title), close: plain('Close'), blocks: [section('Looking it up…')] };
}

/** Says what the act does, to whom, and what outlives it; asks why, and for the slug where the key counts as production. */
export function actionModal(state: ActionModalState, locale: Locale): View {
  const { kind, button, consent, impact } = state;
  const blocks: KnownBlock[] = [
    headline(state),
    section(EFFECT[kind]),
    ...sections(impactLines(state, locale)),
    ...secondPersonBlocks(consent),
    reasonInput(EXAMPLE[kind]),
    ...slugPart(state),
  ];
  return {
    type: 'modal',
    callback_id: ACTION_MODAL,
    title: plain(`${capital(kind)} key`),
    submit: plain(capital(kind)),
    close: plain('Cancel'),
    private_metadata: JSON.stringify({ kind, ...button, ...toldPart(impact.early === null ? [] : [impact.early]) }),
    blocks,
  };
}

// A dialog carries 3,000 characters.
const MOST_TOLD = 12;

/** What the person has read that speaks against it goes with what they send off; what has no room is refused. */
export function toldPart(early: readonly EarlyEnd[]): { readonly told?: readonly EarlyEnd[] } {
  return early.length === 0 ? {} : { told: early.slice(0, MOST_TOLD).map((each) => earlyEnd.parse(each)) };
}

function headline({ kind, key, lineage, where }: ActionModalState): KnownBlock {
  const hint = key.hint === null ? '' : ` · ${foreign(key.hint)}`;
  return section(`*${capital(kind)} ${escaped(lineage.slug)}*${hint}\n${foreign(where)} · ${environmentText(lineage)}`);
}

function slugPart({ kind, lineage }: ActionModalState): KnownBlock[] {
  if (!needsTypedSlug(kind, lineage)) return [];
  const why = lineage.environment === 'unknown' ? 'Its environment is unknown, so it counts as production.' : '';
  return [slugInput(lineage.slug, why)];
}

export function reasonInput(example: string): InputBlock {
  return {
    type: 'input',
    block_id: REASON_BLOCK,
    label: plain('Why?'),
    hint: plain('A few words; they are shown in the channel and kept in the audit log.'),
    element: { type: 'plain_text_input', action_id: INPUT, max_length: REASON_MAX, placeholder: plain(example) },
  };
}

export function slugInput(slug: string, why: string): InputBlock {
  return {
    type: 'input',
    block_id: SLUG_BLOCK,
    label: plain(`Type ${slug} to confirm`),
    ...(why === '' ? {} : { hint: plain(why) }),
    element: { type: 'plain_text_input', action_id: INPUT, max_length: 100 },
  };
}

/** The last page of a modal: one plain answer. */
export function noticeModal(title: string, mrkdwn: string, footer?: string): View {
  return {
    type: 'modal',
    title: plain(title),
    close: plain('Close'),
    blocks: footer === undefined ? [section(mrkdwn)] : [section(mrkdwn), context(footer)],
  };
}

/** `what` says what cannot be done from here: `suspend this key`. */
export function consoleStepsText(what: string, steps: ConsoleSteps): string {
  const numbered = steps.steps.map((step, index) => `${index + 1}. ${escaped(step)}`).join('\n');
  return `Keysteward cannot ${what}. In the <${steps.url}|provider’s console>:\n${numbered}`;
}

/** An answer that has no message to stand in: the blocks of one are fit for a page. */
export function answerModal(title: string, { blocks }: Pick<Rendered, 'blocks'>): View {
  return { type: 'modal', title: plain(title), close: plain('Close'), blocks };
}

export function plain(text: string): { type: 'plain_text'; text: string } {
  return { type: 'plain_text', text };
}
