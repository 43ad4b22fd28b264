import type { CampaignMember } from '../../domain/campaign.ts';
import { ladderOf, type Rung, type RungKind } from '../../domain/campaign-reminders.ts';
import { inWorkHours } from '../../domain/work-hours.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { TO_BE_RECKONED } from './note-progress.ts';

/** Who is reminded next, and when. */
export interface NextRung {
  readonly kind: RungKind;
  readonly at: number;
}

interface RungContext {
  readonly deps: Pick<Deps, 'policy'>;
  readonly tx: Pick<Repos, 'members'>;
}

/** The rung that is next for a key; undefined where its ladder is over. */
export function rungOf({ policy }: Pick<Deps, 'policy'>, { ownerId, rung }: CampaignMember): Rung | undefined {
  return ladderOf(policy.rotation.reminders, ownerId !== null)[rung];
}

/** When the next rung is taken: in the working hours of those whom it reaches. */
export async function reminderAt(
  { deps, tx }: RungContext,
  member: CampaignMember,
  notBefore: number,
): Promise<number | null> {
  const rung = rungOf(deps, member);
  if (rung === undefined || member.progressAt === null) return null;
  const { calendar, rotation } = deps.policy;
  const person =
    rung.kind === 'responders' || member.ownerId === null ? undefined : await tx.members.get(member.ownerId);
  const timeZone = person?.timezone ?? calendar.timeZone;
  return inWorkHours(Math.max(notBefore, member.progressAt + rung.afterMs), { timeZone, holidays: rotation.holidays });
}

/** The next rung of a key's ladder, also while it is still to be reckoned; null: nobody is reminded of it. */
export async function nextRungOf(
  { store, policy, clock }: Pick<Deps, 'store' | 'policy' | 'clock'>,
  member: CampaignMember,
): Promise<NextRung | null> {
  const kind = rungOf({ policy }, member)?.kind;
  const context = { deps: { policy }, tx: store.read };
  const at = member.remindAt === TO_BE_RECKONED ? await reminderAt(context, member, clock.now()) : member.remindAt;
  return kind === undefined || at === null ? null : { kind, at };
}
