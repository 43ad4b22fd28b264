import { formatLength } from '../../domain/time.ts';
import type { ExpiringKey } from '../../services/inventory/admin-key-expiry.ts';
import { answer, type Rendered } from './blocks.ts';
import { dayAndTime, escaped, foreign, type Locale } from './text.ts';

/** Which key, when, and what stops with it. */
export function expiryText({ key, title, connectionId, expiresAt }: ExpiringKey, now: number, locale: Locale): string {
  const where = title === connectionId ? escaped(title) : `${escaped(title)} (${escaped(connectionId)})`;
  const which =
    key === null
      ? `The admin key of ${where}`
      : `The admin key ${foreign(key.label)}${key.hint === null ? '' : ` ${foreign(key.hint)}`} of ${where}`;
  const when =
    expiresAt > now
      ? `expires in ${formatLength(expiresAt - now)}, ${dayAndTime(expiresAt, locale)}`
      : `expired ${dayAndTime(expiresAt, locale)}`;
  return `${which} ${when}. If Keysteward reads with it, nothing is watched there afterwards: make a new one and put it in its place.`;
}

export function adminKeyExpiryView(expiring: ExpiringKey, now: number, locale: Locale): Rendered {
  return answer(`:warning: ${expiryText(expiring, now, locale)} \`keysteward doctor\` tries the new one.`);
}
