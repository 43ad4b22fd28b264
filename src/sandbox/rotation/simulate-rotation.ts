import type { Logger } from '../../ports/logger.ts';
import type { RotationFigures } from '../figures/figures.ts';
import type { ProviderId } from '../world/index.ts';
import { Gate } from './gate.ts';
import { type PlayOptions, playRotation } from './play.ts';
import type { Played } from './played.ts';

export interface RotationSimulation {
  readonly provider: ProviderId;
  readonly seed: number;
  readonly logger: Logger;
  readonly killEveryEffect: boolean;
  /** After each play. */
  readonly onPlay?: (kills: number) => void;
}

export interface SimulatedRotation {
  /** Of all plays the worst. */
  readonly figures: RotationFigures;
  readonly plays: number;
  readonly kills: number;
  /** What broke, and at which kill points. */
  readonly faults: readonly string[];
}

type PlayOnce = (options: PlayOptions) => Promise<Played>;

// Kills make it no longer and no shorter: a day shows as much as a week.
const GRACE_DAYS = { whole: 7, killed: 1 } as const;
const MOST_PLAYS = 40;

/** Rotates one key, once or with the app killed before and after every effect, and says what came of it. */
export async function simulateRotation(
  options: RotationSimulation,
  playOnce: PlayOnce = playRotation,
): Promise<SimulatedRotation> {
  const { killEveryEffect, onPlay, ...play } = options;
  if (!killEveryEffect) {
    const played = await playOnce({ ...play, graceDays: GRACE_DAYS.whole });
    return { ...played, plays: 1, kills: 0 };
  }
  const graceDays = GRACE_DAYS.killed;
  const covered = new Set<string>();
  const results: Played[] = [await playOnce({ ...play, graceDays })];
  const faults: string[] = results.flatMap((whole) => whole.faults);
  for (let left = 1; left > 0 && results.length < MOST_PLAYS; ) {
    const gate = new Gate({ covered });
    const played = await playOnce({ ...play, gate, graceDays });
    results.push(played);
    left = gate.left + gate.hits.length;
    onPlay?.(gate.hits.length);
    if (played.faults.length > 0)
      faults.push(...(await named((gate) => playOnce({ ...play, graceDays, gate }), gate.hits, played)));
  }
  if (results.length === MOST_PLAYS) faults.push('there was no end of new effects');
  return {
    figures: worstOf(results.map(({ figures }) => figures)),
    plays: results.length,
    kills: covered.size,
    faults,
  };
}

/** Which of the kills it was: each is played alone. */
async function named(
  replay: (gate: Gate) => Promise<Played>,
  hits: readonly string[],
  { faults }: Played,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const hit of hits) {
    const gate = new Gate({ covered: new Set(), only: new Set([hit]) });
    const alone = await replay(gate);
    found.push(...alone.faults.map((fault) => `${fault}: killed ${hit}`));
  }
  return found.length > 0 ? found : faults.map((fault) => `${fault}: killed one after the other ${hits.join('; ')}`);
}

function worstOf(all: readonly RotationFigures[]): RotationFigures {
  const most = (of: (figures: RotationFigures) => number) => Math.max(...all.map(of));
  const sum = (of: (figures: RotationFigures) => number) => all.reduce((total, figures) => total + of(figures), 0);
  return {
    rotated: Math.min(...all.map(({ rotated }) => rotated)),
    blocked: most(({ blocked }) => blocked),
    overrides: most(({ overrides }) => overrides),
    liveNewKeysMax: most(({ liveNewKeysMax }) => liveNewKeysMax),
    oldRevokedBeforeVerified: sum(({ oldRevokedBeforeVerified }) => oldRevokedBeforeVerified),
    failedConsumerCalls: sum(({ failedConsumerCalls }) => failedConsumerCalls),
    rootMessages: most(({ rootMessages }) => rootMessages),
    threadMessages: most(({ threadMessages }) => threadMessages),
    edits: most(({ edits }) => edits),
    maxPostsPerSecond: most(({ maxPostsPerSecond }) => maxPostsPerSecond),
    auditVerified: all.every(({ auditVerified }) => auditVerified),
    days: most(({ days }) => days),
  };
}
