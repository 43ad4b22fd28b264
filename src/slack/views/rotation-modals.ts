import type { KnownBlock, View } from '@slack/types';
import { dateFormat } from '../../domain/formats.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import { formatMoney } from '../../domain/money.ts';
import { isOver, type Rotation, type StepName, stepOf } from '../../domain/rotation.ts';
import type { Doubt, KeyTraffic, TrafficSum } from '../../domain/rotation-traffic.ts';
import { plural } from '../../domain/time.ts';
import type { Verification } from '../../services/rotation/read-verification.ts';
import type { Place } from '../../services/rotation/rotation-link.ts';
import { encodeRotationButton, type RotationButton } from '../rotation-button.ts';
import { INPUT, noticeModal, plain, reasonInput } from './action-modal.ts';
import { environmentText } from './alert.ts';
import { actions, section, sections } from './blocks.ts';
import { chartLines, chartTitle, quietLines } from './rotation-traffic.ts';
import { keyText, OLD_KEY_IS, progressText } from './rotation-words.ts';
import { dayAndTime, escaped, foreign, type Locale, messageLink, plainForeign } from './text.ts';

export const OPEN_MODAL = 'rotation_open';
export const OPEN_TITLE = 'Rotate key';
export const KEY_MODAL = 'rotation_key';
export const KEY_TITLE = 'The new key';
export const VERIFY_MODAL = 'rotation_verify';
export const VERIFY_TITLE = 'Traffic';
export const REASON_MODAL = 'rotation_reason';
export const HAND_OVER_MODAL = 'rotation_hand_over';
export const HAND_OVER_TITLE = 'Hand over';
export const KEY_BLOCK = 'key';
export const PERSON_BLOCK = 'person';
export const NOT_LISTED = 'not-listed';
export const NOT_OURS = 'not-ours';
const MAX_KEYS = 50;
const OPTION_MAX = 70;

export interface OpenModalState {
  readonly key: Key;
  readonly lineage: Lineage;
  readonly where: string;
  readonly alertId: string | null;
}

/** Says what a rotation is, and that nothing happens to the key by itself. */
export function openRotationModal({ key, lineage, where, alertId }: OpenModalState): View {
  const isStopped = key.status === 'active' ? '' : ` The key ${OLD_KEY_IS[key.status]}.`;
  return {
    type: 'modal',
    callback_id: OPEN_MODAL,
    title: plain(OPEN_TITLE),
    submit: plain('Start'),
    close: plain('Cancel'),
    private_metadata: JSON.stringify({ keyId: key.id, alertId }),
    blocks: [
      section(`*Rotate ${escaped(lineage.slug)}*\n${keyText(key)}\n${foreign(where)} · ${environmentText(lineage)}`),
      section(
        `A message in the alert channel leads through six steps: generate a new key, store it, redeploy, verify its traffic, revoke the old key, update the inventory. Starting it changes nothing at the provider: the old key works until it is stopped.${isStopped}`,
      ),
      ...(key.status === 'active' ? [section('If the key is public, stop it first: rotating takes its time.')] : []),
      reasonInput('it was in a public repository'),
    ],
  };
}

/** A lineage has one rotation at a time: this is where it is. */
export function alreadyRotatingModal(
  {
    lineage,
    rotation,
    place,
  }: { readonly lineage: Lineage; readonly rotation: Rotation; readonly place: Place | null },
  locale: Locale,
): View {
  const where = messageLink('The rotation', place, locale);
  return noticeModal(
    OPEN_TITLE,
    `${escaped(lineage.slug)} is being rotated already: ${progressText(rotation)}. ${where} goes on in the alert channel.`,
  );
}

export function startedModal(slug: string, place: Place | null, locale: Locale): View {
  const where = messageLink('Its thread', place, locale);
  return noticeModal(
    OPEN_TITLE,
    `*The rotation of ${escaped(slug)} has begun.* ${where} in the alert channel leads through the steps.`,
  );
}

export interface KeyModalState {
  readonly button: RotationButton;
  /** `inventory` moves the key; every other one only says which it is. */
  readonly step: StepName;
  readonly rotation: Rotation;
  readonly lineage: Lineage;
  readonly candidates: readonly Key[];
  readonly newKey: Key | null;
  readonly newName: string;
  /** Those that the thread asks about. */
  readonly asked: readonly Key[];
}

/** Which key is the new one: those that appeared in the scope since are offered. */
export function keyModal(
  { button, step, rotation, lineage, candidates, newKey, newName, asked }: KeyModalState,
  locale: Locale,
): View {
  const isMove = step === 'inventory';
  const isLate = !isMove && isOver(stepOf(rotation, 'generate').state);
  const known = newKey === null || candidates.some(({ id }) => id === newKey.id) ? [] : [newKey];
  const options = [...known, ...candidates].slice(0, MAX_KEYS).map((key) => keyOption(key, locale));
  if (!isMove && !isLate) options.push({ text: plain('It is not listed yet'), value: NOT_LISTED });
  if (asked.length > 0) options.push({ text: plain('None: nobody here made what is in question'), value: NOT_OURS });
  const chosen = options.find(({ value }) => value === newKey?.id);
  const name = escaped(lineage.slug);
  const words = isMove
    ? `The chosen key becomes the key of *${name}*. Its owner, cap, consumers and history go on; alerts about the new key come along.`
    : `Which key takes over from the old one of *${name}*? Keys that appeared in its scope are listed; the agreed name is ${escaped(newName)}.${questionText(asked)}`;
  const blocks: KnownBlock[] = [section(words)];
  const [first] = options;
  if (first === undefined) blocks.push(section('No new key is in the list of this scope yet.'));
  else {
    blocks.push({
      type: 'input',
      block_id: KEY_BLOCK,
      label: plain('New key'),
      element: {
        type: 'static_select',
        action_id: INPUT,
        options,
        ...(chosen === undefined ? {} : { initial_option: chosen }),
      },
    });
  }
  const value = encodeRotationButton(button);
  blocks.push(actions('look', [{ actionId: 'rotation_sync', label: 'Read the key list now', value }]));
  return {
    type: 'modal',
    callback_id: KEY_MODAL,
    title: plain(KEY_TITLE),
    ...(first === undefined ? {} : { submit: plain(isMove ? 'Move' : 'Done') }),
    close: plain('Cancel'),
    private_metadata: value,
    blocks,
  };
}

function questionText(asked: readonly Key[]): string {
  return asked.length === 0 ? '' : ` In question: ${asked.map(keyText).join(', ')}.`;
}

function keyOption(key: Key, locale: Locale) {
  const at = dateFormat('en-GB', { timeZone: locale.timezone, dateStyle: 'short', timeStyle: 'short' });
  const tail = ` · ${plainForeign(key.hint ?? 'no hint', 24)} · ${at.format(key.createdAt ?? key.firstSeenAt)}`;
  return { text: plain(`${plainForeign(key.label, OPTION_MAX - tail.length)}${tail}`), value: key.id };
}

const DOUBT_TEXT: Readonly<Record<Doubt, string>> = {
  old_key_busy: 'The old key still has traffic: whoever uses it breaks when it is revoked.',
  old_key_not_quiet: 'The old key has not been quiet for long enough: somebody who calls seldom may not have shown up.',
  new_key_unknown: 'The new key is not in the key list yet, so its traffic cannot be seen.',
  new_key_silent: 'The new key has shown no traffic yet.',
  blind: 'Usage cannot be read up to now, so a quiet key may not be quiet.',
};

export interface VerifyModalState {
  readonly button: RotationButton;
  readonly lineage: Lineage;
  /** Provider and scope: that of both keys. */
  readonly where: string;
  readonly oldKey: Key;
  readonly newKey: Key | null;
  readonly seen: Verification;
}

/** Old against new at the moment of looking; where something speaks against it, it takes a reason to go on. */
export function verifyModal(state: VerifyModalState, locale: Locale): View {
  const { button, lineage, where, oldKey, newKey, seen } = state;
  const { traffic, doubts } = seen;
  const until =
    traffic.dataUntil === null
      ? 'No usage was ever read.'
      : `Usage is known up to ${dayAndTime(traffic.dataUntil, locale)}.`;
  const blind =
    traffic.blindSince === null ? '' : ` It cannot be read since ${dayAndTime(traffic.blindSince, locale)}.`;
  const fresh =
    newKey === null || traffic.newKey === null
      ? 'not in the key list yet'
      : `${keyText(newKey)}\n${trafficText(traffic.newKey, locale)}`;
  const blocks: KnownBlock[] = [
    section(`*${escaped(lineage.slug)}* in ${foreign(where)} – ${until}${blind}`),
    section(`*New key* ${fresh}`),
    section(`*Old key* ${keyText(oldKey)}, which ${OLD_KEY_IS[oldKey.status]}\n${trafficText(traffic.oldKey, locale)}`),
  ];
  blocks.push(
    ...sections([`*Old and new*, ${chartTitle(seen)}`, ...chartLines(seen.burnDown), ...quietLines(seen, locale)]),
  );
  if (doubts.length === 0) blocks.push(section(':white_check_mark: Nothing speaks against calling it verified.'));
  else {
    blocks.push(...sections(doubts.map((doubt) => `:warning: ${DOUBT_TEXT[doubt]}`)));
    blocks.push(section('Close this and look again later, or say why it is verified all the same.'));
    blocks.push(reasonInput('the nightly job moves tomorrow and may fail once'));
  }
  return {
    type: 'modal',
    callback_id: VERIFY_MODAL,
    title: plain(VERIFY_TITLE),
    submit: plain(doubts.length === 0 ? 'Verified' : 'Verified anyway'),
    close: plain('Close'),
    private_metadata: encodeRotationButton(button),
    blocks,
  };
}

function trafficText({ lastHour, lastDay, lastSeenAt }: KeyTraffic, locale: Locale): string {
  const seen = lastSeenAt === null ? 'never seen' : `last seen ${dayAndTime(lastSeenAt, locale)}`;
  return `last hour: ${sumText(lastHour, locale)} · 24 hours: ${sumText(lastDay, locale)} · ${seen}`;
}

function sumText({ requests, tokens, costMicroUsd }: TrafficSum, locale: Locale): string {
  if (requests === 0 || (requests === null && tokens === 0 && costMicroUsd === 0)) return 'nothing';
  const what = requests === null ? plural(tokens, 'token') : plural(requests, 'request');
  return `${what}, ${escaped(formatMoney(costMicroUsd, locale.currency))}`;
}

export type ReasonMode = 'block' | 'skip' | 'cancel' | 'pause';

export const REASON_TITLE: Readonly<Record<ReasonMode, string>> = {
  block: 'Step is blocked',
  skip: 'Skip step',
  cancel: 'Cancel rotation',
  pause: 'Pause rotation',
};

const REASON_EXAMPLE: Readonly<Record<ReasonMode, string>> = {
  block: 'the release freeze ends on Monday',
  skip: 'nothing stores this key',
  cancel: 'the key is not used any more',
  pause: 'the release freeze ends on Monday',
};

export interface ReasonModalState {
  readonly mode: ReasonMode;
  readonly button: RotationButton;
  readonly rotation: Rotation;
  readonly slug: string;
}

/** What is in the way, or why something is left out or ended. */
export function reasonModal({ mode, button, rotation, slug }: ReasonModalState): View {
  const name = escaped(slug);
  const words: Readonly<Record<ReasonMode, string>> = {
    block: `What is in the way of *${button.step}* of ${name}? The message shows it until somebody unblocks or finishes the step.`,
    skip: `*${button.step}* of ${name} counts as over, and the next step can begin.`,
    cancel: `*Cancel the rotation of ${name}*, with ${progressText(rotation)}. What was done stays done: keys are neither stopped nor moved back.`,
    pause: `*Pause the rotation of ${name}*, with ${progressText(rotation)}. Nothing goes on by itself, the end of the old key included, and nobody is reminded; people may go on.`,
  };
  return {
    type: 'modal',
    callback_id: REASON_MODAL,
    title: plain(REASON_TITLE[mode]),
    submit: plain(mode === 'cancel' ? 'End it' : 'Save'),
    close: plain('Close'),
    private_metadata: JSON.stringify({ mode, button: encodeRotationButton(button) }),
    blocks: [section(words[mode]), reasonInput(REASON_EXAMPLE[mode])],
  };
}

export function handOverModal(button: RotationButton, slug: string): View {
  return {
    type: 'modal',
    callback_id: HAND_OVER_MODAL,
    title: plain(HAND_OVER_TITLE),
    submit: plain(HAND_OVER_TITLE),
    close: plain('Cancel'),
    private_metadata: encodeRotationButton(button),
    blocks: [
      section(`Who drives the rotation of *${escaped(slug)}* from here on? The thread tells them.`),
      {
        type: 'input',
        block_id: PERSON_BLOCK,
        label: plain('Person'),
        element: { type: 'users_select', action_id: INPUT },
      },
    ],
  };
}
