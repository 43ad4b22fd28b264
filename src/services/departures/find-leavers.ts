import { systemActor } from '../../domain/actor.ts';
import type { DepartureCause } from '../../domain/departure.ts';
import { STOPPED_STATUSES } from '../../domain/key.ts';
import { DAY_MS } from '../../domain/time.ts';
import { inWorkHours } from '../../domain/work-hours.ts';
import type { Member } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { beginDeparture, noteReturn } from './begin-departure.ts';
import type { Leaver } from './find-ties.ts';

type FindDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'policy'>;

const ACTOR = systemActor('find-leavers');
// Who installs it in a company of ten years is not told of everybody who ever left on one morning.
const A_DAY = 5;
// What is wrong from the first look on is no news; it is told when the inventory has settled.
const GRACE_MS = DAY_MS;

/**
 * People who are gone and left working keys behind, whether the workspace closed their account without our hearing of it
 * or a provider does not know them any more. Told in working hours; somebody who is back is told of at once.
 */
export async function findLeavers(deps: FindDeps): Promise<{ readonly begun: number }> {
  const members = await deps.store.read.members.all();
  await noteReturns(deps, members);
  const { calendar, rotation, ownership } = deps.policy;
  const now = deps.clock.now();
  if (!ownership.offBoarding) return { begun: 0 };
  if (inWorkHours(now, { timeZone: calendar.timeZone, holidays: rotation.holidays }) > now) return { begun: 0 };
  let room = A_DAY - (await deps.store.read.departures.since(now - DAY_MS)).length;
  let begun = 0;
  for (const { cause, leaver } of [...(await closedAccounts(deps, members)), ...(await lostAccess(deps, members))]) {
    if (room <= 0) break;
    const outcome = await beginDeparture(deps, { actor: ACTOR, cause, leaver });
    if (outcome?.isNew !== true) continue;
    begun += 1;
    room -= 1;
  }
  return { begun };
}

interface Gone {
  readonly cause: DepartureCause;
  readonly leaver: Leaver;
}

/** The account in the workspace is closed, and somewhere a key or a provider still knows them. */
async function closedAccounts({ store }: FindDeps, members: readonly Member[]): Promise<readonly Gone[]> {
  const gone = members.filter(({ isDeactivated }) => isDeactivated === true);
  if (gone.length === 0) return [];
  const owners = new Set((await store.read.lineages.all()).map(({ ownerSlackId }) => ownerSlackId));
  const emails = new Set(
    [...(await store.read.keys.all()).map(({ owner }) => owner), ...(await store.read.scopeMembers.all())].flatMap(
      (one) => one?.email?.toLowerCase() ?? [],
    ),
  );
  return gone
    .filter(({ userId, email }) => owners.has(userId) || (email !== null && emails.has(email.toLowerCase())))
    .map((member) => ({ cause: 'slack', leaver: leaverOf(member) }));
}

/** A provider says that the person behind a working key has lost access, and the key works on. */
async function lostAccess({ store, clock }: FindDeps, members: readonly Member[]): Promise<readonly Gone[]> {
  const byEmail = new Map(members.flatMap((member) => (member.email ? [[member.email.toLowerCase(), member]] : [])));
  const found = new Map<string, Gone>();
  for (const { owner, status, providerId, kind, firstSeenAt } of await store.read.keys.all()) {
    if (owner?.kind !== 'user' || owner.hasAccess || kind === 'admin' || STOPPED_STATUSES.has(status)) continue;
    if (firstSeenAt > clock.now() - GRACE_MS) continue;
    const account = `${providerId}:${owner.id}`;
    const member = byEmail.get(owner.email?.toLowerCase() ?? '');
    const leaver: Leaver = {
      userId: member?.userId ?? null,
      name: member?.name ?? owner.name ?? owner.email ?? 'Somebody',
      email: owner.email,
      account,
    };
    found.set(owner.email?.toLowerCase() ?? account, { cause: 'provider', leaver });
  }
  return [...found.values()];
}

async function noteReturns(deps: FindDeps, members: readonly Member[]): Promise<void> {
  const active = new Set(members.flatMap(({ userId, isDeactivated }) => (isDeactivated === true ? [] : [userId])));
  for (const { cause, userId } of await deps.store.read.departures.open()) {
    if (cause === 'slack' && userId !== null && active.has(userId)) await noteReturn(deps, userId);
  }
}

export function leaverOf({ userId, name, email }: Pick<Member, 'userId' | 'name' | 'email'>): Leaver {
  return { userId, name, email, account: null };
}

/** Slack tells of each change of a person at once: whoever is gone by it leaves now, whoever is back has returned. */
export async function noteMember(deps: FindDeps, member: Omit<Member, 'lastSeenAt'>): Promise<void> {
  const { userId, isDeactivated = false } = member;
  const before = await deps.store.read.members.get(userId);
  // Every status that somebody sets is such an event, too.
  if ((before?.isDeactivated ?? false) === isDeactivated && before?.isActiveFullMember === member.isActiveFullMember)
    return;
  await deps.store.write((tx) => tx.members.upsert({ ...member, lastSeenAt: deps.clock.now() }));
  if (!isDeactivated) await noteReturn(deps, userId);
  else if (deps.policy.ownership.offBoarding)
    await beginDeparture(deps, { actor: ACTOR, cause: 'slack', leaver: leaverOf(member) });
}
