import { expect, test } from 'vitest';
import type { Rotation } from '../../../src/domain/rotation.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { pollUsageJob } from '../../../src/scheduler/jobs/poll-usage.ts';
import { syncInventoryJob } from '../../../src/scheduler/jobs/sync-inventory.ts';
import { learnDue } from '../../../src/services/baselines/learn-baselines.ts';
import { tickFoundKeys } from '../../../src/services/rotation/find-new-keys.ts';
import { type Bench, NOON, openBench } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { begin, read, step } from './support.ts';

const DAYS_BEFORE = 12;
const EVERY_MS = 15 * MINUTE_MS;
/** Three dollars each quarter of an hour: a key that began with it of its own would page. */
const TOKENS = 3_000_000;
/** When the rotation begins, the new key is made and its first consumer moves. */
const MOVED_AT = NOON + HOUR_MS;

/** The share of the traffic that the new key has. */
type Move = (sinceMovedMs: number) => number;
const atOnce: Move = () => 1;
const inWaves: Move = (ms) => (ms < 2 * HOUR_MS ? 0.1 : ms < 4 * HOUR_MS ? 0.6 : 1);
const thereAndBack: Move = (ms) => (ms < 2 * HOUR_MS || ms >= 4 * HOUR_MS ? 1 : 0);

interface Moving {
  readonly bench: Bench;
  readonly rotation: Rotation;
}

/** A production key of steady use whose consumers go over to the new key that a person has made for it. */
async function moving(move: Move): Promise<Moving> {
  const bench = openBench();
  bench.provider.put(fakeKey('key_1', { label: 'prod-api' }));
  await bench.sync();
  const lineage = await bench.lineageOf('key_1');
  await bench.store.write((tx) => tx.lineages.update({ ...lineage, ownerSlackId: 'U0ADA' }));
  const spend = (keyId: string, at: number, tokens: number) =>
    bench.provider.use.push({ keyId, at, tokens: Math.round(tokens), requests: tokens / 75_000, model: 'steady-1' });
  for (let at = NOON - DAYS_BEFORE * 24 * HOUR_MS; at < MOVED_AT; at += HOUR_MS) spend('key_1', at, 4 * TOKENS);
  for (let at = MOVED_AT; at < MOVED_AT + 40 * HOUR_MS; at += EVERY_MS) {
    const share = move(at - MOVED_AT);
    if (share < 1) spend('key_1', at, TOKENS * (1 - share));
    if (share > 0) spend('key_new', at, TOKENS * share);
  }
  await passTo(bench, NOON);
  await learnDue(bench.deps);
  await passTo(bench, MOVED_AT);
  const rotation = await begin(bench);
  bench.provider.put(fakeKey('key_new', { label: rotation.newName ?? '', createdAt: MOVED_AT }));
  await passTo(bench, MOVED_AT + EVERY_MS);
  await step(bench, rotation, 'store');
  await step(bench, rotation, 'redeploy');
  return { bench, rotation };
}

/** One round of what the scheduler does. */
async function passTo(bench: Bench, at: number): Promise<void> {
  bench.clock.jumpTo(at);
  await syncInventoryJob.run(bench.deps);
  await tickFoundKeys(bench.deps);
  await pollUsageJob.run(bench.deps);
}

async function passUntil(bench: Bench, end: number): Promise<void> {
  for (let at = bench.clock.now() + EVERY_MS; at <= end; at += 2 * EVERY_MS) await passTo(bench, at);
}

/** Whatever a rule has found, told or kept quietly. */
function found(bench: Bench): readonly unknown[] {
  const told = bench.raw().prepare('SELECT detector_id, severity FROM findings').all();
  return [...told, ...bench.raw().prepare('SELECT detector_id FROM quiet_findings').all()];
}

async function leak(bench: Bench): Promise<void> {
  const from = bench.clock.now();
  for (let at = from; at < from + HOUR_MS; at += EVERY_MS) {
    bench.provider.use.push({ keyId: 'key_new', at, tokens: 8 * TOKENS, requests: 400, model: 'steady-1' });
  }
  await passUntil(bench, from + HOUR_MS + 2 * EVERY_MS);
}

test.each([
  ['at once', atOnce],
  ['in waves', inWaves],
  ['there, back and there again', thereAndBack],
])(
  'traffic that moves to the new key %s is nothing to any rule, up to the day after the key has joined',
  async (_how, move) => {
    const { bench, rotation } = await moving(move);
    await passUntil(bench, MOVED_AT + 39 * HOUR_MS);

    expect(found(bench)).toEqual([]);
    expect(await bench.store.read.alerts.unresolved()).toEqual([]);
    const { steps } = await read(bench, rotation);
    const done = steps.filter(({ state }) => state === 'done').map(({ name }) => name);
    expect(done).toEqual(['generate', 'store', 'redeploy', 'verify', 'inventory']);
  },
);

test.each([
  ['as the move begins', MOVED_AT + EVERY_MS],
  ['while the old key is watched', MOVED_AT + 8 * HOUR_MS],
  ['when it has joined', MOVED_AT + 32 * HOUR_MS],
])('a leak of the new key is told %s, as that of the key that it takes over from', async (_when, at) => {
  const { bench, rotation } = await moving(inWaves);
  await passUntil(bench, at);
  await leak(bench);

  const alerts = await bench.store.read.alerts.unresolved();
  const { id: keyId } = await bench.keyOf('key_new');
  expect(alerts).toMatchObject([{ lineageId: rotation.lineageId, keyId, severity: 'critical' }]);
  expect(alerts[0]?.detectorIds).toContain('spend-acceleration');
  expect(alerts[0]?.escalation).not.toBeNull();
});
