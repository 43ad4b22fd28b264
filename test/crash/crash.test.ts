import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { present } from '../support/bench-deps.ts';
import { leak } from './stories/leak.ts';
import { night } from './stories/night.ts';
import { twoPeople } from './stories/two-people.ts';
import { PHASES, type Phase } from './support/gate.ts';
import { type Harness, openHarness, type Recording } from './support/harness.ts';
import { judge } from './support/judge.ts';
import { type Case, casesOf } from './support/points.ts';
import type { Story } from './support/story-type.ts';

// Many processes, on a machine that does other things as well.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

type Kind = readonly [what: string, label: RegExp, phases: readonly Phase[]];

// One effect of each kind, in different parts of the stories; `npm run test:crash` takes all of them.
const KINDS: readonly (readonly [story: Story, kinds: readonly Kind[]])[] = [
  [
    leak,
    [
      ['a message', /^slack chat\.postMessage alert$/, PHASES.request],
      ['the opening of an alert', /^commit: .*insert alerts /, PHASES.commit],
      ['the claim of a message', /^commit: update outbox \(sending\)$/, PHASES.commit],
      ['a modal', /^slack views\.open$/, ['applied']],
      ['the acknowledgement of a form', /^slack ack of view_submission /, PHASES.ack],
      ['a request to stop a key', /^commit: insert actions \(suspend /, PHASES.commit],
      ['a change at the provider', /^provider POST /, PHASES.request],
      ['the read-back of a change', /^provider GET .*\/api_keys\//, PHASES.read],
      ['the proof of a change', /^commit: update actions \(restore verified\)/, PHASES.commit],
      ['the end of an alert', /^commit: .*update alerts \(resolved critical\)/, PHASES.commit],
    ],
  ],
  [
    night,
    [
      ['a step up', /^commit: .*alert_events \(owner_asked\)/, PHASES.commit],
      ['the question to an owner', /^slack chat\.postMessage owner_question$/, ['applied']],
      ['a page to PagerDuty', /^pagerduty POST /, PHASES.request],
      ['a page to the webhook', /^webhook POST /, ['applied']],
      ['what a webhook was told', /^commit: .*insert pages \(webhook trigger\)/, PHASES.commit],
      ['the answer of an owner', /^commit: .*alert_events \(owner_denied\)/, PHASES.commit],
      ['the call of further people', /^commit: .*alert_events \(escalated\)/, ['after']],
      ['a snooze', /^commit: .*alert_events \(snoozed\)/, PHASES.commit],
      ['the end of a snooze', /^commit: .*alert_events \(snooze_over\)/, PHASES.commit],
      ['a cap raised for a time', /^commit: .*insert grants \(set_spend_limit\)/, PHASES.commit],
      ['a cap at the provider', /^provider POST .*\/spend_limits/, ['applied']],
      ['the verdict that it was expected', /^commit: .*alert_events \(expected\)/, PHASES.commit],
      [
        'the way back of a cap',
        /^commit: insert actions \(set_spend_limit pending\), update grants \(set_spend_limit\)/,
        PHASES.commit,
      ],
      ['the end of a grant', /^commit: update grants \(set_spend_limit restored\)/, PHASES.commit],
    ],
  ],
  [
    twoPeople,
    [
      ['a request for a second person', /^commit: insert approvals \(revoke waiting\)/, PHASES.commit],
      ['an approval', /^commit: .*update approvals \(revoke approved\)/, PHASES.commit],
      ['what cannot be undone', /^provider POST .*\/api_keys\//, PHASES.request],
      ['the start of a rotation', /^commit: insert rotations /, PHASES.commit],
      ['a reply for a step', /^slack chat\.postMessage rotation_step$/, ['applied']],
      ['a ticked step', /^commit: .*rotation_steps \(done store\)/, PHASES.commit],
    ],
  ],
];

describe.each(KINDS)('an app that dies in the middle of something: $name', (story, kinds) => {
  let harness: Harness;
  let recording: Recording;
  beforeAll(async () => {
    harness = await openHarness(story);
    recording = await harness.record();
  });
  afterAll(() => harness.close());

  test('ends the story as if it had not, at one effect of each kind', async () => {
    const cases = kinds.flatMap(([what, label, phases]) =>
      phases.map((phase) => caseOf(recording, { what, label, phase })),
    );

    const judged = await judge(cases, { harness, recording, lanes: 2, onJudged: () => {} });

    expect(judged.map(({ one }) => one.number)).toEqual(
      [...new Set(cases.map(({ number }) => number))].sort((a, b) => a - b),
    );
    expect(judged.flatMap(({ one, faults }) => faults.map((fault) => `${one.at.effect.label}: ${fault}`))).toEqual([]);
  });

  test('is known to have changed something: each of these kinds is in the recording', () => {
    const kinds = new Set(recording.moments.map(({ effect }) => effect.kind));

    expect([...kinds].sort()).toEqual(['ack', 'commit', 'read', 'request']);
  });
});

test('the harness can fail: a message that is not looked up before it is repeated comes twice, and is told', async () => {
  const forgetful = { path: 'src/slack/own-messages.ts', from: 'const isOurs =', to: 'const isOurs = false &&' };
  const harness = await openHarness(leak, [forgetful]);
  try {
    const recording = await harness.record();
    // The leak's own: what was told before it is another matter.
    const message = present(
      casesOf(recording.moments, { all: true })
        .filter(({ at }) => at.effect.label === 'slack chat.postMessage alert' && at.phase === 'applied')
        .at(-1),
    );

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
