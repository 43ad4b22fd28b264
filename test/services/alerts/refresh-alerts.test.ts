import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { refreshAlerts } from '../../../src/services/alerts/refresh-alerts.ts';
import { compactUsage } from '../../../src/services/usage/compact-usage.ts';
import { pollUsage, SETTLE_MS } from '../../../src/services/usage/poll-usage.ts';
import { type Bench, later, NOON, openBench, present } from '../../support/bench-deps.ts';
import { failing, fakeKey } from '../../support/fake-provider.ts';
import { alertOn } from '../../support/findings.ts';

async function alertedBench(): Promise<{ bench: Bench; alertId: string }> {
  const bench = openBench();
  bench.provider.put(fakeKey('key_1'));
  bench.provider.use = [
    { keyId: 'key_1', at: NOON - 11 * MINUTE_MS, tokens: 100 },
    { keyId: 'key_1', at: NOON - 10 * MINUTE_MS, tokens: 10 },
    { keyId: 'key_1', at: NOON - 5 * MINUTE_MS, tokens: 20 },
  ];
  await bench.sync();
  const { id } = await alertOn(bench, 'key_1');
  return { bench, alertId: id };
}

async function refresh(bench: Bench): Promise<void> {
  const { watermark } = await pollUsage(bench.deps, bench.provider.port);
  await refreshAlerts(bench.deps, bench.provider.port, watermark);
}

async function alertIn(bench: Bench, alertId: string) {
  return present(await bench.store.read.alerts.get(alertId));
}

/** What was waiting has been sent. */
function send(bench: Bench): void {
  bench.raw().exec("UPDATE outbox SET state = 'sent'");
}

function waiting(bench: Bench): readonly string[] {
  return bench.outbox().filter((row) => row.endsWith('pending'));
}

describe('the sums of an open alert', () => {
  test('count the cost of the lineage since it began, and say up to when', async () => {
    const { bench, alertId } = await alertedBench();
    await refresh(bench);
    expect((await alertIn(bench, alertId)).dataUntil).toBe(NOON);
    bench.clock.jumpTo(NOON + 5 * MINUTE_MS);
    bench.provider.use.push({ keyId: 'key_1', at: NOON + 3 * MINUTE_MS, tokens: 7 });

    await refresh(bench);

    expect(await alertIn(bench, alertId)).toMatchObject({
      lostMicroUsd: 37,
      dataUntil: NOON + 4 * MINUTE_MS,
      state: 'open',
      revision: 1,
    });
  });

  test('count the minute that is not over whole: what is spent is spent', async () => {
    const { bench, alertId } = await alertedBench();
    bench.clock.jumpTo(NOON + MINUTE_MS / 2);
    bench.provider.use.push({ keyId: 'key_1', at: NOON, tokens: 60 });

    await refresh(bench);

    expect((await alertIn(bench, alertId)).lostMicroUsd).toBe(90);
  });

  test('stay the same when minutes are folded into quarters', async () => {
    const { bench, alertId } = await alertedBench();
    const alert = await alertIn(bench, alertId);
    await bench.store.write((tx) => tx.alerts.update({ ...alert, startedAt: NOON - 8 * MINUTE_MS }));
    bench.provider.use = Array.from({ length: 15 }, (_, minute) => ({
      keyId: 'key_1',
      at: NOON - (minute + 1) * MINUTE_MS,
      tokens: 30,
    }));
    await refresh(bench);
    expect((await alertIn(bench, alertId)).lostMicroUsd).toBe(240);

    bench.clock.jumpTo(NOON + 27 * HOUR_MS);
    await compactUsage(bench.deps);
    const watermark = present(await bench.store.read.watermarks.get('fake'));
    await refreshAlerts(bench.deps, bench.provider.port, watermark);

    expect((await alertIn(bench, alertId)).lostMicroUsd).toBe(240);
  });

  test('leave the alerts of another connection alone', async () => {
    const { bench, alertId } = await alertedBench();
    const other = bench.connect({ id: 'rival' });
    const before = await alertIn(bench, alertId);
    bench.clock.jumpTo(NOON + 12 * HOUR_MS);

    const { watermark } = await pollUsage(bench.deps, other.port);
    await refreshAlerts(bench.deps, other.port, watermark);

    expect(await alertIn(bench, alertId)).toEqual(before);
  });
});

describe('an alert', () => {
  test('resolves after two hours of complete data without a finding', async () => {
    const { bench, alertId } = await alertedBench();
    const quietAt = NOON + 2 * HOUR_MS + SETTLE_MS;
    // Usage of the last minute makes data known, not complete.
    bench.provider.use.push({ keyId: 'key_1', at: quietAt - 2 * MINUTE_MS, tokens: 1 });
    bench.clock.jumpTo(quietAt - 1);
    await refresh(bench);
    expect((await alertIn(bench, alertId)).state).toBe('open');

    bench.clock.jumpTo(quietAt);
    await refresh(bench);

    expect(await alertIn(bench, alertId)).toMatchObject({ state: 'resolved', closedAt: quietAt, revision: 2 });
    expect((await bench.store.read.alerts.events(alertId)).map(({ kind }) => kind)).toEqual(['resolved']);
    expect(bench.audit().at(-1)).toMatchObject({ verb: 'alert.resolved', detail: { from: 'open', lostMicroUsd: 31 } });
  });

  test('does not resolve on data that is incomplete, however long it lasts', async () => {
    const { bench, alertId } = await alertedBench();
    await refresh(bench);

    bench.clock.jumpTo(NOON + 12 * HOUR_MS);
    bench.provider.script('readUsage', failing('provider_unavailable'));
    const { ok, watermark } = await pollUsage(bench.deps, bench.provider.port);
    await refreshAlerts(bench.deps, bench.provider.port, watermark);

    expect(ok).toBe(false);
    expect((await alertIn(bench, alertId)).state).toBe('open');
  });

  test.each([
    ['is blind', true, 'open'],
    ['has been read', false, 'resolved'],
  ] as const)('that blames a key of another connection of its lineage, which %s', async (_what, isBlind, state) => {
    const { bench, alertId } = await alertedBench();
    const other = bench.connect({ id: 'rival' });
    other.put(fakeKey('key_2'));
    await bench.sync(other);
    const blamed = { ...(await bench.keyOf('key_2')), lineageId: (await bench.keyOf('key_1')).lineageId };
    await bench.store.write((tx) => tx.keys.update(blamed));
    await alertOn(bench, 'key_2');
    expect(await alertIn(bench, alertId)).toMatchObject({ keyId: blamed.id });
    await pollUsage(bench.deps, other.port);
    later(bench, 3 * HOUR_MS);
    if (isBlind) other.script('readUsage', failing('provider_unavailable'));
    await pollUsage(bench.deps, other.port);

    await refresh(bench);

    expect((await alertIn(bench, alertId)).state).toBe(state);
  });

  test('says data up to where all connections of the keys that it blames have been read', async () => {
    const { bench, alertId } = await alertedBench();
    const other = bench.connect({ id: 'rival' });
    other.put(fakeKey('key_2'));
    await bench.sync(other);
    const blamed = { ...(await bench.keyOf('key_2')), lineageId: (await bench.keyOf('key_1')).lineageId };
    await bench.store.write((tx) => tx.keys.update(blamed));
    await alertOn(bench, 'key_2');
    bench.provider.use.push({ keyId: 'key_1', at: NOON + 29 * MINUTE_MS, tokens: 5 });
    other.use.push({ keyId: 'key_2', at: NOON + 4 * MINUTE_MS, tokens: 5 });
    later(bench, 5 * MINUTE_MS);
    await pollUsage(bench.deps, other.port);
    later(bench, 25 * MINUTE_MS);

    await refresh(bench);

    expect((await alertIn(bench, alertId)).dataUntil).toBe(NOON + 5 * MINUTE_MS);
  });

  test('is not touched any more once it is resolved', async () => {
    const { bench, alertId } = await alertedBench();
    bench.clock.jumpTo(NOON + 3 * HOUR_MS);
    await refresh(bench);
    const resolved = await alertIn(bench, alertId);
    send(bench);

    bench.clock.jumpTo(NOON + 4 * HOUR_MS);
    await refresh(bench);

    expect(await alertIn(bench, alertId)).toEqual(resolved);
    expect(waiting(bench)).toEqual([]);
  });
});

describe('the message', () => {
  test('of a running alert is edited at each poll', async () => {
    const { bench, alertId } = await alertedBench();
    await refresh(bench);
    send(bench);

    await refresh(bench);

    expect(waiting(bench)).toEqual([`alert ${alertId} pending`]);
  });

  test('of a stopped key is edited only when its sum has changed', async () => {
    const { bench, alertId } = await alertedBench();
    await refresh(bench);
    const alert = await alertIn(bench, alertId);
    await bench.store.write((tx) => tx.alerts.update({ ...alert, state: 'contained', containedAt: NOON }));
    send(bench);

    bench.clock.jumpTo(NOON + 5 * MINUTE_MS);
    await refresh(bench);
    expect(waiting(bench)).toEqual([]);

    bench.provider.use.push({ keyId: 'key_1', at: NOON - MINUTE_MS, tokens: 1 });
    await refresh(bench);
    expect(waiting(bench)).toEqual([`alert ${alertId} pending`]);
  });

  test('of a stopped key is edited when it resolves', async () => {
    const { bench, alertId } = await alertedBench();
    await refresh(bench);
    const alert = await alertIn(bench, alertId);
    await bench.store.write((tx) => tx.alerts.update({ ...alert, state: 'contained', containedAt: NOON }));
    send(bench);

    bench.clock.jumpTo(NOON + 3 * HOUR_MS);
    await refresh(bench);

    expect(waiting(bench)).toContain(`alert ${alertId} pending`);
  });
});
