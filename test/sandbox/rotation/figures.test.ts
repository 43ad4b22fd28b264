import { expect, test } from 'vitest';
import { newRotation, type Rotation } from '../../../src/domain/rotation.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { DrivenClock } from '../../../src/sandbox/driven-clock.ts';
import { fateOf, messageFigures } from '../../../src/sandbox/figures/figures.ts';
import { createWorld } from '../../../src/sandbox/world/index.ts';
import { present } from '../../support/bench-deps.ts';

const START = Date.UTC(2026, 9, 12, 8);

function rotating() {
  const clock = new DrivenClock(START);
  const world = createWorld({ seed: 1, clock, startAt: START });
  const old = present(world.findKey('openai', 'prod-api'));
  const after = (ms: number) => clock.jumpTo(START + ms);
  const make = () => world.createKey({ provider: 'openai', scopeId: old.scopeId, name: 'new', owner: old.owner });
  const fate = (verifiedAt: number | null, made = [make()]) =>
    fateOf({ world, clock }, { old, made, rotation: verified(old.id, verifiedAt) });
  return { world, old, after, make, fate };
}

function verified(oldKeyId: string, at: number | null): Rotation {
  const fields = {
    id: 'rot',
    lineageId: 'lin',
    oldKeyId,
    alertId: null,
    reason: 'test',
    startedBy: 'x',
    startedAt: START,
  };
  const rotation = newRotation(fields);
  const steps = rotation.steps.map((step) =>
    step.name === 'verify' && at !== null ? { ...step, state: 'done' as const, at } : step,
  );
  return { ...rotation, steps };
}

test('two new keys that work at one instant are counted, though one is deleted in the same instant', () => {
  const { world, after, make, fate } = rotating();
  after(MINUTE_MS);
  const first = make();
  after(2 * MINUTE_MS);
  const second = make();
  world.setKeyState(first.id, 'deleted');

  expect(fate(null, [first, second])).toMatchObject({ liveNewKeysMax: 2, newKeysThatWork: 1 });
});

test('one that is made after the other was deleted is not a second one', () => {
  const { world, after, make, fate } = rotating();
  after(MINUTE_MS);
  const first = make();
  after(2 * MINUTE_MS);
  world.setKeyState(first.id, 'deleted');
  const second = make();

  expect(fate(null, [first, second])).toMatchObject({ liveNewKeysMax: 1, newKeysThatWork: 1 });
});

test.each([
  ['before the new one was verified', 3 * HOUR_MS, true],
  ['although nothing was verified', null, true],
  ['after it', HOUR_MS, false],
])('an old key that is stopped %s', (_, verifiedAfterMs, isTooEarly) => {
  const { world, old, after, fate } = rotating();
  after(2 * HOUR_MS);
  world.setKeyState(old.id, 'inactive');
  after(4 * HOUR_MS);
  world.setKeyState(old.id, 'archived');

  const verifiedAt = verifiedAfterMs === null ? null : START + verifiedAfterMs;
  expect(fate(verifiedAt)).toMatchObject({ isTooEarly, endings: 1 });
});

test('calls with a stopped key are counted as refused until the consumer has moved', () => {
  const { world, old, after, make, fate } = rotating();
  after(HOUR_MS);
  const made = make();
  expect(fate(null, [made]).refused).toBe(0);

  world.setKeyState(old.id, 'archived');
  after(2 * HOUR_MS);
  const { refused } = fate(null, [made]);
  expect(refused).toBeGreaterThan(0);

  world.redeploy({ fromKeyId: old.id, toKeyId: made.id });
  after(3 * HOUR_MS);
  expect(fate(null, [made]).refused).toBe(refused);
});

test('posts are counted by place and by second, and what Slack refused is no post', () => {
  const call = (at: number, args: object, ok = true, method = 'chat.postMessage') => ({
    method,
    args: { channel: 'C1', ...args },
    ok,
    at,
  });
  const calls = [
    call(1_000, {}),
    call(1_900, { thread_ts: '1' }),
    call(2_000, { channel: 'C2' }),
    call(2_100, {}, false),
    call(3_000, { ts: '1' }, true, 'chat.update'),
  ];

  expect(messageFigures({ calls }, () => true)).toEqual({
    rootMessages: 2,
    threadMessages: 1,
    edits: 1,
    maxPostsPerSecond: 2,
  });
});
