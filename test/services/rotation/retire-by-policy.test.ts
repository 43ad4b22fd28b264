import { describe, expect, test } from 'vitest';
import { type Rotation, stepOf } from '../../../src/domain/rotation.ts';
import { DAY_MS, HOUR_MS } from '../../../src/domain/time.ts';
import { followOldKeys } from '../../../src/services/rotation/follow-old-keys.ts';
import { nextRetirementAt, retireByPolicy } from '../../../src/services/rotation/retire-by-policy.ts';
import { nextFinalAt, runFinals } from '../../../src/services/rotation/run-finals.ts';
import { pauseRotation } from '../../../src/services/rotation/steer-rotation.ts';
import { type Bench, NOON } from '../../support/bench-deps.ts';
import { ADA, ask, benchWithKeys, runToTheEnd, verbs } from '../../support/requests.ts';
import { bear, begin, read, step, walkToVerified } from './support.ts';

const GRACE_MS = 7 * DAY_MS;
const DEVELOPMENT = "environments: [{ match: 'staging-*', environment: development }]\n";

const EVIDENCE = {
  proof: 'shown',
  firstSeenAt: NOON,
  requests: 3,
  models: ['gpt-4o'],
  oldQuietSince: NOON - DAY_MS,
  neededMs: DAY_MS,
  override: null,
} as const;

/** Of a campaign, with the traffic shown to have moved. */
async function verified({ policy = DEVELOPMENT, proof = 'shown' }: { policy?: string; proof?: 'shown' | 'word' } = {}) {
  const bench = await benchWithKeys({ policy });
  const rotation = await begin(bench);
  await walkToVerified(bench, rotation, await bear(bench));
  await patch(bench, rotation, (now) => ({
    ...now,
    isAutomatic: true,
    steps: now.steps.map((one) => (one.name === 'verify' ? { ...one, evidence: { ...EVIDENCE, proof } } : one)),
  }));
  return { bench, rotation };
}

async function patch(bench: Bench, rotation: Rotation, change: (now: Rotation) => Rotation): Promise<void> {
  const now = await read(bench, rotation);
  await bench.store.write((tx) => tx.rotations.update(change(now)));
}

/** What is due now, as the scheduler does it. */
async function settle(bench: Bench): Promise<void> {
  await retireByPolicy(bench.deps);
  await runToTheEnd(bench);
  await followOldKeys(bench.deps);
  await runFinals(bench.deps);
  await runToTheEnd(bench);
  await followOldKeys(bench.deps);
}

const statusOf = async (bench: Bench) => (await bench.keyOf('key_1')).status;

describe('policy ends the old key of an automatic rotation', () => {
  test('by a suspension, a grace and a revocation, all on record as policy’s', async () => {
    const { bench, rotation } = await verified();
    expect(await nextRetirementAt(bench.deps)).toBe(NOON);
    await settle(bench);

    expect(await statusOf(bench)).toBe('inactive');
    expect(await nextFinalAt(bench.deps)).toBe(NOON + GRACE_MS);
    expect(await nextRetirementAt(bench.deps)).toBeNull();

    bench.clock.jumpTo(NOON + GRACE_MS);
    await settle(bench);
    expect(await statusOf(bench)).toBe('archived');
    expect(stepOf(await read(bench, rotation), 'revoke').state).toBe('done');
    const asked = bench.audit().filter(({ verb }) => /^key\.(retire|revoke)\.requested$/.test(verb));
    expect(asked.map(({ verb, actor, detail }) => [verb, actor, detail['byPolicy']])).toEqual([
      ['key.retire.requested', { kind: 'system', job: 'retire-old-keys' }, 'automatic_end'],
      ['key.revoke.requested', { kind: 'system', job: 'retire-old-keys' }, 'automatic_end'],
    ]);
    expect(verbs(bench)).toContain('rotation.end_by_policy');
  });

  test.each([
    ['at night', NOON + 13 * HOUR_MS, NOON + 21 * HOUR_MS],
    ['on a Saturday', NOON + 5 * DAY_MS, NOON + 7 * DAY_MS],
  ])('not %s: in the next working hours', async (_, at, next) => {
    const { bench } = await verified();
    bench.clock.jumpTo(at);
    await settle(bench);
    expect([await statusOf(bench), await nextRetirementAt(bench.deps)]).toEqual(['active', next]);
    bench.clock.jumpTo(next);
    await settle(bench);
    expect(await statusOf(bench)).toBe('inactive');
  });

  const freeze = "rotation: { freezes: [{ from: '2026-08-01', to: '2026-08-09' }] }";
  test.each<[string, Parameters<typeof verified>[0], ((bench: Bench, rotation: Rotation) => Promise<unknown>)?]>([
    ['of production', { policy: "environments: [{ match: 'staging-*', environment: production }]" }],
    ['of staging, unless it is listed', { policy: '' }],
    ['where policy lists no environment', { policy: `${DEVELOPMENT}rotation: { automatic_end: [] }` }],
    ['in a freeze', { policy: `${DEVELOPMENT}${freeze}` }],
    ['whose verification a person has overridden', { proof: 'word' }],
    [
      'of a rotation by hand',
      {},
      (bench, rotation) => patch(bench, rotation, (now) => ({ ...now, isAutomatic: false })),
    ],
    [
      'of a paused rotation',
      {},
      (bench, { id }) => pauseRotation(bench.deps, { actor: ADA, rotationId: id, reason: 'x' }),
    ],
    [
      'that somebody has blocked',
      {},
      (bench, one) => step(bench, one, 'revoke', { event: 'block', reason: 'not yet' }),
    ],
    ['that is not verified any more', {}, (bench, one) => step(bench, one, 'verify', { event: 'undo' })],
    [
      'that was production an hour ago',
      {},
      async (bench) => {
        const { id } = await bench.lineageOf('key_1');
        const entry = { at: NOON, actor: ADA, verb: 'lineage.environment.changed', subject: id };
        await bench.store.write((tx) => tx.audit.append({ ...entry, detail: { noLongerProduction: true } }));
      },
    ],
  ])('never %s', async (_, options, prepare) => {
    const { bench, rotation } = await verified(options);
    await prepare?.(bench, rotation);
    await settle(bench);
    expect(await statusOf(bench)).toBe('active');
    expect(verbs(bench)).not.toContain('key.retire.requested');
  });

  test('once: what a person has started again, or given up, is not stopped by itself', async () => {
    const { bench } = await verified();
    await settle(bench);
    await ask(bench, 'key_1', { kind: 'restore' });
    await settle(bench);
    await settle(bench);
    expect(await statusOf(bench)).toBe('active');

    const { bench: other } = await verified();
    await retireByPolicy(other.deps);
    const key = await other.keyOf('key_1');
    await other.store.write(async (tx) => {
      for (const action of await tx.actions.ofKey(key.id)) await tx.actions.update({ ...action, state: 'dismissed' });
    });
    await settle(other);
    expect(await statusOf(other)).toBe('active');
  });

  test('not for good, should the key become production during the grace', async () => {
    const { bench, rotation } = await verified();
    await settle(bench);
    const lineage = await bench.lineageOf('key_1');
    await bench.store.write((tx) => tx.lineages.update({ ...lineage, environment: 'production' }));
    bench.clock.jumpTo(NOON + GRACE_MS);
    await settle(bench);

    expect(await statusOf(bench)).toBe('inactive');
    expect((await read(bench, rotation)).finalAt).toBeNull();
  });
});
