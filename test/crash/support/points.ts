import { groupBy } from '../../../src/domain/collections.ts';
import { type KillPoint, type Moment, pointName } from './gate.ts';

/** One crash: the app is killed at `at`, which stands for all of `points`. */
export interface Case {
  /** From 1, in the order of the story. */
  readonly number: number;
  readonly at: KillPoint;
  /** Moments between which nothing changed: a crash at any of them leaves the same behind. */
  readonly points: readonly KillPoint[];
}

/** Every point of the story. `all` takes each literally; otherwise one crash stands for the moments of one state. */
export function casesOf(moments: readonly Moment[], { all = false } = {}): readonly Case[] {
  const groups = all ? moments.map((moment) => [moment]) : [...groupBy(moments, ({ state }) => state).values()];
  return groups.flatMap((points, index) => {
    const [at] = points;
    return at === undefined ? [] : [{ number: index + 1, at, points }];
  });
}

/**
 * Plays the story as seldom as possible: one round takes one crash of each beat, since after each of them the story has
 * to go on as if nothing had happened. A round that fails is taken apart.
 */
export function roundsOf(cases: readonly Case[]): readonly (readonly Case[])[] {
  const rounds: Case[][] = [];
  for (const ofBeat of groupBy(cases, ({ at }) => at.effect.beat).values()) {
    for (const [index, one] of ofBeat.entries()) {
      const round = rounds[index];
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
