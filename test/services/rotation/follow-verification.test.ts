import { describe, expect, test } from 'vitest';
import { type Rotation, stepOf } from '../../../src/domain/rotation.ts';
import { parseEvidence } from '../../../src/domain/rotation-evidence.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { muteRule } from '../../../src/services/noise/holds.ts';
import { quietFindings } from '../../../src/services/noise/quiet-findings.ts';
import { followVerifications } from '../../../src/services/rotation/follow-verification.ts';
import { joinVerifiedKeys } from '../../../src/services/rotation/join-lineage.ts';
import { readVerification } from '../../../src/services/rotation/read-verification.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { type Bench, NOON } from '../../support/bench-deps.ts';
import { failing } from '../../support/fake-provider.ts';
import { ADA, benchWithKeys, sendAll } from '../../support/requests.ts';
import { bear, begin, read, step } from './support.ts';

async function pollAt(bench: Bench, at: number): Promise<void> {
  bench.clock.jumpTo(at);
  await pollUsage(bench.deps, bench.provider.port);
  await followVerifications(bench.deps, bench.provider.port);
  await joinVerifiedKeys(bench.deps);
}

const WEEKLY = 'fake-weekly';

/** Used every ten minutes. */
function use(bench: Bench, keyId: string, from: number, to: number): void {
  for (let at = from; at < to; at += 10 * MINUTE_MS) bench.provider.use.push({ keyId, at, tokens: 400, requests: 3 });
}

async function redeployed(): Promise<{ bench: Bench; rotation: Rotation; newKeyId: string }> {
  const bench = await benchWithKeys();
  const rotation = await begin(bench);
  const newKeyId = await bear(bench);
  await step(bench, rotation, 'generate', { newKeyId });
  await step(bench, rotation, 'store');
  await step(bench, rotation, 'redeploy');
  use(bench, 'key_1', NOON - 6 * DAY_MS, NOON);
  use(bench, 'key_new', NOON, NOON + 40 * HOUR_MS);
  return { bench, rotation, newKeyId };
}

const verifyOf = async (bench: Bench, rotation: Rotation) => stepOf(await read(bench, rotation), 'verify');

describe('verify', () => {
  test('ticks itself when the old key was quiet for a day, with what shows it, and the new key joins the lineage', async () => {
    const { bench, rotation, newKeyId } = await redeployed();
    await pollAt(bench, NOON + 24 * HOUR_MS);
    expect((await verifyOf(bench, rotation)).state).toBe('todo');

    await pollAt(bench, NOON + 24 * HOUR_MS + 30 * MINUTE_MS);

    const step = await verifyOf(bench, rotation);
    expect(step).toMatchObject({ state: 'done', by: 'system:verify-rotations', reason: null });
    expect(parseEvidence('verify', step.evidence)).toMatchObject({ proof: 'shown', firstSeenAt: NOON, override: null });
    expect((await bench.store.read.keys.get(newKeyId))?.lineageId).toBe(rotation.lineageId);
    expect(stepOf(await read(bench, rotation), 'inventory').state).toBe('done');
  });

  test.each(['provider_rate_limited', 'provider_unavailable', 'provider_outcome_unknown', 'provider_denied'] as const)(
    'waits while usage answers %s, and ticks itself once it can be read',
    async (code) => {
      const { bench, rotation } = await redeployed();
      await pollAt(bench, NOON + 2 * HOUR_MS);
      bench.provider.script('readUsage', failing(code));
      bench.clock.jumpTo(NOON + 26 * HOUR_MS);
      await pollUsage(bench.deps, bench.provider.port).catch(() => null);
      await followVerifications(bench.deps, bench.provider.port);
      expect((await verifyOf(bench, rotation)).state).toBe('todo');

      await pollAt(bench, NOON + 27 * HOUR_MS);
      expect((await verifyOf(bench, rotation)).state).toBe('done');
    },
  );

  test('does not take time for quiet in which usage could not be read', async () => {
    const { bench, rotation } = await redeployed();
    await pollAt(bench, NOON + 2 * HOUR_MS);
    bench.clock.jumpTo(NOON + 30 * HOUR_MS);
    await followVerifications(bench.deps, bench.provider.port);

    expect((await verifyOf(bench, rotation)).state).toBe('todo');
  });

  test('names who called with the old key as far back as it has to be quiet, and who comes seldom', async () => {
    const { bench, rotation } = await redeployed();
    // A weekly job with a model of its own, which runs once more, alone.
    for (const day of [-28, -21, -14, -7, 0]) {
      bench.provider.use.push({ keyId: 'key_1', at: NOON + day * DAY_MS, tokens: 90, requests: 1, model: WEEKLY });
    }
    await pollAt(bench, NOON + 40 * HOUR_MS);

    const seen = await readVerification(bench.deps, await read(bench, rotation));
    expect(seen?.doubts).toContain('old_key_not_quiet');
    expect(seen?.quiet).toMatchObject({ neededMs: 7 * DAY_MS - HOUR_MS, mayCome: [] });
    expect(seen?.callers.map(({ model }) => model)).toContain(WEEKLY);
  });

  test('is taken back when the old key is used again, and that rise is told once', async () => {
    const { bench, rotation } = await redeployed();
    await pollAt(bench, NOON + 25 * HOUR_MS);
    expect((await verifyOf(bench, rotation)).state).toBe('done');

    use(bench, 'key_1', NOON + 26 * HOUR_MS, NOON + 28 * HOUR_MS);
    await pollAt(bench, NOON + 27 * HOUR_MS + 20 * MINUTE_MS);
    await pollAt(bench, NOON + 27 * HOUR_MS + 25 * MINUTE_MS);

    expect(await verifyOf(bench, rotation)).toMatchObject({ state: 'todo', reason: 'the old key was used again' });
    expect(bench.outbox().filter((row) => row.startsWith('rotation_rise'))).toHaveLength(1);
    const [alert, ...more] = await bench.store.read.alerts.unresolved();
    expect(alert).toMatchObject({ severity: 'medium', detectorIds: ['old-key-rise'], lineageId: rotation.lineageId });
    expect(alert?.keyId).toBe(rotation.oldKeyId);
    expect(more).toEqual([]);
  });

  test('a rise of the old key is told nobody where the rule is muted, and kept', async () => {
    const { bench, rotation } = await redeployed();
    const { lineageId } = rotation;
    const mute = { actor: ADA, lineageId, ruleId: 'old-key-rise', reason: 'the nightly job, known' };
    await pollAt(bench, NOON + 25 * HOUR_MS);
    await muteRule(bench.deps, { ...mute, untilAt: NOON + 3 * DAY_MS });

    use(bench, 'key_1', NOON + 26 * HOUR_MS, NOON + 28 * HOUR_MS);
    await pollAt(bench, NOON + 27 * HOUR_MS + 20 * MINUTE_MS);

    expect(await bench.store.read.alerts.unresolved()).toEqual([]);
    expect(bench.outbox().filter((row) => row.startsWith('rotation_rise'))).toEqual([]);
    const kept = await quietFindings(bench.deps, { from: NOON, to: bench.clock.now() + HOUR_MS });
    expect(kept.map(({ finding }) => finding.detectorId)).toEqual(['old-key-rise']);
  });

  test('keeps one message of the traffic, put on its way only when there is something else to see', async () => {
    const { bench } = await redeployed();
    await pollAt(bench, NOON + 3 * HOUR_MS);
    await sendAll(bench);
    const rows = () => bench.outbox().filter((row) => row.startsWith('rotation_traffic'));
    const before = rows().length;
    await pollAt(bench, NOON + 3 * HOUR_MS + 5 * MINUTE_MS);
    expect(rows()).toHaveLength(before);

    await pollAt(bench, NOON + 5 * HOUR_MS);
    expect(rows()).toHaveLength(before + 1);
  });
});
