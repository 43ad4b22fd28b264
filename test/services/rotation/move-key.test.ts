import { describe, expect, test } from 'vitest';
import { stepOf } from '../../../src/domain/rotation.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { runDetection } from '../../../src/services/alerts/run-detection.ts';
import { findKeys } from '../../../src/services/inventory/find-keys.ts';
import { listAllKeys } from '../../../src/services/inventory/list-keys.ts';
import { readTraffic } from '../../../src/services/rotation/read-traffic.ts';
import { verifyStep } from '../../../src/services/rotation/verify-step.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { type Bench, later, NOON, present } from '../../support/bench-deps.ts';
import { alertOn } from '../../support/findings.ts';
import { ADA, ask, benchWithKeys, events, runToTheEnd } from '../../support/requests.ts';
import { bear, begin, read, step, walkToVerified } from './support.ts';

async function slugs(bench: Bench, wanted: string): Promise<readonly string[]> {
  return findKeys(await listAllKeys(bench.deps), wanted).map(({ key }) => key.providerKeyId);
}

describe('the inventory step', () => {
  test('moves the new key into the lineage, whose owner, cap and history stay', async () => {
    const bench = await benchWithKeys();
    const lineage = await bench.lineageOf('key_1');
    const owned = { ...lineage, ownerSlackId: 'U0DEE', capMicroUsd: 5_000_000, consumers: ['ci'] };
    await bench.store.write((tx) => tx.lineages.update(owned));
    const rotation = await begin(bench);
    const newKeyId = await bear(bench);
    const former = await bench.lineageOf('key_new');
    await step(bench, rotation, 'generate', { newKeyId });

    await step(bench, rotation, 'inventory');

    expect((await bench.keyOf('key_new')).lineageId).toBe(lineage.id);
    expect(await bench.lineageOf('key_new')).toEqual(owned);
    expect(await read(bench, rotation)).toMatchObject({ state: 'open', formerLineageId: former.id });
    expect(present(bench.audit().find(({ verb }) => verb === 'key.moved'))).toMatchObject({
      subject: newKeyId,
      detail: { from: former.slug, to: lineage.slug, rotationId: rotation.id },
    });
    // What refers to the lineage of the first sight still reads.
    expect(await bench.store.read.lineages.get(former.id)).toEqual(former);
  });

  test('is taken back as long as the rotation is open', async () => {
    const bench = await benchWithKeys();
    const rotation = await begin(bench);
    const newKeyId = await bear(bench);
    const former = (await bench.keyOf('key_new')).lineageId;
    await step(bench, rotation, 'generate', { newKeyId });
    await step(bench, rotation, 'inventory');

    await step(bench, rotation, 'inventory', { event: 'undo' });

    expect((await bench.keyOf('key_new')).lineageId).toBe(former);
    expect(await read(bench, rotation)).toMatchObject({ formerLineageId: null, newKeyId });
  });

  test('names the key itself when nobody has named it before', async () => {
    const bench = await benchWithKeys();
    const rotation = await begin(bench);
    await step(bench, rotation, 'generate', { newKeyId: null });
    await expect(step(bench, rotation, 'inventory')).rejects.toThrow('which key is the new one');
    const newKeyId = await bear(bench);

    await step(bench, rotation, 'inventory', { newKeyId });

    expect((await read(bench, rotation)).newKeyId).toBe(newKeyId);
  });

  test('brings the alerts of the new key along; of two that are open one goes on', async () => {
    const bench = await benchWithKeys();
    const ours = await alertOn(bench, 'key_1');
    const rotation = await begin(bench);
    const newKeyId = await bear(bench);
    const theirs = await alertOn(bench, 'key_new');
    await step(bench, rotation, 'generate', { newKeyId });
    await step(bench, rotation, 'inventory');

    const { alerts } = bench.store.read;
    const { lineageId } = rotation;
    expect(await alerts.get(theirs.id)).toMatchObject({ lineageId, state: 'resolved', closedAt: bench.clock.now() });
    expect((await events(bench, theirs.id)).at(-1)).toBe('merged');
    expect((await alerts.latestOfLineage(lineageId))?.id).toBe(ours.id);
    expect((await alertOn(bench, 'key_new')).id).toBe(ours.id);
    expect((await alerts.unresolved()).map(({ id }) => id)).toEqual([ours.id]);
  });

  test('lets an alert of the new key alone go on as the lineage’s', async () => {
    const bench = await benchWithKeys();
    const rotation = await begin(bench);
    const newKeyId = await bear(bench);
    const theirs = await alertOn(bench, 'key_new');
    await step(bench, rotation, 'generate', { newKeyId });
    await step(bench, rotation, 'inventory');

    expect((await alertOn(bench, 'key_1')).id).toBe(theirs.id);
  });

  test('makes the slug mean the key that works', async () => {
    const bench = await benchWithKeys();
    const rotation = await begin(bench);
    await walkToVerified(bench, rotation, await bear(bench));
    await step(bench, rotation, 'inventory');
    expect(await slugs(bench, 'staging-ci')).toEqual(['key_1', 'key_new']);

    await ask(bench, 'key_1');
    await runToTheEnd(bench);

    expect(await slugs(bench, 'staging-ci')).toEqual(['key_new']);
    expect(await slugs(bench, (await bench.keyOf('key_1')).id)).toEqual(['key_1']);
  });
});

describe('traffic', () => {
  const poll = (bench: Bench) => pollUsage(bench.deps, bench.provider.port);

  /** The old key works until ten minutes before now, the new one from then on. */
  async function moved(bench: Bench, at: number): Promise<void> {
    for (let minute = -6 * 24 * 60; minute < 120; minute += 5) {
      const usedAt = NOON + minute * MINUTE_MS;
      bench.provider.use.push({ keyId: usedAt < at ? 'key_1' : 'key_new', at: usedAt, tokens: 4_000, requests: 3 });
    }
  }

  test('is told for the old and the new key, and verified without a word when the old one is quiet for a day', async () => {
    const bench = await benchWithKeys();
    const rotation = await begin(bench);
    const newKeyId = await bear(bench);
    await moved(bench, NOON + 10 * MINUTE_MS);
    await step(bench, rotation, 'generate', { newKeyId });
    await step(bench, rotation, 'store');
    await step(bench, rotation, 'redeploy');
    later(bench, 30 * MINUTE_MS);
    await poll(bench);
    const verify = async (reason: string | null = null) => {
      const { revision } = stepOf(await read(bench, rotation), 'verify');
      return verifyStep(bench.deps, { actor: ADA, rotationId: rotation.id, revision, reason });
    };

    const traffic = await readTraffic(bench.deps, await read(bench, rotation));
    expect(traffic.oldKey.lastHour.tokens).toBeGreaterThan(0);
    expect(traffic.newKey?.lastHour.tokens).toBeGreaterThan(0);
    expect(traffic.newKey?.lastSeenAt).toBeGreaterThanOrEqual(NOON + 10 * MINUTE_MS);
    await expect(verify()).rejects.toMatchObject({
      publicMessage: expect.stringContaining('the old key still had traffic'),
    });

    later(bench, HOUR_MS);
    await poll(bench);
    await expect(verify()).rejects.toMatchObject({
      publicMessage: expect.stringContaining('the old key had not been quiet for long enough'),
    });
    bench.provider.use.push({ keyId: 'key_new', at: NOON + 26 * HOUR_MS, tokens: 4_000, requests: 3 });
    later(bench, 25 * HOUR_MS);
    await poll(bench);
    await verify();
    expect(stepOf(await read(bench, rotation), 'verify')).toMatchObject({ state: 'done', reason: null });
  });

  test('that has not moved takes a reason, which is kept with what it overrides', async () => {
    const bench = await benchWithKeys();
    const rotation = await begin(bench);
    await walkToVerified(bench, rotation, await bear(bench));

    expect(stepOf(await read(bench, rotation), 'verify').reason).toBe(
      'although the old key had not been quiet for long enough, the new key had shown no traffic, usage could not be read: nobody uses it at night',
    );
  });

  test.each([
    ['is named', 'generate', false],
    ['was moved', 'inventory', false],
    ['is not known', null, true],
  ] as const)('that moves to a key which %s is a rise: %s, %s', async (_what, until, isRise) => {
    const bench = await benchWithKeys();
    const rotation = await begin(bench);
    const newKeyId = await bear(bench);
    for (let minute = -26 * 60; minute < 60; minute += 5) {
      const at = NOON + minute * MINUTE_MS;
      bench.provider.use.push({ keyId: at < NOON ? 'key_1' : 'key_new', at, tokens: 4_000_000 });
    }
    if (until !== null) await step(bench, rotation, 'generate', { newKeyId });
    if (until === 'inventory') await step(bench, rotation, 'inventory');
    later(bench, HOUR_MS);
    await poll(bench);

    const watermark = present(await bench.store.read.watermarks.get(bench.provider.port.connectionId));
    const { findings } = await runDetection(bench.deps, bench.provider.port, watermark);

    expect(findings.length > 0).toBe(isRise);
  });

  test.each([
    ['each night since is no sleeper that wakes, though nothing was learned meanwhile', 1, 33, 0],
    ['only now has slept as long as its old key', 33, 33, 1],
  ])('of a key that took over a month ago and works %s', async (_what, first, last, sleepers) => {
    const bench = await benchWithKeys();
    bench.provider.use.push({ keyId: 'key_1', at: NOON - HOUR_MS, tokens: 4_000 });
    await poll(bench);
    const rotation = await begin(bench);
    await step(bench, rotation, 'generate', { newKeyId: await bear(bench) });
    await step(bench, rotation, 'inventory');
    for (let day = first; day <= last; day += 1) {
      bench.clock.jumpTo(NOON + day * DAY_MS);
      bench.provider.use.push({ keyId: 'key_new', at: bench.clock.now() - 10 * MINUTE_MS, tokens: 4_000 });
      await poll(bench);
    }
    await bench.sync();

    const watermark = present(await bench.store.read.watermarks.get(bench.provider.port.connectionId));
    const { findings } = await runDetection(bench.deps, bench.provider.port, watermark);

    expect(findings.filter(({ detectorId }) => detectorId === 'dormant-awake')).toHaveLength(sleepers);
  });
});
