import { join } from 'node:path';
import type { Mutant } from '../../support/bundle.ts';
import { differences } from './differences.ts';
import { Gate, isSame, type KillPoint, type Moment } from './gate.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { Play } from './play.ts';
import { prepare } from './prepare.ts';
import type { Story } from './story-type.ts';
import { openSurroundings } from './surroundings.ts';

export interface Recording {
  readonly moments: readonly Moment[];
  readonly outcome: Outcome;
}

export interface Verdict {
  /** Empty: the story ended as it does without a crash. */
  readonly faults: readonly string[];
  /** Points that the story never came to. */
  readonly missed: readonly KillPoint[];
  /** Warnings and errors that the app wrote. */
  readonly logs: readonly string[];
}

export interface Harness {
  /** The story without a crash. Throws when it does not hold by itself. */
  record(): Promise<Recording>;
  /** The story with a crash at each of these points, compared with the one without. */
  crashAt(points: readonly KillPoint[], recording: Recording): Promise<Verdict>;
  close(): Promise<void>;
}

/** Something is wrong with the story itself: no crash can be judged. */
export class StoryError extends Error {}

/** Prepares the database and the child; everything is removed at `close`. */
export async function openHarness(story: Story, mutants: readonly Mutant[] = []): Promise<Harness> {
  const stock = await prepare(story, mutants);

  const play = async (gate: Gate): Promise<Outcome> => {
    const folder = await stock.newFolder();
    const databasePath = join(folder, 'keysteward.db');
    const surroundings = await openSurroundings(story, gate, folder);
    const played = new Play({ story, surroundings, gate, bundle: stock.bundle, databasePath });
    try {
      surroundings.clock.jumpTo(story.from);
      await played.run();
      return await outcomeOf({ surroundings, databasePath, play: played });
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      return { faults: [problem], facts: {}, repeats: [], logs: played.logs };
    } finally {
      await surroundings.close();
    }
  };

  return {
    async record() {
      const gate = new Gate();
      const outcome = await play(gate);
      const faults = ownFaults(outcome);
      if (faults.length > 0) {
        const lines = [...faults, ...outcome.logs].join('\n');
        throw new StoryError(`The story does not hold even without a crash:\n${lines}`);
      }
      return { moments: gate.moments, outcome };
    },
    async crashAt(points, recording) {
      const gate = new Gate(points);
      const outcome = await play(gate);
      const missed = points.filter((point) => !gate.hits.some((hit) => isSame(hit, point)));
      const hasEnded = Object.keys(outcome.facts).length > 0;
      const changed = hasEnded ? differences(recording.outcome, outcome, story) : [];
      const faults = [...ownFaults(outcome, story), ...changed];
      return { faults, missed, logs: outcome.logs };
    },
    close: () => stock.remove(),
  };
}

/** What is wrong whatever the story without a crash looks like. */
function ownFaults({ faults, repeats, logs }: Outcome, { mayRepeat = false }: { mayRepeat?: boolean } = {}) {
  const errors = logs.filter((line) => line.startsWith('error ')).map((line) => `logged: ${line}`);
  const untold = repeats.filter((line) => !mayRepeat || line.endsWith('not marked'));
  return [...faults, ...untold, ...errors];
}
