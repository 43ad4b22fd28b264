import { groupBy } from '../../../src/domain/collections.ts';
import { type KillPoint, type Moment, pointName } from './gate.ts';
import type { Story } from './story-type.ts';

/** One crash: the app is killed at `at`, which stands for all of `points`. */
export interface Case {
  /** From 1, in the order of the story. */
  readonly number: number;
  readonly at: KillPoint;
  /** Moments between which nothing changed: a crash at any of them leaves the same behind. */
  readonly points: readonly KillPoint[];
}

export interface CaseOptions {
  /** Takes each point literally; otherwise one crash stands for the moments of one state. */
  readonly all?: boolean;
  /** The number of the first. */
  readonly from?: number;
  readonly points?: Story['points'];
}

/** The kill points of a recording. */
export function casesOf(
  moments: readonly Moment[],
  { all = false, from = 1, points: isWanted = () => true }: CaseOptions = {},
): readonly Case[] {
  const wanted = moments.filter(isWanted);
  const groups = all ? wanted.map((moment) => [moment]) : [...groupBy(wanted, ({ state }) => state).values()];
  return groups.flatMap((points, index) => {
    const [at] = points;
    return at === undefined ? [] : [{ number: from + index, at, points }];
  });
}

// A story costs as much as three crashes.
const MOST_ROUNDS = 24;

/**
 * Plays the story as seldom as possible: one round takes one crash of each beat, since after each of them the story has
 * to go on as if nothing had happened; of a beat with very many it takes some, far from one another. A round that fails
 * is taken apart.
 */
export function roundsOf(cases: readonly Case[]): readonly (readonly Case[])[] {
  const rounds: Case[][] = [];
  for (const ofBeat of groupBy(cases, ({ at }) => at.effect.beat).values()) {
    for (const [index, one] of ofBeat.entries()) {
      const round = rounds[index % MOST_ROUNDS];
      if (round === undefined) rounds.push([one]);
      else round.push(one);
    }
  }
  return rounds;
}

/** By number, or by a part of the name of any of its points. */
export function isMeant({ number, points }: Case, wanted: string): boolean {
  if (/^[\d,]+$/.test(wanted)) return wanted.split(',').includes(String(number));
  return points.some((point) => pointName(point).includes(wanted));
}
