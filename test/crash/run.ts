import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { casesOfKinds } from './kinds.ts';
import { stories } from './stories/index.ts';
import { pointName } from './support/gate.ts';
import { openHarness, StoryError } from './support/harness.ts';
import { type Judged, judge } from './support/judge.ts';
import { type Case, casesOf, isMeant } from './support/points.ts';
import type { Story } from './support/story-type.ts';

// npm run test:crash: kills the app at every point of the story and says whether all of it holds.
// --list shows the points. --only 17, or --only chat.update, takes some, each in a story of its own, with the app's log.
// --story night plays only the stories whose name contains it. --share 6 takes every sixth crash, spread over the whole story. --all takes each point by itself, also those that leave
// the same behind. --jobs N plays N stories at a time, --json FILE writes the verdicts.

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    story: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    share: { type: 'string', default: '1' },
    // A story waits for its app, and the app for its story.
    jobs: { type: 'string', default: String(availableParallelism() + 1) },
    json: { type: 'string' },
  },
});

const startedAt = performance.now();
const judged: Judged[] = [];
let count = 0;
try {
  for (const story of stories.filter(({ name }) => name.includes(options.story)))
    judged.push(...(await playStory(story)));
  if (!options.list) report(judged);
} catch (error) {
  if (!(error instanceof StoryError)) throw error;
  say(error.message);
  process.exitCode = 1;
}

async function playStory(story: Story): Promise<readonly Judged[]> {
  const harness = await openHarness(story);
  try {
    const recording = await harness.record();
    casesOfKinds(story, recording.moments);
    const all = casesOf(recording.moments, { ...story, all: options.all, from: count + 1 });
    count += all.length;
    const share = Math.max(1, Number(options.share) || 1);
    const cases = all.filter((one, index) =>
      options.only === undefined ? index % share === 0 : isMeant(one, options.only),
    );
    const together = options.only === undefined;
    const lanes = Number(options.jobs);
    if (!options.list) return await judge(cases, { harness, recording, lanes, together, onJudged: tell });
    for (const one of cases) say(listed(one));
    return [];
  } finally {
    await harness.close();
  }
}

function tell({ one, faults, logs }: Judged): void {
  if (faults.length > 0) say(`FAILED ${listed(one)}${indented(faults)}`);
  else if (options.only !== undefined) say(`holds  ${listed(one)}`);
  if (options.only !== undefined && logs.length > 0) say(`       the app’s log:${indented(logs)}`);
}

/** A crash counts as many times as there are points that it stands for. */
function report(judged: readonly Judged[]): void {
  const points = judged.flatMap(({ one, faults }) => one.points.map((point) => ({ name: pointName(point), faults })));
  const held = points.filter(({ faults }) => faults.length === 0).length;
  if (options.json !== undefined) {
    mkdirSync(dirname(options.json), { recursive: true });
    const rows = points.map(({ name, faults }) => ({ name, fault: faults.length === 0 ? null : faults.join('; ') }));
    writeFileSync(options.json, JSON.stringify(rows, null, 2));
  }
  const failed = judged.filter(({ faults }) => faults.length > 0).map(({ one }) => one.number);
  if (failed.length > 0) say(`Again: npm run test:crash -- --only ${failed.join(',')}`);
  say(`${judged.length} crashes in ${Math.round((performance.now() - startedAt) / 1000)} s`);
  say(`${held} of ${points.length} kill points hold`);
  process.exitCode = held === points.length && held > 0 ? 0 : 1;
}

function listed({ number, points }: Case): string {
  return `${String(number).padStart(4)}  ${points.map(pointName).join('\n      =      ')}`;
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `\n         ${line.replaceAll('\n', '\n         ')}`).join('');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
