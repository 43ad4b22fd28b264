import { isSame } from './gate.ts';
import type { Harness, Recording } from './harness.ts';
import { type Case, roundsOf } from './points.ts';

const MOST_TRIES = 5;
const MOST_TOGETHER = 2;

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

/** Kills the app at every case, several in one story; those of a story that fails are taken apart. */
export async function judge(cases: readonly Case[], options: JudgeOptions): Promise<readonly Judged[]> {
  const { lanes, together = true, onJudged } = options;
  const judged: Judged[] = [];
  let left = cases;
  // What the app does side by side comes now and then in another order, and what it does every so often shifts with
  // each restart: whoever was missed is tried again with others that were, and then alone.
  for (let tries = 1; tries <= MOST_TRIES && left.length > 0; tries += 1) {
    const rounds = together && tries <= MOST_TOGETHER ? roundsOf(left) : left.map((one) => [one]);
    const missed: Case[] = [];
    await inLanes(rounds, lanes, async (round) => {
      const told = await judgeRound(round, options);
      for (const one of told.judged) onJudged(one);
      judged.push(...told.judged);
      missed.push(...told.missed);
    });
    left = missed;
  }
  for (const one of left) {
    const never = { one, faults: ['the story never came to this point'], logs: [] };
    onJudged(never);
    judged.push(never);
  }
  return judged.sort((a, b) => a.one.number - b.one.number);
}

interface Round {
  readonly judged: readonly Judged[];
  readonly missed: readonly Case[];
}

/** A story with all of these crashes; when it fails, one with each half of them. */
async function judgeRound(round: readonly Case[], { harness, recording, ...options }: JudgeOptions): Promise<Round> {
  const verdict = await harness.crashAt(
    round.map(({ at }) => at),
    recording,
  );
  const { faults, logs } = verdict;
  if (faults.length === 0 || round.length === 1) {
    const missed = faults.length > 0 ? [] : round.filter(({ at }) => verdict.missed.some((point) => isSame(point, at)));
    return { judged: round.filter((one) => !missed.includes(one)).map((one) => ({ one, faults, logs })), missed };
  }
  const middle = Math.ceil(round.length / 2);
  const halves = [
    await judgeRound(round.slice(0, middle), { harness, recording, ...options }),
    await judgeRound(round.slice(middle), { harness, recording, ...options }),
  ];
  const judged = halves.flatMap((half) => half.judged);
  const missed = halves.flatMap((half) => half.missed);
  const isExplained = judged.some((one) => one.faults.length > 0);
  // Each half holds by itself, but not after one another: that is no less of a fault.
  const joint = isExplained ? [] : faults.map((fault) => `together with other crashes: ${fault}`);
  return { judged: judged.map((one) => ({ ...one, faults: [...one.faults, ...joint] })), missed };
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
