import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { story } from './story.ts';
import { PHASES, type Phase } from './support/gate.ts';
import { type Harness, openHarness, type Recording } from './support/harness.ts';
import { judge } from './support/judge.ts';
import { type Case, casesOf } from './support/points.ts';

// Many processes, on a machine that does other things as well.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

// One effect of each kind, in different parts of the story; `npm run test:crash` takes all of them.
const KINDS: readonly (readonly [what: string, label: RegExp, phases: readonly Phase[]])[] = [
  ['a message', /^slack chat\.postMessage alert$/, PHASES.request],
  ['the opening of an alert', /^commit: insert alerts /, PHASES.commit],
  ['the claim of a message', /^commit: update outbox \(sending\)$/, PHASES.commit],
  ['a modal', /^slack views\.open$/, ['applied']],
  ['the acknowledgement of a form', /^slack ack of view_submission /, PHASES.ack],
  ['a request to stop a key', /^commit: insert actions \(suspend /, PHASES.commit],
  ['a change at the provider', /^provider POST /, PHASES.request],
  ['the read-back of a change', /^provider GET .*\/api_keys\//, PHASES.read],
  ['the proof of a change', /^commit: update actions \(restore verified\)/, PHASES.commit],
  ['the end of an alert', /^commit: update alerts \(resolved /, PHASES.commit],
];

describe('an app that dies in the middle of something', () => {
  let harness: Harness;
  let recording: Recording;
  beforeAll(async () => {
    harness = await openHarness(story);
    recording = await harness.record();
  });
  afterAll(() => harness.close());

  test('ends the story as if it had not, at one effect of each kind', async () => {
    const cases = KINDS.flatMap(([what, label, phases]) =>
      phases.map((phase) => caseOf(recording, { what, label, phase })),
    );

    const judged = await judge(cases, { harness, recording, lanes: 2, onJudged: () => {} });

    expect(judged.map(({ one }) => one.number)).toEqual(
      [...new Set(cases.map(({ number }) => number))].sort((a, b) => a - b),
    );
    expect(judged.flatMap(({ faults }) => faults)).toEqual([]);
  });

  test('is known to have changed something: each of these kinds is in the recording', () => {
    const kinds = new Set(recording.moments.map(({ effect }) => effect.kind));

    expect([...kinds].sort()).toEqual(['ack', 'commit', 'read', 'request']);
  });
});

test('the harness can fail: a message that is not looked up before it is repeated comes twice, and is told', async () => {
  const forgetful = { path: 'src/slack/own-messages.ts', from: 'const isOurs =', to: 'const isOurs = false &&' };
  const harness = await openHarness(story, [forgetful]);
  try {
    const recording = await harness.record();
    const message = caseOf(recording, {
      what: 'a message',
      label: /^slack chat\.postMessage alert$/,
      phase: 'applied',
    });

    const [judged] = await judge([message], { harness, recording, lanes: 1, onJudged: () => {} });

    expect(judged?.faults).toContain('alert posted twice, not marked');
  } finally {
    await harness.close();
  }
});

interface Wanted {
  readonly what: string;
  readonly label: RegExp;
  readonly phase: Phase;
}

/** The first of its kind, taken literally. */
function caseOf({ moments }: Recording, { what, label, phase }: Wanted): Case {
  const found = casesOf(moments, { all: true }).find(({ at }) => label.test(at.effect.label) && at.phase === phase);
  if (found === undefined) throw new Error(`the story has no effect like ${what}`);
  return found;
}
