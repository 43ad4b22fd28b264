import type { CampaignMember, SkipReason } from './campaign.ts';
import { groupBy } from './collections.ts';
import { confirmedOwnerOf, type Key, type Lineage } from './key.ts';
import { intervalDays } from './rotation-calendar.ts';
import type { CadenceOverride, RotationCadence } from './rotation-policy.ts';
import { DAY_MS } from './time.ts';

/** A key that a campaign might rotate, with what decides whether it does. */
export interface Candidate {
  readonly key: Key;
  readonly lineage: Lineage;
  readonly cadence: RotationCadence;
  readonly override: CadenceOverride | null;
  /** The connection is configured. */
  readonly isConnected: boolean;
  /** Its calendar has a turn at this instant; true where a person has started it. */
  readonly isItsTurn: boolean;
  /** The rotation of it that is open already. */
  readonly openRotationId: string | null;
}

export type Choice = Pick<
  CampaignMember,
  'lineageId' | 'slug' | 'keyId' | 'ownerId' | 'skip' | 'rotationId' | 'isJoined'
>;

/** One choice for each lineage, by slug. Lineages whose keys are all gone are not told. */
export function chooseMembers(candidates: readonly Candidate[], now: number): readonly Choice[] {
  const byLineage = groupBy(candidates, ({ lineage }) => lineage.id);
  const choices = [...byLineage.values()].flatMap((group) => {
    const candidate = newestOf(group);
    return candidate === undefined ? [] : [choiceOf(candidate, now)];
  });
  return choices.sort((a, b) => a.slug.localeCompare(b.slug));
}

/** The key that works and is the youngest; else one that is only suspended. What is over needs no rotation. */
function newestOf(group: readonly Candidate[]): Candidate | undefined {
  const bornAt = ({ key }: Candidate) => key.createdAt ?? key.firstSeenAt;
  const ofStatus = (status: Key['status']) =>
    group.filter(({ key }) => key.status === status).toSorted((a, b) => bornAt(b) - bornAt(a))[0];
  return ofStatus('active') ?? ofStatus('inactive');
}

function choiceOf(candidate: Candidate, now: number): Choice {
  const { key, lineage, openRotationId } = candidate;
  const skip = openRotationId === null ? skipOf(candidate, now) : null;
  return {
    lineageId: lineage.id,
    slug: lineage.slug,
    keyId: key.id,
    ownerId: confirmedOwnerOf(lineage),
    skip,
    rotationId: openRotationId,
    isJoined: openRotationId !== null,
  };
}

function skipOf({ key, cadence, isConnected, isItsTurn }: Candidate, now: number): SkipReason | null {
  if (key.kind === 'admin') return 'admin';
  if (cadence.every === 'never') return 'never';
  if (!isItsTurn) return 'other_turn';
  if (key.status !== 'active') return 'suspended';
  if (!isConnected) return 'no_connection';
  const isYoung = key.createdAt !== null && now - key.createdAt < (intervalDays(cadence.every) / 2) * DAY_MS;
  return isYoung ? 'recent' : null;
}
