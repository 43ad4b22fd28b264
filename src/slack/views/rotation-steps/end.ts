import { type Action, hangs } from '../../../domain/action.ts';
import { missingBefore, stepOf } from '../../../domain/rotation.ts';
import { type EvidenceOf, parseEvidence } from '../../../domain/rotation-evidence.ts';
import { endRefusal } from '../../../domain/rotation-steering.ts';
import type { ConsoleSteps } from '../../../ports/provider.ts';
import { REASON_MAX } from '../../../services/actions/record-request.ts';
import type { EndCard } from '../../../services/rotation/describe-end.ts';
import type { RotationCard } from '../../../services/rotation/describe-rotation.ts';
import { encodeButton } from '../../button-value.ts';
import { ACT_LABEL, stopTryingButton } from '../alert-buttons.ts';
import { approvalButtons, untilText } from '../approval.ts';
import type { ButtonSpec } from '../blocks.ts';
import { keyText, OLD_KEY_IS } from '../rotation-words.ts';
import { actorMention, capital, dayAndTime, escaped, foreign, type Locale, mentionList } from '../text.ts';

type Spec = (actionId: string, label: string, style?: ButtonSpec['style']) => ButtonSpec;

/** What to do about the old key, or what is being done about it. */
export function endWords(
  card: RotationCard,
  locale: Locale,
  byHand: (steps: ConsoleSteps | null) => readonly string[],
) {
  const { rotation, oldKey, acts, stopSteps, end } = card;
  const old = keyText(oldKey);
  if (rotation.kind === 'drill')
    return missingBefore(rotation, 'revoke').length > 0
      ? []
      : ['Nothing is stopped: *Simulate* ticks this step as if the old key had ended.'];
  const waiting = waitingWords(card, locale);
  if (waiting !== null) return waiting;
  if (end.byPolicyAt !== null) {
    return [
      `Keysteward suspends ${old} ${dayAndTime(end.byPolicyAt, locale)}, as policy says, and revokes it for good after the grace. *Retire…* does so now, *Blocked…* keeps it from it.`,
    ];
  }
  const { state, reason } = stepOf(rotation, 'revoke');
  const voided = state === 'todo' && reason !== null ? [`Not revoked as planned: ${escaped(reason)}.`] : [];
  if (!rotation.isPublic && missingBefore(rotation, 'revoke').length > 0) {
    return [
      `${old} ${OLD_KEY_IS[oldKey.status]}. Should it be public, stop it now, from its alert or from \`/keys show\`.`,
    ];
  }
  const byItself = 'This step ticks itself when the provider shows that it has ended.';
  const first = rotation.isPublic ? ['*The key is public: stop it first*, whoever breaks.'] : [];
  if (end.canRetire) {
    const how =
      oldKey.status === 'inactive'
        ? `${old} is suspended. *Retire…* lets its grace begin; when that is over it is revoked for good.`
        : `*Retire…* suspends ${old} now, and revokes it for good when nobody has missed it for the grace. Until then it can be restored.`;
    return [...voided, ...first, how, byItself];
  }
  if (acts.length > 0)
    return [...first, `Stop ${old}. It cannot be suspended first, so its end is for good. ${byItself}`];
  return [...first, `Stop ${old} by hand:`, ...byHand(stopSteps), byItself];
}

function waitingWords(card: RotationCard, locale: Locale): readonly string[] | null {
  const { rotation, oldKey, end } = card;
  const { approval, underWay, retired } = end;
  const old = keyText(oldKey);
  const awaited = [
    ...(underWay === null ? [] : [underWayText(card, underWay, locale)]),
    ...(approval === null ? [] : [approvalText(old, approval, locale)]),
  ];
  if (awaited.length > 0) return awaited;
  if (rotation.finalAt === null) return null;
  const consent = retired?.consent;
  const agreed =
    consent?.kind === 'approved'
      ? `, as ${actorMention(consent.by)} has agreed to`
      : consent?.kind === 'policy'
        ? ', as policy says'
        : '';
  const paused = rotation.paused === null ? '' : ' The rotation is paused, so that waits.';
  return [
    `${old} is suspended. If nobody misses it, it is revoked for good ${dayAndTime(rotation.finalAt, locale)}${agreed}.${paused}`,
    'Should something break: *Restore…* starts it again at once.',
  ];
}

function underWayText({ oldKey, acts }: RotationCard, action: Action, locale: Locale): string {
  const head = `The end of ${keyText(oldKey)} is under way, asked for by ${actorMention(action.requestedBy)}.`;
  if (!hangs(action)) return head;
  const waysOut = acts.includes('restore')
    ? '*Restore…* starts the key again and gives its end up; *Stop trying* leaves it suspended.'
    : '*Stop trying* gives it up.';
  const why = `Not done yet; it is tried again ${dayAndTime(action.notBeforeAt, locale)}. ${escaped(action.problem ?? '')}`;
  return `${head} ${why}\n${waysOut}`;
}

function approvalText(old: string, approval: NonNullable<EndCard['approval']>, locale: Locale): string {
  const who = approval.approverIds.length === 0 ? 'a second person' : mentionList(approval.approverIds);
  return `The end of ${old} waits for ${who} until ${untilText(approval, locale)}, asked for by ${actorMention(approval.requestedBy)}: a second person agrees before anything is stopped.`;
}

/** What stands once it is over. */
export function endFacts({ rotation, oldKey }: RotationCard, locale: Locale): readonly string[] {
  const evidence = parseEvidence('revoke', stepOf(rotation, 'revoke').evidence);
  if (evidence?.proof === 'simulated') return [];
  const shown = `The provider shows it: ${keyText(oldKey)} ${OLD_KEY_IS[oldKey.status]}.`;
  if (evidence === null) return [shown];
  const agreed = evidence.approvedBy === null ? '' : ` Agreed to by ${actorMention(evidence.approvedBy)}.`;
  const silence =
    evidence.silentUntil === null
      ? ' Whether its usage stays zero is watched.'
      : ` Its usage stayed zero up to ${dayAndTime(evidence.silentUntil, locale)}.`;
  return [`${shown}${agreed}${silence}`, ...overrideWords(evidence.override)];
}

function overrideWords(override: EvidenceOf<'revoke'>['override']): readonly string[] {
  if (override === null) return [];
  const { by, reason, reasons } = override;
  return [
    `:warning: ${actorMention(by)} ended it before the new key was verified (missing then: ${names(reasons)}): ${foreign(reason, REASON_MAX)}`,
  ];
}

function names(reasons: readonly string[]): string {
  return reasons.map((each) => (each === 'rolling_back' ? 'it was being rolled back' : each)).join(', ');
}

/** Buttons while it is not over. */
export function endButtons(card: RotationCard, spec: Spec): ButtonSpec[] {
  const { rotation, lineage, end } = card;
  if (rotation.kind === 'drill')
    return endRefusal(rotation) === null ? [spec('rotation_simulate', 'Simulate', 'primary')] : [];
  const { approval, underWay } = end;
  const stopTrying = underWay !== null && hangs(underWay) ? [stopTryingButton(underWay, lineage.slug)] : [];
  if (approval !== null) return [...approvalButtons({ approval, lineage }), ...stopTrying];
  const restore = keyButtons(card, ['restore']);
  // What is being tried may be done at any moment: nothing races it. What hangs is given up, with or without the key.
  if (underWay !== null) return stopTrying.length === 0 ? [] : [...restore, ...stopTrying];
  if (rotation.finalAt !== null) return restore;
  if (endRefusal(rotation) !== null) return [];
  if (!end.canRetire) return [...keyButtons(card, ['suspend', 'revoke']), spec('rotation_look', 'Look again')];
  // The minutes matter more than a grace.
  const stop = rotation.isPublic ? keyButtons(card, ['suspend', 'revoke']) : [];
  return [...stop, spec('rotation_retire', 'Retire…', 'danger'), ...restore, spec('rotation_look', 'Look again')];
}

/** The ordinary buttons of the old key: the same modal, approval and proof as everywhere. */
export function keyButtons(
  { rotation, lineage, oldKey, acts }: RotationCard,
  wanted: readonly ('suspend' | 'restore' | 'revoke')[],
): ButtonSpec[] {
  const value = encodeButton({ alertId: rotation.alertId, keyId: oldKey.id, generation: oldKey.generation });
  return acts
    .filter((act) => wanted.includes(act))
    .map((act) => ({
      actionId: `key_${act}`,
      label: ACT_LABEL[act],
      value,
      accessibilityLabel: `${capital(act)} the old key of ${lineage.slug}`,
      ...(act === 'revoke' ? { style: 'danger' as const } : {}),
    }));
}
