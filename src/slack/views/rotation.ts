import type { KnownBlock } from '@slack/types';
import { alertName } from '../../domain/alert.ts';
import { isOver, progressOf, type Rotation, stepOf } from '../../domain/rotation.ts';
import { formatLength, stopwatchLength } from '../../domain/time.ts';
import { REASON_MAX } from '../../services/actions/record-request.ts';
import type { RotationCard } from '../../services/rotation/describe-rotation.ts';
import { drillSteps } from '../../services/rotation/drill.ts';
import { encodeButton } from '../button-value.ts';
import { buttonOf, encodeRotationButton } from '../rotation-button.ts';
import { ACT_LABEL } from './alert-buttons.ts';
import { actions, type ButtonSpec, context, type Rendered, section, sections, TEXT_MAX } from './blocks.ts';
import { drillTimes } from './drill.ts';
import { barText, keyText, nextText, OLD_KEY_IS, progressText } from './rotation-words.ts';
import { actorMention, capped, dayAndTime, escaped, foreign, type Locale, messageLink } from './text.ts';

/** The one message of a rotation, as it should look now. */
export function rotationView(card: RotationCard, locale: Locale): Rendered {
  const verdict = card.rotation.kind === 'drill' ? `DRILL: ${verdictOf(card)}` : verdictOf(card);
  const lines = linesOf(card, locale);
  const blocks: KnownBlock[] = sections([`*${verdict}*`, ...lines]);
  const buttons = buttonsOf(card);
  if (buttons.length > 0) blocks.push(actions(`rotation_${card.rotation.revision}_${card.oldKey.generation}`, buttons));
  const footer = footerOf(card, locale);
  blocks.push(context(footer));
  return { text: capped([verdict, ...lines, footer].join('\n'), TEXT_MAX), blocks };
}

/** Tells whoever it was handed to: an edit of the root message pings nobody. */
export function driverView({ rotation, lineage, oldKey }: RotationCard): Rendered {
  const what = rotation.kind === 'drill' ? '*DRILL* with' : 'rotation of';
  const text = `${actorMention(rotation.driver)}, the ${what} ${escaped(lineage.slug)} is yours now; ${nextText(rotation, oldKey.status)}.`;
  return { text, blocks: [section(text)] };
}

function verdictOf({ rotation, lineage }: RotationCard): string {
  const name = escaped(lineage.slug);
  const lengthMs = (rotation.closedAt ?? rotation.startedAt) - rotation.startedAt;
  const lasted = rotation.kind === 'drill' ? stopwatchLength(lengthMs) : formatLength(lengthMs);
  switch (rotation.state) {
    case 'open': {
      if (rotation.rollback !== null) return `${name} goes back to its old key.`;
      const urgent = rotation.kind === 'emergency' ? 'Emergency: rotating' : 'Rotating';
      return `${urgent} ${name}: ${progressText(rotation)}${rotation.paused === null ? '' : ', paused'}.`;
    }
    case 'done':
      if (rotation.kind === 'drill') return `the rotation of ${name} was rehearsed in ${lasted}. Nothing was changed.`;
      return `${name} has a new key. The rotation took ${lasted}.`;
    case 'cancelled':
      if (rotation.rollback !== null) return `${name} went back to its old key after ${lasted}.`;
      return `The rotation of ${name} was cancelled after ${lasted}, with ${progressText(rotation)}.`;
  }
}

function linesOf(card: RotationCard, locale: Locale): readonly string[] {
  const { rotation, oldKey, newKey } = card;
  const keys = `*Old key* ${keyText(oldKey)} ${OLD_KEY_IS[oldKey.status]} · *New key* ${newKeyText(card)}`;
  switch (rotation.state) {
    case 'open': {
      const since = `${actorMention(rotation.driver)} drives it, since ${dayAndTime(rotation.startedAt, locale)}`;
      const drill = rotation.kind === 'drill' ? ['Nothing is changed at the provider, in a store or at a hook.'] : [];
      // Where it goes back to its old key, the headline says so.
      const next = rotation.rollback === null ? `  ${nextText(rotation, oldKey.status)}` : '';
      const words = [`${barText(rotation)}${next}`, `${since} · reason: ${reasonOf(rotation)}`, keys];
      return [...drill, ...words, ...steeredLines(rotation, locale), ...restoringLines(card, locale)];
    }
    case 'done': {
      if (rotation.kind === 'drill')
        return [barText(rotation), whoDidWhat(rotation), `*How long* ${drillTimes(drillSteps(rotation))}`];
      const softly =
        oldKey.status === 'inactive' ? ['Revoke the old key for good when nobody has missed it for a while.'] : [];
      return [barText(rotation), whoDidWhat(rotation), keys, ...softly];
    }
    case 'cancelled': {
      const why = foreign(rotation.closeReason ?? '', REASON_MAX);
      const left =
        newKey === null || newKey.lineageId === rotation.lineageId
          ? []
          : ['The new key exists and works: delete it in the provider’s console if nobody uses it.'];
      const secret = rotation.rollback === null ? null : stepOf(rotation, 'store').reason;
      const stored = secret === null ? [] : [`The secret: ${foreign(secret, REASON_MAX)}.`];
      return [`${actorMention(rotation.closedBy ?? '')}: ${why}`, keys, ...stored, ...left];
    }
  }
}

/** What holds it up, or turns it round. */
function steeredLines({ paused, rollback }: Rotation, locale: Locale): readonly string[] {
  if (rollback !== null) {
    return [
      `${actorMention(rollback.by)} rolls it back: ${foreign(rollback.reason, REASON_MAX)}. It ends when the old key works again and its secret is back.`,
    ];
  }
  if (paused === null) return [];
  return [
    `Paused by ${actorMention(paused.by)} ${dayAndTime(paused.at, locale)}: ${foreign(paused.reason, REASON_MAX)}. Nothing goes on by itself.`,
  ];
}

/** Why a roll-back has not ended: the store does not take the former secret. */
export function restoringLines({ work: { restoring } }: RotationCard, locale: Locale): readonly string[] {
  if (restoring === null) return [];
  const next = dayAndTime(restoring.nextTryAt, locale);
  return [`:warning: The former secret is not back yet: ${escaped(restoring.problem)} It is tried again ${next}.`];
}

function newKeyText({ rotation, newKey }: RotationCard): string {
  if (newKey !== null) return keyText(newKey);
  if (rotation.kind === 'drill') return 'none: this is a drill';
  return isOver(stepOf(rotation, 'generate').state) ? 'made, not in the key list yet' : 'not made yet';
}

/** `generate, store: @ana · redeploy: @ben` */
function whoDidWhat({ steps }: Rotation): string {
  const parts: { who: string; names: string[] }[] = [];
  for (const { name, by, state } of steps) {
    const who = by === null ? 'nobody' : actorMention(by);
    const word = state === 'skipped' ? `${name} (skipped)` : name;
    const last = parts.at(-1);
    if (last?.who === who) last.names.push(word);
    else parts.push({ who, names: [word] });
  }
  return parts.map(({ who, names }) => `${names.join(', ')}: ${who}`).join(' · ');
}

function reasonOf({ reason }: Rotation): string {
  return foreign(reason, REASON_MAX);
}

function buttonsOf(card: RotationCard): ButtonSpec[] {
  const { rotation, lineage, oldKey, acts } = card;
  if (rotation.state === 'open') return steeringButtons(card);
  // A rehearsal leaves the key as it was: what would really end it has no place below it.
  if (rotation.state !== 'done' || rotation.kind === 'drill' || !acts.includes('revoke')) return [];
  const value = encodeButton({ alertId: rotation.alertId, keyId: oldKey.id, generation: oldKey.generation });
  const accessibilityLabel = `Revoke the old key of ${lineage.slug}`;
  return [{ actionId: 'key_revoke', label: ACT_LABEL.revoke, value, style: 'danger', accessibilityLabel }];
}

/** What can be done to an open rotation as a whole. */
export function steeringButtons({ rotation, lineage }: Pick<RotationCard, 'rotation' | 'lineage'>): ButtonSpec[] {
  const name = lineage.slug;
  const value = encodeRotationButton(buttonOf(rotation, null));
  const cancel = {
    actionId: 'rotation_cancel',
    label: 'Cancel…',
    value,
    accessibilityLabel: `Cancel the rotation of ${name}`,
  };
  if (rotation.rollback !== null) return [cancel];
  const pause =
    rotation.paused === null
      ? { actionId: 'rotation_pause', label: 'Pause…', value, accessibilityLabel: `Pause the rotation of ${name}` }
      : { actionId: 'rotation_resume', label: 'Go on', value, accessibilityLabel: `Go on with ${name}` };
  // A rehearsal changes nothing that could go back.
  const rollBack = {
    actionId: 'rotation_roll_back',
    label: 'Roll back…',
    value,
    accessibilityLabel: `Roll the rotation of ${name} back`,
  };
  return [
    {
      actionId: 'rotation_hand_over',
      label: 'Hand over…',
      value,
      accessibilityLabel: `Hand the rotation of ${name} over`,
    },
    pause,
    ...(rotation.kind === 'drill' ? [] : [rollBack]),
    cancel,
  ];
}

function footerOf({ rotation, alert, providerTitle, scopeName }: RotationCard, locale: Locale): string {
  const where = scopeName === null ? escaped(providerTitle) : `${escaped(providerTitle)} / ${foreign(scopeName)}`;
  const from = alert === null ? [] : [`started from ${messageLink(alertName(alert), alert.place, locale)}`];
  const steps = rotation.state === 'open' && progressOf(rotation) === 0 ? ['each step has a reply in the thread'] : [];
  return [`started by ${actorMention(rotation.startedBy)}`, where, ...from, ...steps].join(' · ');
}
