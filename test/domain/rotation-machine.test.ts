import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KeyStatus } from '../../src/domain/key.ts';
import {
  isOver,
  ROTATION_STEPS,
  type Rotation,
  STEP_EVENTS,
  STEP_NEEDS,
  type StepName,
  stepOf,
  stepRefusal,
  withStep,
} from '../../src/domain/rotation.ts';
import { changeByProof } from '../../src/domain/rotation-proof.ts';
import { ROTATION_TRANSITIONS, standingOf } from '../../src/domain/rotation-standing.ts';
import { endRefusal, isFinalDue, steered, withGrace, withoutGrace } from '../../src/domain/rotation-steering.ts';
import { NOON } from '../support/records.ts';
import { rotationAfter } from '../support/rotations.ts';

const GRACE_MS = 10;
const STEERS = ['cancel', 'pause', 'resume', 'roll_back'] as const;

/** What people, the provider and time do to a rotation and its old key; `retire` and `final` are what we do ourselves. */
type Move =
  | {
      readonly kind: 'step';
      readonly step: StepName;
      readonly event: (typeof STEP_EVENTS)[number];
      readonly newKey: string | null;
    }
  | { readonly kind: 'steer'; readonly event: (typeof STEERS)[number] }
  | { readonly kind: 'retire' | 'wait' }
  | { readonly kind: 'outside'; readonly status: KeyStatus };
const moves: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('step' as const),
      step: fc.constantFrom(...ROTATION_STEPS),
      event: fc.constantFrom(...STEP_EVENTS),
      newKey: fc.constantFrom(null, 'key_2', 'key_3'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('steer' as const), event: fc.constantFrom(...STEERS) }) },
  { weight: 3, arbitrary: fc.constantFrom({ kind: 'retire' as const }, { kind: 'wait' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('outside' as const),
      status: fc.constantFrom<KeyStatus>('active', 'inactive', 'archived', 'gone'),
    }),
  },
);

interface World {
  readonly rotation: Rotation;
  readonly status: KeyStatus;
  readonly now: number;
  /** We have ended it ourselves, while the rotation stood like this. */
  readonly endedBy: Rotation | null;
}

/** As the services do it: what we do to the old key asks the machine first, and what the provider shows follows. */
function next(world: World, move: Move): World {
  const { rotation, status, now } = world;
  switch (move.kind) {
    case 'step':
      return { ...world, rotation: stepped(rotation, move) };
    case 'steer':
      return { ...world, rotation: steered(rotation, move.event, { by: 'a', at: now, reason: 'why' }) ?? rotation };
    case 'retire': {
      if (endRefusal(rotation) !== null || status !== 'active') return world;
      return { ...world, status: 'inactive', rotation: withGrace(rotation, now + GRACE_MS) };
    }
    case 'wait': {
      const later = now + GRACE_MS;
      if (!isFinalDue(rotation, later) || status !== 'inactive') return { ...world, now: later };
      return { ...world, now: later, status: 'archived', endedBy: rotation };
    }
    case 'outside':
      return status === 'archived' || status === 'gone' ? world : { ...world, status: move.status };
  }
}

function stepped(
  rotation: Rotation,
  {
    step,
    event,
    newKey,
  }: { readonly step: StepName; readonly event: (typeof STEP_EVENTS)[number]; readonly newKey: string | null },
): Rotation {
  const named =
    newKey !== null && step === 'generate' && event === 'complete' && stepOf(rotation, step).state !== 'done'
      ? { ...rotation, newKeyId: newKey }
      : rotation;
  if (stepRefusal(named, { step, event }) !== null) return rotation;
  return withStep(named, { step, event, by: 'a', at: NOON, reason: event === 'complete' ? null : 'why' });
}

/** What the provider shows is followed at once, as the due work does. */
function followed(world: World): World {
  const { rotation, status, now } = world;
  const change = changeByProof(rotation, { status, by: 'system', at: now, evidence: null });
  if (change !== null) return { ...world, rotation: withStep(rotation, change) };
  if (status === 'active' && rotation.finalAt !== null)
    return { ...world, rotation: withoutGrace(rotation, { by: 'system', at: now, reason: 'it works' }) };
  return world;
}

function expectSound(before: World, { rotation, status, endedBy }: World): void {
  const state = (name: StepName) => stepOf(rotation, name).state;
  // Ended by us: after the new key was verified, or because everybody has the old one, which the record says.
  if (endedBy !== null) expect(isOver(stepOf(endedBy, 'verify').state) || endedBy.isPublic).toBe(true);
  if (endedBy !== null) expect(standingOf(endedBy)).toBe('open');
  // Ticked by whatever way before that: the record says why.
  const isNewTick = state('revoke') === 'done' && stepOf(before.rotation, 'revoke').state !== 'done';
  if (isNewTick && !isOver(state('verify'))) {
    expect(stepOf(rotation, 'revoke').reason).toContain(
      rotation.isPublic ? 'public' : 'before the new key was verified',
    );
  }
  if (state('revoke') === 'done' && rotation.state === 'open') expect(status).not.toBe('active');
  // A date stands only where the end may go on, and it never outlives the rotation.
  if (rotation.finalAt !== null) {
    expect(rotation.isPublic || isOver(state('verify'))).toBe(true);
    expect(rotation.state).toBe('open');
  }
  for (const { name, state: own } of rotation.steps.filter((step) => step.name !== 'revoke' && isOver(step.state))) {
    expect([name, own, STEP_NEEDS[name].every((need) => isOver(state(need)))]).toEqual([name, own, true]);
  }
  // One new key: another one is named only when nothing builds on the first any more.
  const { newKeyId } = before.rotation;
  if (newKeyId !== null && rotation.newKeyId !== newKeyId) {
    expect(isOver(stepOf(before.rotation, 'store').state)).toBe(false);
  }
  if (rotation.state === 'done') expect(rotation.steps.every((step) => isOver(step.state))).toBe(true);
  const standing = standingOf(before.rotation);
  if (standing === 'done' || standing === 'cancelled') expect(rotation).toEqual(before.rotation);
  const after = standingOf(rotation);
  expect(after === standing || Object.values(ROTATION_TRANSITIONS[standing]).includes(after)).toBe(true);
}

test('a roll-back whose old key ends for good after all, with everything else done, is a rotation that is done', () => {
  let world: World = {
    rotation: rotationAfter(4, { isPublic: false, newKeyId: 'key_2' }),
    status: 'active',
    now: NOON,
    endedBy: null,
  };
  for (const move of [
    { kind: 'step', step: 'inventory', event: 'complete', newKey: null },
    { kind: 'steer', event: 'roll_back' },
    { kind: 'outside', status: 'gone' },
  ] as const) {
    const before = world;
    world = followed(next(world, move));
    expectSound(before, world);
  }
  expect(world.rotation.state).toBe('done');
});

test('nothing that people, providers and time do ends the old key before the new one is verified, without a word of it', () => {
  fc.assert(
    fc.property(fc.array(moves, { maxLength: 50 }), fc.boolean(), fc.constantFrom(0, 3, 4), (list, isPublic, done) => {
      let world: World = {
        rotation: rotationAfter(done, { isPublic, newKeyId: done === 0 ? null : 'key_2' }),
        status: 'active',
        now: NOON,
        endedBy: null,
      };
      for (const move of list) {
        const before = world;
        world = followed(next(world, move));
        expectSound(before, world);
      }
    }),
    { numRuns: 1_500 },
  );
});
