import { describe, expect, test } from 'vitest';
import type { Alert } from '../../../src/domain/alert.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { requestAction } from '../../../src/services/actions/request-action.ts';
import { describeAlert } from '../../../src/services/alerts/describe-alert.ts';
import { refreshAlerts } from '../../../src/services/alerts/refresh-alerts.ts';
import { runDetection } from '../../../src/services/alerts/run-detection.ts';
import { describeRaise } from '../../../src/services/grants/describe-raise.ts';
import { keysCountedIn, lineageCounting } from '../../../src/services/rotation/named-keys.ts';
import { cancelRotation } from '../../../src/services/rotation/steer-rotation.ts';
import { keepPace } from '../../../src/services/usage/poll-pace.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { type Bench, later, NOON, present } from '../../support/bench-deps.ts';
import { alertOn } from '../../support/findings.ts';
import { ADA, ask, benchWithKeys, events, runToTheEnd } from '../../support/requests.ts';
import { bear, begin, read, step } from './support.ts';

/** An alert on the old key, whose new key is made; it stands in a lineage of its own until the last step. */
async function rotating(): Promise<{ bench: Bench; alert: Alert; newKeyId: string; name: () => Promise<unknown> }> {
  const bench = await benchWithKeys();
  const alert = await alertOn(bench, 'key_1', { severity: 'critical' });
  const rotation = await begin(bench);
  const newKeyId = await bear(bench);
  return { bench, alert, newKeyId, name: () => step(bench, rotation, 'generate', { newKeyId }) };
}

async function poll(bench: Bench): Promise<void> {
  const { watermark } = await pollUsage(bench.deps, bench.provider.port);
  await refreshAlerts(bench.deps, bench.provider.port, watermark);
}

async function alertIn(bench: Bench, { id }: Pick<Alert, 'id'>): Promise<Alert> {
  return present(await bench.store.read.alerts.get(id));
}

describe('a key that a rotation has named counts with the old one before it is moved', () => {
  test('in the sum of the alert, from then on', async () => {
    const { bench, alert, name } = await rotating();
    bench.provider.use.push({ keyId: 'key_1', at: NOON - MINUTE_MS, tokens: 2_000 });
    bench.provider.use.push({ keyId: 'key_new', at: NOON - MINUTE_MS, tokens: 500 });
    await poll(bench);
    expect((await alertIn(bench, alert)).lostMicroUsd).toBe(2_000);

    await name();
    await poll(bench);

    expect((await alertIn(bench, alert)).lostMicroUsd).toBe(2_500);
  });

  test('in the list of the keys that spend, and in what the own cap has let through', async () => {
    const { bench, alert, newKeyId, name } = await rotating();
    bench.provider.use.push({ keyId: 'key_1', at: NOON - MINUTE_MS, tokens: 2_000 });
    bench.provider.use.push({ keyId: 'key_new', at: NOON - MINUTE_MS, tokens: 500 });
    await name();
    await poll(bench);

    const card = present(await describeAlert(bench.deps, alert.id));

    const oldKey = await bench.keyOf('key_1');
    expect(card.keyCosts.map(({ key, costMicroUsd }) => [key.id, costMicroUsd])).toEqual([
      [oldKey.id, 2_000],
      [newKeyId, 500],
    ]);
    const raise = await describeRaise(bench.deps, oldKey, await bench.lineageOf('key_1'));
    expect(raise.own.spentMicroUsd).toBe(2_500);
  });

  test('in the pace: while it alone spends, the connection of the alert is polled every minute', async () => {
    const { bench, name } = await rotating();
    later(bench, 3 * HOUR_MS);
    bench.provider.use.push({ keyId: 'key_new', at: bench.clock.now() - MINUTE_MS, tokens: 500 });
    await pollUsage(bench.deps, bench.provider.port);
    const isHot = async () => {
      await keepPace(bench.deps, bench.provider.port, {
        nearness: 0,
        attemptedAt: bench.clock.now(),
        retryAfterMs: null,
      });
      return present((await bench.store.read.pollPaces.all()).get('fake')).hotUntil !== null;
    };
    expect(await isHot()).toBe(false);

    await name();

    expect(await isHot()).toBe(true);
  });

  test('in the alert’s card and state: an act on it is told there, and stopping the blamed key contains it', async () => {
    const { bench, alert, newKeyId, name } = await rotating();
    await name();
    const lineageId = alert.lineageId;
    await alertOn(bench, 'key_new', { severity: 'critical', lineageId });
    expect(await alertIn(bench, alert)).toMatchObject({ keyId: newKeyId });

    const action = await ask(bench, 'key_new');
    await runToTheEnd(bench);

    expect(action.alertId).toBe(alert.id);
    // The old key misbehaves as well: it has the blame now, and somebody is on it.
    const blamed = (await bench.keyOf('key_1')).id;
    expect(await alertIn(bench, alert)).toMatchObject({ keyId: blamed, state: 'acknowledged' });
    await ask(bench, 'key_1');
    await runToTheEnd(bench);
    expect((await alertIn(bench, alert)).state).toBe('contained');
  });

  test('in the alert’s thread: stopping it is told there, though another key is to blame', async () => {
    const { bench, alert, name } = await rotating();
    await name();

    await ask(bench, 'key_new');
    await runToTheEnd(bench);

    expect(await events(bench, alert.id)).toContain('action_confirmed');
    expect((await alertIn(bench, alert)).state).toBe('acknowledged');
  });

  test('in what lets somebody act alone: the critical alert is about it, too', async () => {
    const bench = await benchWithKeys({ acts: ['revoke'], disable: 'irreversible' });
    await alertOn(bench, 'key_1', { severity: 'critical' });
    const rotation = await begin(bench);
    const newKeyId = await bear(bench, 'key_new', 'prod-api-2');
    const alone = async () => {
      const key = await bench.keyOf('key_new');
      const { slug } = await bench.lineageOf('key_new');
      const request = { actor: ADA, keyId: key.id, generation: key.generation, alertId: null, typedSlug: slug };
      return requestAction(bench.deps, {
        ...request,
        kind: 'revoke',
        reason: 'it leaked',
        alone: { isPublic: false },
      });
    };
    await expect(alone()).rejects.toMatchObject({ publicMessage: expect.stringContaining('open critical alert') });

    await step(bench, rotation, 'generate', { newKeyId });

    expect(await alone()).toMatchObject({ kind: 'recorded', action: { consent: { because: 'critical_alert' } } });
  });

  test('for one lineage alone, and no longer when the rotation is given up', async () => {
    const bench = await benchWithKeys();
    const rotation = await begin(bench);
    const newKeyId = await bear(bench);
    const oldKey = await bench.keyOf('key_1');
    const former = (await bench.keyOf('key_new')).lineageId;
    const counted = async (lineageId: string) =>
      (await keysCountedIn(bench.store.read, lineageId)).map(({ id }) => id).sort();
    const both = [oldKey.id, newKeyId].sort();
    await step(bench, rotation, 'generate', { newKeyId });
    expect([await counted(oldKey.lineageId), await counted(former)]).toEqual([both, []]);
    await step(bench, rotation, 'inventory');
    expect([await counted(oldKey.lineageId), await counted(former)]).toEqual([both, []]);
    await step(bench, rotation, 'inventory', { event: 'undo' });

    await cancelRotation(bench.deps, { actor: ADA, rotationId: rotation.id, reason: 'not needed' });

    expect(await read(bench, rotation)).toMatchObject({ newKeyId });
    expect([await counted(oldKey.lineageId), await counted(former)]).toEqual([[oldKey.id], [newKeyId]]);
    expect(await lineageCounting(bench.store.read, await bench.keyOf('key_new'))).toBe(former);
  });

  test('while an alert of its own from before goes on to be added up, and ends when it is quiet', async () => {
    const bench = await benchWithKeys();
    const rotation = await begin(bench);
    const newKeyId = await bear(bench);
    const own = await alertOn(bench, 'key_new');
    await step(bench, rotation, 'generate', { newKeyId });
    bench.provider.use.push({ keyId: 'key_new', at: NOON - MINUTE_MS, tokens: 5_000 });
    await poll(bench);
    expect((await alertIn(bench, own)).lostMicroUsd).toBe(5_000);

    later(bench, 4 * HOUR_MS);
    await poll(bench);

    expect((await alertIn(bench, own)).state).toBe('resolved');
  });

  test('so that a leak of it in that time opens one alert, of the lineage people know', async () => {
    const bench = await benchWithKeys();
    const rotation = await begin(bench);
    const newKeyId = await bear(bench);
    await step(bench, rotation, 'generate', { newKeyId });
    later(bench, HOUR_MS);
    for (let minute = 1; minute <= 10; minute += 1) {
      bench.provider.use.push({ keyId: 'key_new', at: bench.clock.now() - minute * MINUTE_MS, tokens: 4_000_000 });
    }
    const { watermark } = await pollUsage(bench.deps, bench.provider.port);
    await runDetection(bench.deps, bench.provider.port, watermark);
    await poll(bench);

    const [alert, ...others] = await bench.store.read.alerts.unresolved();
    expect(others).toEqual([]);
    expect(alert).toMatchObject({ lineageId: rotation.lineageId, keyId: newKeyId, lostMicroUsd: 40_000_000 });
  });
});
