import { leak } from './stories/leak.ts';
import { night } from './stories/night.ts';
import { rotationByHand, rotationMade } from './stories/rotation.ts';
import { twoPeople } from './stories/two-people.ts';
import { type Moment, PHASES, type Phase } from './support/gate.ts';
import { StoryError } from './support/harness.ts';
import { type Case, casesOf } from './support/points.ts';
import type { Story } from './support/story-type.ts';

type Kind = readonly [what: string, label: RegExp, phases: readonly Phase[]];

/** One effect of each kind, in different parts of the stories. */
export const KINDS: readonly (readonly [story: Story, kinds: readonly Kind[]])[] = [
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
  [
    rotationMade,
    [
      ['the request for a new key', /^commit: insert actions \(create_key /, PHASES.commit],
      ['the making of a key', /^provider POST .*\/api_keys$/, PHASES.request],
      ['what was made', /^commit: update actions \(create_key verified\)/, PHASES.commit],
      ['its value in the secret store', /^commit: secret /, PHASES.commit],
      ['a deployment', /^deploy POST /, PHASES.request],
      ['the end of the old key', /^provider DELETE .*\/api_keys\//, PHASES.request],
      ['the end of a rotation', /^commit: update rotations \(done /, PHASES.commit],
    ],
  ],
  [
    rotationByHand,
    [
      ['a new key that is found', /^commit: .*rotation_steps \(done generate\), .*\(todo store\)/, PHASES.commit],
      ['the move of a key', /^commit: update keys .*insert audit \(key\.moved\)/, PHASES.commit],
      ['the suspension of the old key', /^provider POST .*\/api_keys\//, PHASES.request],
      ['the request for its final end', /^commit: .*insert audit \(rotation\.final_asked\)/, PHASES.commit],
    ],
  ],
];

/** The first of each kind that this story has to have, taken literally. Throws where it has none: it would prove little. */
export function casesOfKinds(story: Story, moments: readonly Moment[]): readonly Case[] {
  for (const kind of Object.keys(PHASES)) {
    if (!moments.some(({ effect }) => effect.kind === kind)) throw new StoryError(`The story has no ${kind}`);
  }
  const all = casesOf(moments, { all: true });
  const kinds = KINDS.filter(([of]) => of === story).flatMap(([, kinds]) => kinds);
  return kinds.flatMap(([what, label, phases]) =>
    phases.map((phase) => {
      const found = all.find(({ at }) => label.test(at.effect.label) && at.phase === phase);
      if (found === undefined) throw new StoryError(`The story has no effect like ${what}, ${phase}`);
      return found;
    }),
  );
}
