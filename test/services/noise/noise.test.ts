import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/domain/finding.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { acknowledgeAlert } from '../../../src/services/alerts/acknowledge-alert.ts';
import { expectAlert } from '../../../src/services/alerts/expect-alert.ts';
import { recordFinding } from '../../../src/services/alerts/record-finding.ts';
import { declareWindow, endDueHolds, endHold, muteRule, nextHoldEnd } from '../../../src/services/noise/holds.ts';
import { quietFindings } from '../../../src/services/noise/quiet-findings.ts';
import { describeHold, holdsInForce } from '../../../src/services/noise/read-holds.ts';
import { ruleNamed } from '../../../src/services/noise/rules.ts';
import { pollUsage } from '../../../src/services/usage/poll-usage.ts';
import { type Bench, later, NOON, openBench, present } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { findingOf } from '../../support/findings.ts';
import { muteOf } from '../../support/noise.ts';
import { ADA, BOB } from '../../support/requests.ts';

const USD = 1_000_000;

async function openNoise(policy = ''): Promise<Bench> {
  const bench = openBench({ policy });
  bench.provider.put(...Array.from({ length: 9 }, (_, index) => fakeKey(`key_${index + 1}`)));
  await bench.sync();
  return bench;
}

async function find(bench: Bench, values: Partial<Finding> = {}, key = 'key_1') {
  return recordFinding(bench.deps, await findingOf(bench, key, values));
}

async function declare(bench: Bench, usd: number, lengthMs = 6 * HOUR_MS) {
  const { id: lineageId } = await bench.lineageOf('key_1');
  const untilAt = bench.clock.now() + lengthMs;
  return declareWindow(bench.deps, { actor: ADA, lineageId, untilAt, ceilingMicroUsd: usd * USD, reason: 'load test' });
}

async function mute(bench: Bench, ruleId = 'spend-acceleration', lengthMs = 3 * DAY_MS) {
  const { id: lineageId } = await bench.lineageOf('key_1');
  return muteRule(bench.deps, {
    actor: ADA,
    lineageId,
    ruleId,
    untilAt: bench.clock.now() + lengthMs,
    reason: 'known',
  });
}

/** What was spent since the last poll is known. */
async function spend(bench: Bench, usd: number, key = 'key_1'): Promise<void> {
  later(bench, 10 * MINUTE_MS);
  const at = bench.clock.now() - 5 * MINUTE_MS;
  bench.provider.use.push({ keyId: key, at, tokens: usd * USD, model: 'fake-1' });
  await pollUsage(bench.deps, bench.provider.port);
}

function kept(bench: Bench) {
  return quietFindings(bench.deps, { from: 0, to: bench.clock.now() + 1 });
}

describe('where a finding goes', () => {
  test('info opens no alert and sends nothing: it is kept with its reason', async () => {
    const bench = await openNoise();

    expect(
      await find(bench, { severity: 'info', evidence: { heldBack: 'Yesterday at this hour it was the same.' } }),
    ).toBeNull();

    expect(bench.outbox()).toEqual([]);
    expect(await bench.store.read.alerts.unresolved()).toEqual([]);
    expect((await kept(bench)).map(({ slug, finding }) => [slug, finding.cause, finding.heldBack])).toEqual([
      ['key-1', 'judgement', 'Yesterday at this hour it was the same.'],
    ]);
  });

  test('the same that goes on is one matter; after two hours it is another', async () => {
    const bench = await openNoise();
    for (const minutes of [0, 5, 5]) {
      later(bench, minutes * MINUTE_MS);
      await find(bench, { severity: 'info' });
    }
    later(bench, 2 * HOUR_MS + 1);
    await find(bench, { severity: 'info' });

    expect((await kept(bench)).map(({ finding }) => finding.times)).toEqual([1, 3]);
  });

  test('a poll that is repeated counts nothing twice', async () => {
    const bench = await openNoise();
    const finding = await findingOf(bench, 'key_1', { severity: 'info' });
    await recordFinding(bench.deps, finding);
    await recordFinding(bench.deps, finding);

    expect((await kept(bench)).map(({ finding: { times } }) => times)).toEqual([1]);
  });

  test('info joins the alert that is open, and changes neither it nor its message', async () => {
    const bench = await openNoise();
    const alert = present(await find(bench));
    const before = bench.outbox();
    later(bench, 5 * MINUTE_MS);

    expect(await find(bench, { severity: 'info', detectorId: 'off-hours' })).toEqual(alert);

    expect(bench.outbox()).toEqual(before);
    expect((await kept(bench)).map(({ alert: name }) => name)).toEqual(['KS-1']);
  });

  test('what began as info and gets worse is an alert at once, which began with the first finding', async () => {
    const bench = await openNoise();
    const first = NOON - 30 * MINUTE_MS;
    await find(bench, { severity: 'info', startedAt: first, detectorId: 'billing-threshold' });
    await spend(bench, 7);
    await spend(bench, 8);

    const alert = present(await find(bench, { severity: 'critical', startedAt: bench.clock.now() - MINUTE_MS }));

    expect(alert).toMatchObject({ state: 'open', severity: 'critical', startedAt: first, lostMicroUsd: 15 * USD });
    expect(alert.escalation).not.toBeNull();
    expect(bench.outbox()).toContain(`alert ${alert.id} pending`);
    expect((await kept(bench)).map(({ alert: name }) => name)).toEqual(['KS-1']);
  });
});

describe('a declared window', () => {
  test('keeps what is found quiet while the sum is within it, and calls people beyond', async () => {
    const bench = await openNoise();
    bench.people.push({
      userId: 'U0ADA',
      teamId: 'T1',
      name: 'Ada',
      email: null,
      timezone: null,
      isActiveFullMember: true,
    });
    await bench.store.write((tx) => tx.members.upsert({ ...present(bench.people[0]), lastSeenAt: NOON }));
    const hold = await declare(bench, 50);
    await spend(bench, 40);
    expect(await find(bench, { severity: 'critical' })).toBeNull();
    expect((await kept(bench)).map(({ hold: by, finding }) => [by?.id, finding.cause])).toEqual([[hold.id, 'window']]);
    expect(bench.outbox()).toEqual([]);

    await spend(bench, 11);
    const alert = present(await find(bench, { severity: 'medium' }));

    expect(alert.severity).toBe('high');
    expect(JSON.stringify(alert.reason)).toContain('That is more than what');
    expect(alert.reason).toEqual(
      expect.arrayContaining([{ foreign: 'Ada' }, { money: 51 * USD }, { money: 50 * USD }]),
    );
    expect(bench.outbox()).toEqual(
      expect.arrayContaining([`alert ${alert.id} pending`, `hold_dm ${hold.id}:beyond pending`]),
    );
    await spend(bench, 1);
    await find(bench, { severity: 'high' });
    expect(bench.audit().filter(({ verb }) => verb === 'lineage.window.exceeded')).toHaveLength(1);
  });

  test('does not count what was spent before it, nor hold back what is not about spend', async () => {
    const bench = await openNoise();
    await spend(bench, 100);
    await declare(bench, 5);
    await spend(bench, 4);

    expect(await find(bench)).toBeNull();
    expect(await find(bench, { detectorId: 'unknown-address' })).not.toBeNull();
  });

  test('ends with its audit row and a message, once, when the clock says so', async () => {
    const bench = await openNoise();
    const hold = await declare(bench, 50);
    await spend(bench, 12);
    await find(bench);
    expect(await nextHoldEnd(bench.deps)).toBe(hold.untilAt);

    await endDueHolds(bench.deps);
    expect(bench.outbox()).toEqual([]);
    bench.clock.jumpTo(hold.untilAt);
    await endDueHolds(bench.deps);
    await endDueHolds(bench.deps);

    expect(bench.outbox()).toEqual([`hold_dm ${hold.id}:ended pending`]);
    expect(bench.audit().filter(({ verb }) => verb === 'lineage.window.ended')).toHaveLength(1);
    const ended = present(await bench.store.read.holds.get(hold.id));
    expect(await describeHold(bench.deps, ended)).toMatchObject({
      spentMicroUsd: 12 * USD,
      heldBack: 1,
      slug: 'key-1',
    });
    expect(await nextHoldEnd(bench.deps)).toBeNull();
  });

  test('ended by whoever declared it needs no message; by somebody else it does', async () => {
    const bench = await openNoise();
    const [own, others] = [await declare(bench, 50), await declare(bench, 60)];
    // The second has replaced the first.
    expect((await holdsInForce(bench.deps)).map(({ hold }) => hold.id)).toEqual([others.id]);
    expect((await bench.store.read.holds.get(own.id))?.endedAt).toBe(NOON);
    expect(bench.outbox()).toEqual([]);

    await endHold(bench.deps, { actor: BOB, holdId: others.id });

    expect(bench.outbox()).toEqual([`hold_dm ${others.id}:ended pending`]);
    expect(await endHold(bench.deps, { actor: ADA, holdId: others.id })).toBeNull();
  });

  test.each([
    [0, HOUR_MS],
    [10, 0],
    [10, 31 * DAY_MS + 1],
  ])('of $%s for %s ms is refused', async (usd, lengthMs) => {
    const bench = await openNoise();

    await expect(declare(bench, usd, lengthMs)).rejects.toMatchObject({ code: 'invalid_input' });

    expect(await bench.store.read.holds.open()).toEqual([]);
  });
});

test.each(['dead-key-used', 'retention-breach'] as const)(
  '%s is told though a window with room is declared, whatever is open or was held back before',
  async (detectorId) => {
    const bench = await openNoise();
    await declare(bench, 10_000);
    await spend(bench, 5);
    expect(await find(bench)).toBeNull();
    const severity = detectorId === 'dead-key-used' ? 'critical' : 'high';

    const alert = present(await find(bench, { detectorId, severity, costMicroUsd: USD }));

    expect(alert).toMatchObject({ state: 'open', severity, detectorIds: [detectorId] });
    expect(alert.escalation).not.toBeNull();
    expect(bench.outbox()).toContain(`alert ${alert.id} pending`);
  },
);

test('“This was us” is said of spend, or of what the alert was about: a dead key that is used later is told', async () => {
  const bench = await openNoise();
  const spent = present(await find(bench, { severity: 'critical', costMicroUsd: 9 * USD }));
  const word = { actor: ADA, alertId: spent.id, reason: 'load test', lengthMs: 2 * HOUR_MS, mayCritical: true };
  await expectAlert(bench.deps, word);

  expect(await find(bench, { detectorId: 'cost-spike', costMicroUsd: USD })).toMatchObject({ id: spent.id });
  const dead = await find(bench, { detectorId: 'dead-key-used', severity: 'critical', costMicroUsd: USD });

  expect(dead).toMatchObject({ state: 'open', severity: 'critical' });
});

describe('a muted rule', () => {
  test('is kept quiet on that key alone, and its end is told', async () => {
    const bench = await openNoise();
    const hold = await mute(bench);

    expect(await find(bench, { severity: 'critical' })).toBeNull();
    expect(await find(bench, { detectorId: 'cost-spike' })).not.toBeNull();
    expect(await find(bench, {}, 'key_2')).not.toBeNull();

    bench.clock.jumpTo(hold.untilAt);
    expect(await find(bench)).not.toBeNull();
    await endDueHolds(bench.deps);
    expect(bench.outbox()).toContain(`hold_dm ${hold.id}:ended pending`);
    expect(bench.audit().map(({ verb }) => verb)).toEqual(
      expect.arrayContaining(['lineage.rule.muted', 'lineage.rule.unmuted']),
    );
  });

  test('a cap that is reached is told all the same, and a dead key cannot be muted at all', async () => {
    const bench = await openNoise();
    await mute(bench, 'cap-threshold');
    await expect(mute(bench, 'dead-key-used')).rejects.toThrow();

    const cap = { detectorId: 'cap-threshold', severity: 'critical', evidence: { standing: true } } as const;
    expect(await find(bench, { ...cap, severity: 'medium' })).toBeNull();
    expect(await find(bench, cap)).not.toBeNull();
    expect(await find(bench, { detectorId: 'dead-key-used', severity: 'critical' })).not.toBeNull();
  });

  test('that production calls a model which it must not call cannot be muted, and a mute of old is not heard', async () => {
    const bench = await openNoise();
    await expect(mute(bench, 'retention-breach')).rejects.toMatchObject({
      publicMessage: expect.stringContaining('`/keys edit`'),
    });
    expect(bench.audit().map(({ verb }) => verb)).not.toContain('lineage.rule.muted');
    const { id: lineageId } = await bench.lineageOf('key_1');
    const untilAt = NOON + DAY_MS;
    await bench.store.write((tx) => tx.holds.insert(muteOf({ lineageId, ruleId: 'retention-breach', untilAt })));

    expect(await find(bench, { detectorId: 'retention-breach' })).toMatchObject({ state: 'open', severity: 'high' });
  });

  test('does not silence a window that is exceeded', async () => {
    const bench = await openNoise();
    await mute(bench);
    await declare(bench, 5);
    await spend(bench, 6);

    expect(await find(bench)).not.toBeNull();
  });

  test('for longer than 30 days is refused', async () => {
    const bench = await openNoise();
    await expect(mute(bench, 'spend-acceleration', 30 * DAY_MS + 1)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test.each([
    ['spend-acceleration', 'spend-acceleration'],
    ['Spend accelerates', 'spend-acceleration'],
    ['spend_accel', 'spend-acceleration'],
    ['spend-aceleration', 'spend-acceleration'],
    ['cap', 'cap-threshold'],
    ['a cap comes near', 'cap-threshold'],
    ['nonsense', undefined],
    ['', undefined],
  ])('is meant by “%s”: %s', async (typed, id) => {
    const bench = openBench();
    const detectors = bench.deps.detectors.filter((one) => ['spend-acceleration', 'cap-threshold'].includes(one.id));
    expect(ruleNamed({ detectors }, typed)?.id).toBe(id);
  });
});

describe('more alerts than policy wants a day', () => {
  const LIMIT = 'alerts: { daily_messages: 2 }\ncalendar: { timezone: Europe/Berlin }';

  test('share one message where they call nobody; what calls people has its own', async () => {
    const bench = await openNoise(LIMIT);
    const alerts = [];
    for (const [index, severity] of (['medium', 'high', 'medium', 'critical', 'medium'] as const).entries()) {
      alerts.push(present(await find(bench, { severity }, `key_${index + 1}`)));
    }

    expect(alerts.map(({ rollUp }) => rollUp)).toEqual([null, null, '2026-08-03', null, '2026-08-03']);
    expect(bench.outbox().filter((row) => row.startsWith('alert_rollup'))).toEqual(['alert_rollup 2026-08-03 pending']);
  });

  test('a new day of policy’s zone begins anew', async () => {
    const bench = await openNoise(LIMIT);
    for (const key of ['key_1', 'key_2', 'key_3']) await find(bench, { severity: 'medium' }, key);
    bench.clock.jumpTo(Date.UTC(2026, 7, 3, 21, 59));
    expect((await find(bench, { severity: 'medium' }, 'key_4'))?.rollUp).toBe('2026-08-03');
    bench.clock.jumpTo(Date.UTC(2026, 7, 3, 22, 0));
    expect((await find(bench, { severity: 'medium' }, 'key_5'))?.rollUp).toBeNull();
  });

  test('zero is no limit', async () => {
    const bench = await openNoise('alerts: { daily_messages: 0 }');
    for (let index = 1; index <= 9; index += 1) {
      expect((await find(bench, { severity: 'medium' }, `key_${index}`))?.rollUp).toBeNull();
    }
  });

  test('one that gets worse leaves the roll-up and calls people', async () => {
    const bench = await openNoise(LIMIT);
    for (const key of ['key_1', 'key_2', 'key_3']) await find(bench, { severity: 'medium' }, key);
    const alert = present(await find(bench, { severity: 'critical' }, 'key_3'));

    expect(alert).toMatchObject({ rollUp: null, severity: 'critical' });
    expect(await bench.store.read.rollUps.idsOf('2026-08-03')).toEqual([]);
  });
});

describe('what people said, for whoever learns what is usual', () => {
  const range = { from: NOON - DAY_MS, to: NOON + 10 * DAY_MS };

  test('are episodes that were called expected, and windows as far as they were enough', async () => {
    const bench = await openNoise();
    const { lineageId } = await bench.keyOf('key_1');
    const alert = present(await find(bench));
    await expectAlert(bench.deps, { actor: ADA, alertId: alert.id, reason: 'us', lengthMs: 0, mayCritical: true });
    later(bench, DAY_MS);
    const hold = await declare(bench, 5);
    const episodes = () => bench.store.read.lessons.episodesToLearn(lineageId, range);
    expect(await episodes()).toEqual([
      { kind: 'legitimate', startedAt: alert.startedAt, closedAt: NOON },
      { kind: 'window', startedAt: hold.fromAt, closedAt: hold.untilAt },
    ]);

    await spend(bench, 6);
    await find(bench);
    expect((await episodes())[1]).toMatchObject({ closedAt: hold.fromAt + 10 * MINUTE_MS });
    expect(
      await bench.store.read.lessons.episodesToLearn(lineageId, { from: NOON + 3 * DAY_MS, to: range.to }),
    ).toEqual([]);
  });

  test.each([
    ['nobody said anything', {}, [], false],
    ['the owner said no', {}, [['owner_denied', 'slack:T1/U1']], true],
    ['a person stopped the key', { containedAt: NOON }, [['action_requested', 'slack:T1/U1']], true],
    ['policy stopped the key', { containedAt: NOON }, [['action_requested', 'system:auto-contain']], false],
    ['a stop that was taken back', { containedAt: null }, [['action_requested', 'slack:T1/U1']], false],
    ['it was expected after all', { verdict: 'legitimate' }, [['owner_denied', 'slack:T1/U1']], false],
    ['a test', { testOf: 'U1' }, [['owner_denied', 'slack:T1/U1']], false],
  ] as const)('an incident: %s', async (_, fields, events, expected) => {
    const bench = await openNoise();
    const alert = present(await find(bench));
    await bench.store.write(async (tx) => {
      await tx.alerts.update({ ...alert, ...fields, state: 'resolved', closedAt: NOON + HOUR_MS });
      for (const [kind, actor] of events) {
        await tx.alerts.addEvent({ id: `event_${kind}`, alertId: alert.id, at: NOON, kind, actor, detail: {} });
      }
    });

    const days = await bench.store.read.lessons.incidentDays(alert.lineageId, range);

    expect(days).toEqual(expected ? [{ startedAt: alert.startedAt, closedAt: NOON + HOUR_MS }] : []);
    const later = { from: NOON + 2 * HOUR_MS, to: range.to };
    expect(await bench.store.read.lessons.incidentDays(alert.lineageId, later)).toEqual([]);
  });

  test('an incident that is open lasts to the end of the range', async () => {
    const bench = await openNoise();
    const alert = present(await find(bench));
    await acknowledgeAlert(bench.deps, { actor: ADA, alertId: alert.id });
    await bench.store.write((tx) =>
      tx.alerts.addEvent({
        id: 'event_no',
        alertId: alert.id,
        at: NOON,
        kind: 'owner_denied',
        actor: 'slack:T1/U1',
        detail: {},
      }),
    );

    expect(await bench.store.read.lessons.incidentDays(alert.lineageId, range)).toEqual([
      { startedAt: alert.startedAt, closedAt: range.to },
    ]);
  });
});
