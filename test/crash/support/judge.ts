import type { Harness, Recording, Verdict } from './harness.ts';
import { type Case, roundsOf } from './points.ts';

const MOST_TRIES = 5;

export interface Judged {
  readonly one: Case;
  /** Empty: it holds. */
  readonly faults: readonly string[];
  readonly logs: readonly string[];
}

export interface JudgeOptions {
  readonly harness: Harness;
  readonly recording: Recording;
  /** How many stories play side by side. */
  readonly lanes: number;
  /** False: each crash in a story of its own. */
  readonly together?: boolean;
  readonly onJudged: (judged: Judged) => void;
}

/** Kills the app at every case, several in one story; those of a story that fails, each in a story of its own. */
export async function judge(cases: readonly Case[], options: JudgeOptions): Promise<readonly Judged[]> {
  const { harness, recording, lanes, together = true, onJudged } = options;
  const judged: Judged[] = [];
  const tell = (one: Judged): void => {
    judged.push(one);
    onJudged(one);
  };
  const alone = async (one: Case): Promise<Judged> => {
    let verdict = await harness.crashAt([one.at], recording);
    // What the app does side by side comes now and then in another order, or in fewer steps.
    for (let tries = 1; tries < MOST_TRIES && onlyMissed(verdict); tries += 1) {
      verdict = await harness.crashAt([one.at], recording);
    }
    const missed = verdict.missed.map(() => 'the story never came to this point');
    return { one, faults: [...verdict.faults, ...missed], logs: verdict.logs };
  };
  await inLanes(together ? roundsOf(cases) : cases.map((one) => [one]), lanes, async (round) => {
    const verdict = await harness.crashAt(
      round.map(({ at }) => at),
      recording,
    );
    if (isFine(verdict)) {
      for (const one of round) tell({ one, faults: [], logs: verdict.logs });
      return;
    }
    const apart: Judged[] = [];
    for (const one of round) apart.push(await alone(one));
    // Each holds by itself, but not after one another: that is no less of a fault.
    const joint = apart.every(({ faults }) => faults.length === 0) ? verdict.faults : [];
    for (const one of apart) tell({ ...one, faults: [...one.faults, ...joint.map(afterOthers)] });
  });
  return judged.sort((a, b) => a.one.number - b.one.number);
}

function onlyMissed({ faults, missed }: Verdict): boolean {
  return faults.length === 0 && missed.length > 0;
}

function isFine({ faults, missed }: Verdict): boolean {
  return faults.length === 0 && missed.length === 0;
}

function afterOthers(fault: string): string {
  return `together with other crashes: ${fault}`;
}

async function inLanes<Item>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const drain = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: Math.max(1, lanes) }, drain));
}
