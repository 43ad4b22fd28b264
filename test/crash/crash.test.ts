import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { casesOfKinds, KINDS } from './kinds.ts';
import { type Harness, openHarness, type Recording } from './support/harness.ts';
import { judge } from './support/judge.ts';

// Many processes, on a machine that does other things as well.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

// `npm run test:crash` takes all effects of these stories and more: `.ci/run` leaves this file out.
describe.each(KINDS)('an app that dies in the middle of something: $name', (story) => {
  let harness: Harness;
  let recording: Recording;
  beforeAll(async () => {
    harness = await openHarness(story);
    recording = await harness.record();
  });
  afterAll(() => harness.close());

  test('ends the story as if it had not, at one effect of each kind', async () => {
    const cases = casesOfKinds(story, recording.moments);

    const judged = await judge(cases, { harness, recording, lanes: 2, onJudged: () => {} });

    expect(judged.map(({ one }) => one.number)).toEqual(
      [...new Set(cases.map(({ number }) => number))].sort((a, b) => a - b),
    );
    expect(judged.flatMap(({ one, faults }) => faults.map((fault) => `${one.at.effect.label}: ${fault}`))).toEqual([]);
  });
});
