import type { EarlyEnd, EarlyReason } from '../../domain/early-end.ts';
import { formatLength } from '../../domain/time.ts';
import type { EarlyEndCard } from '../../services/rotation/early-end.ts';
import { callerLines } from './rotation-traffic.ts';
import type { Locale } from './text.ts';

/** Before it is asked for: what is missing, and who is left without a key. */
export function earlyEndLines({ reasons, doubts, callers, withinMs }: EarlyEndCard, locale: Locale): readonly string[] {
  const calls = doubts.includes('blind')
    ? ['Usage cannot be read up to now, so nobody knows who still calls with it.']
    : callers.length === 0
      ? [`Nobody has called with it in the last ${formatLength(withinMs)}.`]
      : [];
  return [
    `:warning: *${earlyText(reasons)}* Whoever still uses the old key is left without one.`,
    ...callerLines(callers, withinMs, locale),
    ...calls,
    'If you go on, the record of the rotation keeps who did so, why, and all of this.',
  ];
}

/** For whoever is asked to agree to it. */
export function earlyApprovalLines(told: readonly EarlyEnd[]): readonly string[] {
  return told.map(({ reasons }) => `:warning: ${earlyText(reasons)} They were told, and go on all the same.`);
}

function earlyText(reasons: readonly EarlyReason[]): string {
  if (reasons.includes('rolling_back')) return 'Its rotation is being rolled back, so this key is needed.';
  return `It is being rotated, and the new key is not verified: ${reasons.join(', ')} ${reasons.length === 1 ? 'is' : 'are'} missing.`;
}
