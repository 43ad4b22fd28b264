import type { Key, KeyStatus } from '../../domain/key.ts';
import { nextSteps, progressOf, ROTATION_STEPS, type Rotation, type RotationStep } from '../../domain/rotation.ts';
import { showsOf } from '../../domain/rotation-proof.ts';
import { REASON_MAX } from '../../services/actions/record-request.ts';
import { actorMention, dayAndTime, foreign, type Locale } from './text.ts';

/** What is true of the old key; providers' own words differ. */
export const OLD_KEY_IS: Readonly<Record<KeyStatus, string>> = {
  active: 'still works',
  inactive: 'is suspended and can be restored',
  archived: 'is revoked',
  expired: 'has expired',
  gone: 'is gone',
};

/** ▓▓░░░░ */
export function barText(rotation: Pick<Rotation, 'steps'>): string {
  const over = progressOf(rotation);
  return '▓'.repeat(over) + '░'.repeat(ROTATION_STEPS.length - over);
}

/** A share as so many filled places. */
export function shareBar(share: number, places = 20): string {
  const filled = Math.min(places, Math.floor(share * places));
  return '▓'.repeat(filled) + '░'.repeat(places - filled);
}

/** `2 of 6 steps done` */
export function progressText(rotation: Pick<Rotation, 'steps'>): string {
  return `${progressOf(rotation)} of ${ROTATION_STEPS.length} steps done`;
}

/** What keeps it, else what comes next. A public key is stopped before anything else. */
export function nextText(
  rotation: Pick<Rotation, 'steps' | 'finalAt' | 'isPublic' | 'rollback'>,
  oldKeyStatus: KeyStatus,
): string {
  if (rotation.rollback !== null) return 'it goes back to its old key';
  if (rotation.isPublic && showsOf(oldKeyStatus) === 'works') return '*next: stop the old key*';
  const blocked = rotation.steps.find(({ state }) => state === 'blocked');
  if (blocked !== undefined) return `${blocked.name} is blocked: ${foreign(blocked.reason ?? '', REASON_MAX)}`;
  const next = nextSteps(rotation)[0]?.name;
  if (next === undefined && rotation.finalAt !== null) return 'the old key waits for its end';
  return `next: ${next ?? 'nothing'}`;
}

/** `done by @ana · Oct 17 02:31 · reason` */
export function stepStateText({ state, by, at, reason }: RotationStep, locale: Locale): string {
  const who = by === null ? '' : ` by ${actorMention(by)}`;
  const when = at === null ? '' : ` · ${dayAndTime(at, locale)}`;
  const why = reason === null ? '' : ` · ${foreign(reason, REASON_MAX)}`;
  return `${state}${who}${when}${why}`;
}

/** The provider's own short form, else the label: what tells two keys of one name apart. */
export function keyText({ hint, label }: Pick<Key, 'hint' | 'label'>): string {
  return hint === null ? foreign(label) : `${foreign(hint)} (${foreign(label, 40)})`;
}
