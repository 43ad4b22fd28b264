import { type ActionKind, auditVerb, type Consent } from '../../domain/action.ts';
import type { Actor } from '../../domain/actor.ts';
import { ALONE_PER_DAY } from '../../domain/approval.ts';
import { AppError } from '../../domain/errors.ts';
import type { Key } from '../../domain/key.ts';
import type { Notice } from '../../domain/notice.ts';
import { plural, zoneDayText } from '../../domain/time.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { announceNotice, sendNoticeTo } from '../notices/announce-notice.ts';
import { lineageCounting } from '../rotation/named-keys.ts';

/** Somebody who says that nobody else is there. Whoever passes this on has checked the right to `break_glass`. */
export interface Alone {
  /** What that person says of the key: anybody can have it. */
  readonly isPublic: boolean;
}

type AloneDeps = Pick<Deps, 'clock' | 'policy'>;
type AloneRepos = Pick<Repos, 'alerts' | 'notices' | 'rotations'>;

export interface AloneCase {
  readonly because: 'critical_alert' | 'public_key' | null;
  /** How often this person has acted alone today. */
  readonly usedToday: number;
}

/** What speaks for acting alone, and how often it was done today. */
export async function aloneCase(
  { deps, repos }: { readonly deps: AloneDeps; readonly repos: AloneRepos },
  { userId, key, isPublic }: { readonly userId: string; readonly key: Key } & Alone,
): Promise<AloneCase> {
  const usedToday = await repos.notices.count('break_glass', daySubject(deps, userId));
  if (isPublic) return { because: 'public_key', usedToday };
  const alert = await repos.alerts.latestOfLineage(await lineageCounting(repos, key));
  const isBurning = alert?.severity === 'critical' && (alert.state === 'open' || alert.state === 'acknowledged');
  return { because: isBurning ? 'critical_alert' : null, usedToday };
}

/** Why it is refused, in a sentence; null where it may be done. */
export function aloneFault({ because, usedToday }: AloneCase): string | null {
  if (usedToday >= ALONE_PER_DAY) {
    return `You have acted alone ${plural(usedToday, 'time')} today, and that is all there is in a day. Ask a second person, or use the provider’s console.`;
  }
  if (because !== null) return null;
  return 'Acting alone needs an open critical alert on this key, or a key that is public. Without either, a second person has to approve.';
}

export interface AloneInput {
  readonly actor: Extract<Actor, { kind: 'slack' }>;
  readonly alone: Alone;
  readonly kind: ActionKind;
  readonly key: Key;
  readonly alertId: string | null;
  readonly reason: string;
  /** The admins who get it as a direct message. */
  readonly adminIds: readonly string[];
}

/** Takes one of the day’s uses and tells channel and admins, in the transaction of the act. Throws where it may not be. */
export async function breakGlass(
  { deps, tx }: { readonly deps: Pick<Deps, 'clock' | 'ids' | 'policy'>; readonly tx: Repos },
  input: AloneInput,
): Promise<Consent> {
  const { actor, kind, key, alertId, reason, adminIds } = input;
  const { userId } = actor;
  const { because, usedToday } = await aloneCase({ deps, repos: tx }, { userId, key, ...input.alone });
  const fault = aloneFault({ because, usedToday });
  if (fault !== null || because === null) throw refused(userId, fault);
  const at = deps.clock.now();
  const nth = usedToday + 1;
  const detail = { userId, kind, keyId: key.id, alertId, reason, because, nth };
  const id = deps.ids.next('notice');
  const subject = daySubject(deps, userId);
  const notice: Notice = { id, kind: 'break_glass', subject, detail, openedAt: at, updatedAt: at, closedAt: at };
  await tx.notices.insert(notice);
  const verb = auditVerb(kind, 'broke_glass');
  await tx.audit.append({ at, actor, verb, subject: key.id, detail: { because, nth, reason, alertId } });
  await announceNotice({ deps, tx }, notice);
  for (const adminId of adminIds) await sendNoticeTo({ deps, tx }, notice, adminId);
  return { kind: 'alone', because };
}

/** Counted per person and per day of policy's zone. */
function daySubject({ clock, policy }: AloneDeps, userId: string): string {
  return `${userId}/${zoneDayText(clock.now(), policy.calendar.timeZone)}`;
}

function refused(userId: string, fault: string | null): AppError {
  return new AppError({
    code: 'forbidden',
    message: `${userId} may not act alone`,
    publicMessage: `Nothing was done. ${fault ?? ''}`,
  });
}
