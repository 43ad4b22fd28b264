import { blockedStep, type Campaign, type MemberRow, nextStep, type SkipReason } from '../../domain/campaign.ts';
import type { RungKind } from '../../domain/campaign-reminders.ts';
import { groupBy } from '../../domain/collections.ts';
import { plural } from '../../domain/time.ts';
import { REASON_MAX } from '../../services/actions/record-request.ts';
import type { NextRung } from '../../services/campaigns/next-rung.ts';
import type { Place } from '../../services/rotation/rotation-link.ts';
import { barText } from './rotation-words.ts';
import { capital, dayAndTime, escaped, foreign, type Locale, messageLink } from './text.ts';

/** `Production rotation`; of picked keys by what they were picked with. */
export function campaignName({ environment, filter }: Pick<Campaign, 'environment' | 'filter'>): string {
  return environment === null ? `Rotation of \`${foreign(filter, 60)}\`` : `${capital(environment)} rotation`;
}

const SKIPPED: Readonly<Record<SkipReason, string>> = {
  never: 'never rotated, by policy.yml',
  other_turn: 'on a calendar of their own',
  recent: 'new enough',
  admin: 'admin keys, which are replaced in the provider’s console',
  suspended: 'suspended',
  no_connection: 'of a connection that is not configured any more',
};

/** `3 left out: 2 new enough (a, b), 1 suspended (c)`; null where all take part. */
export function skippedText(
  skipped: readonly { readonly slug: string; readonly skip: SkipReason | null }[],
): string | null {
  if (skipped.length === 0) return null;
  const parts = [...groupBy(skipped, ({ skip }) => skip)].flatMap(([skip, group]) => {
    if (skip === null) return [];
    return [`${group.length} ${SKIPPED[skip]} (${namesText(group.map(({ slug }) => slug))})`];
  });
  return `${plural(skipped.length, 'key')} left out: ${parts.join(', ')}.`;
}

/** Some names, and how many more. */
export function namesText(slugs: readonly string[], max = 5): string {
  const shown = slugs.slice(0, max).map(escaped).join(', ');
  return slugs.length > max ? `${shown} and ${slugs.length - max} more` : shown;
}

/** One line of a list: how a key stands. */
export function rowText({ member, rotation }: MemberRow, places: ReadonlyMap<string, Place>, locale: Locale): string {
  const place = (member.rotationId === null ? undefined : places.get(member.rotationId)) ?? null;
  const name = messageLink(escaped(member.slug), place, locale);
  if (rotation === null) return `${'░'.repeat(6)} ${name}: about to begin`;
  if (rotation.state === 'done') return `:white_check_mark: ${name}`;
  if (rotation.state === 'cancelled') return `:no_entry_sign: ${name}: cancelled`;
  if (rotation.rollback !== null) return `:leftwards_arrow_with_hook: ${name}: goes back to its old key`;
  const blocked = rotation.steps.find(({ state }) => state === 'blocked');
  if (blocked !== undefined) {
    return `:no_entry: ${name}: ${blocked.name} is blocked: ${foreign(blocked.reason ?? '', 120)}`;
  }
  if (rotation.isPublic) return `${barText(rotation)} ${name}: an emergency, the key is public`;
  if (rotation.paused !== null) return `:double_vertical_bar: ${name}: paused: ${foreign(rotation.paused.reason, 120)}`;
  return `${barText(rotation)} ${name}: next ${nextStep(rotation) ?? 'nothing'}`;
}

/** Blocked first, then what waits longest, what is over last. */
export function byNeed(a: MemberRow, b: MemberRow): number {
  return needOf(a) - needOf(b) || (a.member.progressAt ?? 0) - (b.member.progressAt ?? 0);
}

function needOf({ rotation }: MemberRow): number {
  if (rotation === null) return 2;
  if (rotation.state !== 'open') return 3;
  return blockedStep(rotation) === null ? 1 : 0;
}

const RUNG_WORDS: Readonly<Record<RungKind, string>> = {
  owner: 'the owner by direct message',
  thread: 'the owner in the thread',
  responders: 'the responders',
};

/** `next reminder: the owner in the thread, Oct 20, 09:00`. */
export function rungText({ kind, at }: NextRung, locale: Locale): string {
  return `next reminder: ${RUNG_WORDS[kind]}, ${dayAndTime(at, locale)}`;
}

export function blockedText({ member, rotation }: MemberRow): string {
  const step = rotation?.steps.find(({ state }) => state === 'blocked');
  return `${escaped(member.slug)} (${step?.name ?? ''}): ${foreign(step?.reason ?? '', REASON_MAX)}`;
}
