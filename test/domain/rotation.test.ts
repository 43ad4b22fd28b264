import { describe, expect, test } from 'vitest';
import {
  nextSteps,
  progressOf,
  ROTATION_STEPS,
  type Rotation,
  STEP_EVENTS,
  STEP_STATES,
  STEP_TRANSITIONS,
  type StepChange,
  type StepEvent,
  type StepName,
  type StepState,
  stepOf,
  stepRefusal,
  withStep,
} from '../../src/domain/rotation.ts';
import { changeByProof } from '../../src/domain/rotation-proof.ts';
import {
  ROTATION_EVENTS,
  ROTATION_STANDINGS,
  ROTATION_TRANSITIONS,
  type RotationStanding,
} from '../../src/domain/rotation-standing.ts';
import { NOON } from '../support/records.ts';
import { rotationAfter, rotationOf } from '../support/rotations.ts';

const NEXT_STEP: Readonly<Record<StepState, Readonly<Record<StepEvent, StepState | null>>>> = {
  todo: { complete: 'done', block: 'blocked', skip: 'skipped', undo: null },
  blocked: { complete: 'done', block: 'blocked', skip: 'skipped', undo: 'todo' },
  done: { complete: null, block: null, skip: null, undo: 'todo' },
  skipped: { complete: 'done', block: null, skip: null, undo: 'todo' },
};
const EVENT_ORDER = ['change', 'finish', 'cancel', 'pause', 'resume', 'roll_back'] as const;
const NEXT_ROTATION: Readonly<Record<RotationStanding, readonly (RotationStanding | null)[]>> = {
  open: ['open', 'done', 'cancelled', 'paused', null, 'rolling_back'],
  paused: ['paused', 'done', 'cancelled', null, 'open', 'rolling_back'],
  rolling_back: [null, 'done', 'cancelled', null, null, null],
  done: [null, null, null, null, null, null],
  cancelled: [null, null, null, null, null, null],
};
const stepPairs = STEP_STATES.flatMap((state) => STEP_EVENTS.map((event) => ({ state, event })));
const rotationPairs = ROTATION_STANDINGS.flatMap((state) => ROTATION_EVENTS.map((event) => ({ state, event })));

function change(step: StepName, event: StepEvent, fields: Partial<StepChange> = {}): StepChange {
  return { step, event, by: 'slack:T1/U0BEN', at: NOON + 5, reason: null, ...fields };
}

const refuse = (rotation: Rotation, step: StepName, event: StepEvent) => stepRefusal(rotation, { step, event });

describe('the tables', () => {
  test.each(stepPairs)('a step that is $state, on $event', ({ state, event }) => {
    expect(STEP_TRANSITIONS[state][event]).toBe(NEXT_STEP[state][event]);
  });

  test.each(rotationPairs)('a rotation that is $state, on $event', ({ state, event }) => {
    expect(ROTATION_TRANSITIONS[state][event]).toBe(NEXT_ROTATION[state][EVENT_ORDER.indexOf(event)]);
  });

  test('know no other states and events', () => {
    expect(stepPairs).toHaveLength(16);
    expect(rotationPairs).toHaveLength(30);
  });
});

describe('the order', () => {
  test.each([
    ['generate', []],
    ['store', ['generate']],
    ['redeploy', ['store']],
    ['verify', ['redeploy']],
    ['inventory', ['generate']],
  ] as const)('%s comes after %j', (step, before) => {
    const fresh = rotationOf();

    expect(refuse(fresh, step, 'complete')).toEqual(before.length === 0 ? null : { kind: 'too_early', steps: before });
  });

  test('lets the key list follow as soon as there is a new key, and not before', () => {
    expect(refuse(rotationAfter(1), 'inventory', 'complete')).toEqual({ kind: 'no_new_key' });
    expect(refuse(rotationAfter(1, { newKeyId: 'key_2' }), 'inventory', 'complete')).toBeNull();
  });

  test('goes on after what was skipped with a reason; only what can be left out is skipped', () => {
    const skipped = withStep(rotationAfter(1), change('store', 'skip', { reason: 'nothing stores it' }));

    expect(refuse(skipped, 'redeploy', 'complete')).toBeNull();
    for (const step of ROTATION_STEPS) {
      const expected = step === 'store' || step === 'redeploy' ? null : { kind: 'not_skippable' };
      const ready = rotationAfter(ROTATION_STEPS.indexOf(step), { newKeyId: 'key_2' });
      expect(refuse(ready, step, 'skip')).toEqual(expected);
    }
  });

  test('takes back from the end: what others build on is undone last', () => {
    const three = rotationAfter(3);

    expect(refuse(three, 'generate', 'undo')).toEqual({ kind: 'built_upon', steps: ['store'] });
    expect(refuse(three, 'redeploy', 'undo')).toBeNull();
    expect(stepOf(withStep(three, change('redeploy', 'undo')), 'redeploy')).toMatchObject({
      state: 'todo',
      revision: 3,
    });
    const blocked = rotationOf({}, { generate: 'done', store: 'blocked' });
    expect(refuse(blocked, 'store', 'undo')).toBeNull();
  });

  test('lets a step ahead be blocked: a freeze is known before its turn comes', () => {
    expect(refuse(rotationOf(), 'redeploy', 'block')).toBeNull();
  });

  test('forgets the new key with the step that named it', () => {
    expect(withStep(rotationAfter(1, { newKeyId: 'key_2' }), change('generate', 'undo')).newKeyId).toBeNull();
  });

  test('is over with the last step, and then nothing changes any more', () => {
    const five = rotationAfter(5, { newKeyId: 'key_2' });
    const done = withStep(five, change('inventory', 'complete'));

    expect(done).toMatchObject({ state: 'done', closedBy: 'slack:T1/U0BEN', closedAt: NOON + 5, revision: 2 });
    for (const rotation of [done, rotationAfter(2, { state: 'cancelled' })]) {
      for (const { name } of rotation.steps) {
        for (const event of STEP_EVENTS) expect(refuse(rotation, name, event)).toEqual({ kind: 'closed' });
      }
    }
  });

  test('names the steps that can be worked on', () => {
    const names = (rotation: Rotation) => nextSteps(rotation).map(({ name }) => name);

    expect(names(rotationOf())).toEqual(['generate']);
    expect(names(rotationAfter(1))).toEqual(['store', 'inventory']);
    expect(names(rotationOf({}, { generate: 'done', store: 'blocked' }))).toEqual(['store', 'inventory']);
    expect(progressOf(rotationOf({}, { generate: 'done', store: 'skipped', redeploy: 'blocked' }))).toBe(2);
  });
});

describe('the old key', () => {
  const proof = (rotation: Rotation, isStopped: boolean) =>
    changeByProof(rotation, {
      status: isStopped ? 'archived' : 'active',
      by: 'system:follow',
      at: NOON + 9,
      evidence: null,
    });

  test('is stopped by what the provider shows, never by a person’s word', () => {
    expect(refuse(rotationAfter(4), 'revoke', 'complete')).toEqual({ kind: 'only_by_proof' });
    expect(refuse(rotationAfter(5), 'revoke', 'undo')).toEqual({ kind: 'only_by_proof' });
    expect(proof(rotationAfter(4), true)).toEqual({
      step: 'revoke',
      event: 'complete',
      by: 'system:follow',
      at: NOON + 9,
      reason: null,
      isProof: true,
    });
  });

  test('that was stopped early is ticked all the same, with the word that it was early', () => {
    const early = proof(rotationAfter(2), true);

    expect(early).toMatchObject({ event: 'complete', reason: 'stopped before the new key was verified' });
    expect(stepOf(withStep(rotationAfter(2), early as StepChange), 'revoke').state).toBe('done');
    // What stands for itself holds nothing up.
    expect(refuse(rotationAfter(5), 'verify', 'undo')).toBeNull();
  });

  test('that is public is ticked early as what was to be done', () => {
    expect(proof(rotationAfter(0, { isPublic: true }), true)).toMatchObject({
      reason: 'stopped first, since the key is public',
    });
  });

  test('that is only suspended has not ended, and a drill proves nothing', () => {
    const suspended = { status: 'inactive', by: 'system:follow', at: NOON, evidence: null } as const;

    expect(changeByProof(rotationAfter(4), suspended)).toBeNull();
    expect(changeByProof(rotationAfter(5), suspended)).toBeNull();
    expect(proof(rotationAfter(4, { kind: 'drill' }), true)).toBeNull();
  });

  test('that works again takes the tick back', () => {
    expect(proof(rotationAfter(5), false)).toMatchObject({ event: 'undo', reason: 'the old key works again' });
  });

  test('that is as the step says changes nothing, and nothing changes once it is over', () => {
    expect(proof(rotationAfter(5), true)).toBeNull();
    expect(proof(rotationAfter(4), false)).toBeNull();
    expect(proof(rotationAfter(4, { state: 'cancelled' }), true)).toBeNull();
    expect(proof(rotationOf({}, { revoke: 'blocked' }), true)).toMatchObject({ event: 'complete' });
  });
});
