import { describe, expect, test } from 'vitest';
import type { Alert } from '../../../src/domain/alert.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import { acknowledgeAlert } from '../../../src/services/alerts/acknowledge-alert.ts';
import { nextAlertTimer, runAlertTimers } from '../../../src/services/alerts/escalate-alerts.ts';
import { expectAlert, reopenAlert } from '../../../src/services/alerts/expect-alert.ts';
import { answerOwner, ownerNotReached } from '../../../src/services/alerts/owner-question.ts';
import { snoozeAlert } from '../../../src/services/alerts/snooze-alert.ts';
import { type Bench, later, member, NOON, openBench, present } from '../../support/bench-deps.ts';
import { fakeKey } from '../../support/fake-provider.ts';
import { alertOn } from '../../support/findings.ts';
import { ADA, BOB } from '../../support/requests.ts';
import { callsIn, sendAll } from '../../support/sent.ts';

const ROLES = 'roles: { admins: [U0ADMIN], responders: [U0ADA, S0NIGHT] }';
const FIRST = ['<@U0ADA>', '<!subteam^S0NIGHT>'];
const DEE = { kind: 'slack', userId: 'U0DEE', teamId: 'T1' } as const;

interface Options {
  readonly owner?: 'none' | 'away' | 'unknown' | 'claimed';
  readonly escalation?: string;
}

async function openNight({ owner, escalation = '{}' }: Options = {}): Promise<Bench> {
  const bench = openBench({ policy: `escalation: ${escalation}`, roles: ROLES });
  bench.provider.put(fakeKey('key_1', { label: 'staging-ci' }));
  await bench.sync();
  if (owner !== 'unknown') bench.people.push(member('U0DEE', { isActiveFullMember: owner !== 'away' }));
  const lineage = await bench.lineageOf('key_1');
  const ownerSlackId = owner === 'none' ? null : 'U0DEE';
  const ownerStanding = owner === 'claimed' ? 'claimed' : 'confirmed';
  await bench.store.write((tx) => tx.lineages.update({ ...lineage, ownerSlackId, ownerStanding }));
  return bench;
}

async function alerted(bench: Bench, values: Partial<Finding> = {}): Promise<Alert> {
  return alertOn(bench, 'key_1', values);
}

/** Lets the timers run to the second as the pump does, and sends what they left. Returns who was called, and when. */
async function play(bench: Bench, lengthMs: number): Promise<readonly (readonly [minute: number, calls: string[]])[]> {
  const heard: [number, string[]][] = [];
  const until = bench.clock.now() + lengthMs;
  for (;;) {
    const dms: string[] = [];
    const sent = await sendAll(bench);
    for (const { kind, isPost, draft } of sent)
      if (kind === 'owner_question' && isPost) dms.push(`dm ${draft.channel}`);
    const calls = [...callsIn(sent), ...dms];
    if (calls.length > 0) heard.push([(bench.clock.now() - NOON) / MINUTE_MS, calls]);
    const due = await nextAlertTimer(bench.deps);
    if (due === null || due > until) break;
    bench.clock.jumpTo(Math.max(due, bench.clock.now()));
    await runAlertTimers(bench.deps);
  }
  bench.clock.jumpTo(until);
  return heard;
}

async function alertIn(bench: Bench, { id }: Pick<Alert, 'id'>): Promise<Alert> {
  return present(await bench.store.read.alerts.get(id));
}

async function told(bench: Bench, { id }: Pick<Alert, 'id'>): Promise<readonly string[]> {
  return (await bench.store.read.alerts.events(id)).map(({ kind }) => kind);
}

describe('an alert that nobody acknowledges', () => {
  test('calls responders and owner at once, asks the owner at 5 minutes, then responders and admins', async () => {
    const bench = await openNight();
    await alerted(bench);

    expect(await play(bench, 10 * HOUR_MS)).toEqual([
      [0, [...FIRST, '<@U0DEE>']],
      [5, ['dm U0DEE']],
      [15, FIRST],
      [30, ['<@U0ADMIN>']],
    ]);
    expect(bench.audit().filter(({ verb }) => verb.startsWith('alert.escalated'))).toHaveLength(2);
  });

  test.each([
    ['has no owner', 'none'],
    ['is only claimed by somebody', 'claimed'],
    ['has an owner who left', 'away'],
    ['has an owner who cannot be looked up', 'unknown'],
  ] as const)('calls the responders in the place of an owner whom nobody can ask: the key %s', async (_, owner) => {
    const bench = await openNight({ owner });
    await alerted(bench);

    const heard = await play(bench, 10 * HOUR_MS);

    expect(heard.slice(1)).toEqual([
      [5, FIRST],
      [15, FIRST],
      [30, ['<@U0ADMIN>']],
    ]);
  });

  test('skips the steps that policy switches off', async () => {
    const bench = await openNight({ escalation: '{ owner_minutes: 0, responders_minutes: 0, admins_minutes: 2 }' });
    await alerted(bench);

    expect((await play(bench, HOUR_MS)).slice(1)).toEqual([[2, ['<@U0ADMIN>']]]);
  });

  test('calls the last of the steps alone after a long downtime, and none of the others afterwards', async () => {
    const bench = await openNight();
    await alerted(bench);
    await sendAll(bench);
    later(bench, 2 * HOUR_MS);

    await runAlertTimers(bench.deps);

    expect(callsIn(await sendAll(bench))).toEqual(['<@U0ADMIN>']);
    expect(await play(bench, 10 * HOUR_MS)).toEqual([]);
  });

  test('is not called for twice when the timers run again, as after a restart', async () => {
    const bench = await openNight();
    await alerted(bench);
    await sendAll(bench);
    later(bench, 15 * MINUTE_MS);

    await runAlertTimers(bench.deps);
    await runAlertTimers(bench.deps);

    expect(callsIn(await sendAll(bench))).toEqual(FIRST);
    expect(await nextAlertTimer(bench.deps)).toBe(NOON + 30 * MINUTE_MS);
  });

  test('calls nobody while it is medium, and begins when it gets worse', async () => {
    const bench = await openNight();
    await alerted(bench, { severity: 'medium', costMicroUsd: 900_000_000 });
    expect(await play(bench, HOUR_MS)).toEqual([]);

    await alerted(bench, { severity: 'high', costMicroUsd: 900_000_000 });

    const heard = await play(bench, 20 * MINUTE_MS);
    expect(heard.map(([minute]) => minute)).toEqual([60, 65, 75]);
  });
});

describe('the escalation stops', () => {
  test.each(['acknowledge', 'snooze', 'expect', 'contain'] as const)('with %s', async (how) => {
    const bench = await openNight();
    const alert = await alerted(bench);
    await play(bench, 2 * MINUTE_MS);
    const { deps } = bench;
    const alertId = alert.id;
    if (how === 'acknowledge') await acknowledgeAlert(deps, { actor: ADA, alertId });
    if (how === 'snooze') await snoozeAlert(deps, { actor: ADA, alertId, until: NOON + HOUR_MS, reason: 'later' });
    if (how === 'expect')
      await expectAlert(deps, { actor: ADA, alertId, reason: 'us', lengthMs: 0, mayCritical: false });
    if (how === 'contain') {
      const after = {
        ...(await alertIn(bench, alert)),
        state: 'contained',
        containedAt: NOON,
        escalation: null,
      } as const;
      await bench.store.write((tx) => tx.alerts.update(after));
    }

    expect(await play(bench, 50 * MINUTE_MS)).toEqual([]);
  });

  test('and begins anew when a snooze is over that nobody followed up', async () => {
    const bench = await openNight();
    const { id } = await alerted(bench);
    await play(bench, 20 * MINUTE_MS);
    const until = NOON + 50 * MINUTE_MS;
    await snoozeAlert(bench.deps, { actor: ADA, alertId: id, until, reason: 'waiting' });

    expect(await play(bench, 10 * HOUR_MS)).toEqual([
      [55, ['dm U0DEE']],
      [65, FIRST],
      [80, ['<@U0ADMIN>']],
    ]);
    expect(await told(bench, { id })).toContain('snooze_over');
  });
});

describe('what was called for', () => {
  test('a higher severity calls again, once; the same does not', async () => {
    const bench = await openNight();
    await alerted(bench);
    await sendAll(bench);
    later(bench, MINUTE_MS);

    await alerted(bench, { severity: 'critical' });
    expect(callsIn(await sendAll(bench))).toEqual([...FIRST, '<@U0DEE>']);
    await alerted(bench, { severity: 'critical' });
    await alerted(bench);
    expect(callsIn(await sendAll(bench))).toEqual([]);
  });

  test('each doubling of the loss from $100 calls once, also while it is snoozed', async () => {
    const bench = await openNight();
    const { id } = await alerted(bench, { costMicroUsd: 20_000_000 });
    await sendAll(bench);
    await snoozeAlert(bench.deps, { actor: ADA, alertId: id, until: NOON + HOUR_MS, reason: 'later' });

    const calls: number[] = [];
    for (const usd of [99, 100, 150, 199, 200, 399, 900, 901]) {
      later(bench, MINUTE_MS);
      await alerted(bench, { costMicroUsd: usd * 1_000_000 });
      if (callsIn(await sendAll(bench)).length > 0) calls.push(usd);
    }

    expect(calls).toEqual([100, 200, 900]);
  });

  test('an alert that opens above $100 has called for it with its opening', async () => {
    const bench = await openNight();
    await alerted(bench, { costMicroUsd: 250_000_000 });

    expect(callsIn(await sendAll(bench))).toHaveLength(3);
    await alerted(bench, { costMicroUsd: 399_000_000 });
    expect(callsIn(await sendAll(bench))).toEqual([]);
  });

  test('when nothing could be sent for long the first message calls, and the admins alone besides', async () => {
    const bench = await openNight();
    await alerted(bench);
    for (const minutes of [5, 10, 15]) {
      later(bench, minutes * MINUTE_MS);
      await alerted(bench, { severity: 'critical', costMicroUsd: minutes * 100_000_000 });
      await runAlertTimers(bench.deps);
    }

    expect(callsIn(await sendAll(bench))).toEqual([...FIRST, '<@U0DEE>', '<@U0ADMIN>']);
  });

  test('a message that is there already has called: whoever deletes it calls nobody anew', async () => {
    const bench = await openNight();
    await alerted(bench);
    await sendAll(bench);
    later(bench, MINUTE_MS);
    await alerted(bench);

    expect((await sendAll(bench)).flatMap(({ draft }) => draft.mentions ?? [])).toEqual([]);
  });

  test('nobody is called by what was acknowledged before it could be sent', async () => {
    const bench = await openNight();
    const { id } = await alerted(bench);
    later(bench, 15 * MINUTE_MS);
    await runAlertTimers(bench.deps);
    await acknowledgeAlert(bench.deps, { actor: ADA, alertId: id });

    const sent = await sendAll(bench);

    expect(callsIn(sent)).toEqual([]);
    expect(sent.filter(({ kind }) => kind === 'owner_question')).toEqual([]);
  });
});

describe('the owner', () => {
  async function asked(options: Options & { severity?: Finding['severity'] } = {}) {
    const bench = await openNight(options);
    const alert = await alerted(bench, { severity: options.severity ?? 'high' });
    await play(bench, 6 * MINUTE_MS);
    const ask = present((await alertIn(bench, alert)).ownerAsk);
    return { bench, alert, ask };
  }
  const mayExpect = true;

  test('who says yes closes an alert up to high as legitimate', async () => {
    const { bench, alert, ask } = await asked();

    await answerOwner(bench.deps, { actor: DEE, alertId: alert.id, askId: ask.id, answer: 'yes', mayExpect });

    expect(await alertIn(bench, alert)).toMatchObject({ state: 'resolved', verdict: 'legitimate' });
    expect((await told(bench, alert)).at(-1)).toBe('expected');
    expect(await play(bench, 3 * HOUR_MS)).toEqual([]);
  });

  test('who says yes on a critical alert is on it, and a responder is asked to confirm', async () => {
    const { bench, alert, ask } = await asked({ severity: 'critical' });

    await answerOwner(bench.deps, { actor: DEE, alertId: alert.id, askId: ask.id, answer: 'yes', mayExpect });

    const after = await alertIn(bench, alert);
    expect(after).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'slack:T1/U0DEE', verdict: null });
    const [line] = (await sendAll(bench)).filter(({ subjectId }) => subjectId === after.ownerAsk?.confirmId);
    expect(JSON.stringify(line?.draft.blocks)).toContain('alert_confirm');
    await expectAlert(bench.deps, { actor: ADA, alertId: alert.id, reason: 'seen', lengthMs: 0, mayCritical: true });
    const [closed] = (await sendAll(bench)).filter(({ subjectId }) => subjectId === after.ownerAsk?.confirmId);
    expect(JSON.stringify(closed?.draft.blocks)).not.toContain('alert_confirm');
  });

  test('whose ownership is only a claim by then is heard, and changes nothing', async () => {
    const { bench, alert, ask } = await asked();
    const lineage = await bench.lineageOf('key_1');
    await bench.store.write((tx) => tx.lineages.update({ ...lineage, ownerStanding: 'claimed' }));

    const input = { actor: DEE, alertId: alert.id, askId: ask.id, answer: 'yes', mayExpect: false } as const;
    await answerOwner(bench.deps, input);

    expect(await alertIn(bench, alert)).toMatchObject({ state: 'open', acknowledgedBy: null });
  });

  test('who says no calls the responders at once, and the escalation goes on', async () => {
    const { bench, alert, ask } = await asked();

    await answerOwner(bench.deps, { actor: DEE, alertId: alert.id, askId: ask.id, answer: 'no', mayExpect });

    expect(await alertIn(bench, alert)).toMatchObject({ state: 'open', severity: 'high' });
    expect(await play(bench, HOUR_MS)).toEqual([
      [6, FIRST],
      [15, FIRST],
      [30, ['<@U0ADMIN>']],
    ]);
  });

  test('who answers twice, or an old question, is thanked and changes nothing', async () => {
    const { bench, alert, ask } = await asked();
    const say = (askId: string) =>
      answerOwner(bench.deps, { actor: DEE, alertId: alert.id, askId, answer: 'no', mayExpect });
    await say(ask.id);
    const before = await alertIn(bench, alert);

    await expect(say(ask.id)).rejects.toMatchObject({ publicMessage: expect.stringContaining('answered no already') });
    await expect(say('event_0')).rejects.toMatchObject({ publicMessage: expect.stringContaining('again') });

    expect(await alertIn(bench, alert)).toEqual(before);
  });

  test('who answers when it is over changes nothing', async () => {
    const { bench, alert, ask } = await asked();
    await expectAlert(bench.deps, { actor: ADA, alertId: alert.id, reason: 'us', lengthMs: 0, mayCritical: true });

    const answer = { actor: DEE, alertId: alert.id, askId: ask.id, answer: 'yes', mayExpect } as const;
    await expect(answerOwner(bench.deps, answer)).rejects.toMatchObject({ code: 'conflict' });
  });

  test('who does not get the message is made up for by the responders, once', async () => {
    const { bench, alert, ask } = await asked();

    await ownerNotReached(bench.deps, ask.id);

    expect(callsIn(await sendAll(bench))).toEqual(FIRST);
    await acknowledgeAlert(bench.deps, { actor: ADA, alertId: alert.id });
    await ownerNotReached(bench.deps, ask.id);
    expect(callsIn(await sendAll(bench))).toEqual([]);
  });
});

describe('this was us', () => {
  const hour = (usd: number, values: Partial<Finding> = {}): Partial<Finding> => ({
    evidence: { hourMicroUsd: usd * 1_000_000 },
    costMicroUsd: usd * 1_000_000,
    ...values,
  });

  test('on a critical alert needs a right of its own, whatever the button said', async () => {
    const bench = await openNight();
    const alert = await alerted(bench, { severity: 'critical' });

    const input = { actor: BOB, alertId: alert.id, reason: 'us', lengthMs: 0, mayCritical: false };
    await expect(expectAlert(bench.deps, input)).rejects.toMatchObject({ code: 'forbidden' });

    expect(await alertIn(bench, alert)).toEqual(alert);
  });

  test('lets as much go on until the end, records it, and opens again above twice as much', async () => {
    const bench = await openNight();
    const alert = await alerted(bench, hour(40));
    const input = { actor: ADA, alertId: alert.id, reason: 'load test', lengthMs: 4 * HOUR_MS, mayCritical: false };
    await expectAlert(bench.deps, input);
    const closed = await alertIn(bench, alert);

    later(bench, HOUR_MS);
    await alerted(bench, hour(79));
    expect(await alertIn(bench, alert)).toEqual(closed);
    await alerted(bench, hour(80));

    expect(await alertIn(bench, alert)).toMatchObject({ state: 'open', verdict: null, expected: null });
    const events = await bench.store.read.alerts.events(alert.id);
    expect(events.at(-1)).toMatchObject({ kind: 'reopened', detail: { expectedUntil: NOON + 4 * HOUR_MS } });
    expect(bench.raw().prepare('SELECT count(*) AS n FROM findings').get()).toEqual({ n: 3 });
  });

  test('is the span that baselines may count as normal, until somebody says that it was not', async () => {
    const bench = await openNight();
    const alert = await alerted(bench, hour(40));
    later(bench, HOUR_MS);
    const say = { actor: ADA, alertId: alert.id };
    await expectAlert(bench.deps, { ...say, reason: 'us', lengthMs: 0, mayCritical: false });
    const range = { from: NOON - HOUR_MS, to: NOON + 2 * HOUR_MS };
    const episodes = () => bench.store.read.alerts.legitimateEpisodes(alert.lineageId, range);

    expect(await episodes()).toEqual([{ startedAt: alert.startedAt, closedAt: NOON + HOUR_MS }]);
    await reopenAlert(bench.deps, say);

    expect(await episodes()).toEqual([]);
    expect(await alertIn(bench, alert)).toMatchObject({ state: 'open', closedAt: null });
    expect((await alertIn(bench, alert)).escalation).toEqual({ since: NOON + HOUR_MS, taken: [] });
    await expect(reopenAlert(bench.deps, say)).rejects.toMatchObject({ code: 'conflict' });
  });
});
