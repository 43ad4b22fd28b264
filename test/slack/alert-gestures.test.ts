import { describe, expect, test } from 'vitest';
import { GESTURES } from '../../src/domain/alert.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/time.ts';
import { renderText } from '../../src/sandbox/slack/index.ts';
import type { Entries } from '../../src/sandbox/slack/submission.ts';
import { nextAlertTimer, runAlertTimers } from '../../src/services/alerts/escalate-alerts.ts';
import { recordFinding } from '../../src/services/alerts/record-finding.ts';
import { present } from '../support/bench-deps.ts';
import { failing } from '../support/fake-provider.ts';
import { EXTRAS } from '../support/limits.ts';
import { limitsOf } from '../support/records.ts';
import { findingOf, type Running, startRunning } from './support/running.ts';

const CHANNEL = 'C0AIKEYS';
const SLUG = { slug: { value: 'staging-ci' } };
const REASON = { reason: { value: 'nobody knows yet' } };

interface Night {
  readonly running: Running;
  readonly ts: string;
  readonly alertId: string;
}

type Do = (night: Night) => Promise<void>;

/** An alert that Dee owns and nobody has answered, six minutes old: Dee has been asked. */
async function openNight(severity: 'critical' | 'high' = 'critical'): Promise<Night> {
  const running = await startRunning({ provider: { extras: EXTRAS } });
  running.provider.limits.set('ws_1', limitsOf());
  // Whatever is asked of the provider is refused: only the gesture itself counts.
  for (const method of ['suspend', 'revoke', 'setRateLimit', 'setSpendLimit'] as const) {
    running.provider.script(method, ...Array.from({ length: 99 }, () => failing('provider_denied')));
  }
  const key = await running.keyOf('apikey_1');
  await own(running, 'confirmed');
  const { id: alertId } = present(await recordFinding(running.deps, findingOf(key.lineageId, key.id, { severity })));
  await running.drain();
  await play(running, 6 * MINUTE_MS);
  const ts = present((await running.store.read.messages.get('alert', alertId))?.ts);
  return { running, ts, alertId };
}

async function own(running: Running, ownerStanding: 'confirmed' | 'claimed') {
  const lineage = await running.lineageOf('apikey_1');
  await running.store.write((tx) => tx.lineages.update({ ...lineage, ownerSlackId: 'U0DEE', ownerStanding }));
}

/** Lets the alert's timers run to the second. */
async function play(running: Running, lengthMs: number): Promise<void> {
  const until = running.clock.now() + lengthMs;
  for (;;) {
    const due = await nextAlertTimer(running.deps);
    if (due === null || due > until) break;
    running.clock.jumpTo(Math.max(due, running.clock.now()));
    await runAlertTimers(running.deps);
    await running.drain();
  }
  running.clock.jumpTo(Math.max(until, running.clock.now()));
}

/** Who was called because nobody had answered, from now on. */
async function calledInAnHour({ running, alertId }: Night): Promise<readonly unknown[]> {
  const escalations = async () =>
    (await running.store.read.alerts.events(alertId)).filter(({ kind }) => kind === 'escalated');
  const before = (await escalations()).length;
  await play(running, HOUR_MS);
  return (await escalations()).slice(before).map(({ detail }) => detail['to']);
}

const press =
  (actionId: string, option?: string, entries?: Entries): Do =>
  async ({ running, ts }) => {
    const ana = running.slack.person('U0ANA');
    await ana.click({ channel: CHANNEL, ts, actionId, ...(option === undefined ? {} : { option }) });
    await running.settled();
    if (entries !== undefined) await submit(running, entries);
    await running.drain();
  };

async function submit(running: Running, entries: Entries): Promise<void> {
  const ana = running.slack.person('U0ANA');
  const { errors } = await ana.submit(present(ana.views.at(-1)).id, entries);
  expect(errors ?? {}).toEqual({});
  await running.settled();
}

const brake: Do = async ({ running, ts }) => {
  await press('menu', 'Other brakes…')({ running, ts, alertId: '' });
  const ana = running.slack.person('U0ANA');
  await ana.click({ viewId: present(ana.views.at(-1)).id, actionId: 'brake_rate' });
  await running.settled();
  const limit = renderedOption(present(ana.views.at(-1)));
  await submit(running, { ...REASON, ...SLUG, limit: { value: limit }, value: { value: '10' } });
  await running.drain();
};

const raiseOwn: Do = async (night) => {
  const lineage = await night.running.lineageOf('apikey_1');
  await night.running.store.write((tx) => tx.lineages.update({ ...lineage, capMicroUsd: 100_000_000 }));
  const which = { which: { value: 'own' } };
  await press('cap_raise', undefined, { ...REASON, ...SLUG, ...which, amount: { value: '150' } })(night);
};

/** The raise before was for an alert that is over. */
const prolong: Do = async (night) => {
  await raiseOwn(night);
  const alert = present(await night.running.store.read.alerts.get(night.alertId));
  const escalation = { since: night.running.clock.now(), taken: ['owner', 'webhook'] as const };
  await night.running.store.write((tx) =>
    tx.alerts.update({ ...alert, state: 'open', acknowledgedBy: null, escalation }),
  );
  const which = { which: { value: 'own' } };
  await press('cap_raise', undefined, { ...REASON, ...SLUG, ...which, amount: { value: '150' } })(night);
};

/** The value of the first option of the page's list. */
function renderedOption(view: unknown): string {
  const [, value = ''] = /"options":\[\{.*?"value":"((?:[^"\\]|\\.)*)"/.exec(JSON.stringify(view)) ?? [];
  return JSON.parse(`"${value}"`);
}

const answer =
  (word: 'yes' | 'no'): Do =>
  async ({ running }) => {
    const dee = running.slack.person('U0DEE');
    const { channel, ts } = present(dee.directMessages().at(-1));
    await dee.click({ channel, ts, actionId: `owner_${word}` });
    await running.settled();
    await running.drain();
  };

const claimantYes: Do = async (night) => {
  await own(night.running, 'claimed');
  await answer('yes')(night);
};

/** Nobody says yes, and after half an hour it is off. */
const askForSecond: Do = async (night) => {
  const lineage = await night.running.lineageOf('apikey_1');
  await night.running.store.write((tx) => tx.lineages.update({ ...lineage, environment: 'production' }));
  const { alertId, running } = night;
  await running.slack.person('U0ANA').command('/keys revoke staging-ci', 'general');
  await running.settled();
  await submit(running, { ...REASON, ...SLUG });
  await running.drain();
  const [approval] = await running.store.read.approvals.waiting();
  expect(approval?.alertId).toBe(alertId);
};

interface Case {
  readonly gesture: keyof typeof GESTURES;
  readonly what: string;
  readonly run: Do;
  readonly severity?: 'high';
}

const CASES: readonly Case[] = [
  { gesture: 'acknowledge', what: 'Acknowledge', run: press('menu', 'Acknowledge') },
  { gesture: 'act', what: 'Suspend…, which the provider refuses', run: press('key_suspend', undefined, REASON) },
  { gesture: 'act', what: 'Other brakes…, which the provider refuses', run: brake },
  {
    gesture: 'act',
    what: 'Raise cap… at the provider, which refuses it',
    run: press('cap_raise', undefined, { ...REASON, ...SLUG, amount: { value: '900' } }),
  },
  { gesture: 'raise_cap', what: 'Raise cap… of the team’s own', run: raiseOwn },
  { gesture: 'raise_cap', what: 'Raise cap… that prolongs a raise', run: prolong },
  { gesture: 'rotate', what: 'Rotate…', run: press('key_rotate', undefined, { ...REASON, public: { value: 'calm' } }) },
  { gesture: 'ask_second_person', what: 'Revoke…, which needs a second person', run: askForSecond },
  {
    gesture: 'snooze',
    what: 'Snooze or mute…',
    run: press('menu', 'Snooze or mute…', { ...REASON, length: { value: '2h' } }),
  },
  {
    gesture: 'expect',
    what: 'This was us…',
    run: press('menu', 'This was us…', { ...REASON, length: { value: '4h' } }),
  },
  { gesture: 'owner_yes', what: 'the owner’s Yes', run: answer('yes'), severity: 'high' },
  { gesture: 'owner_yes_critical', what: 'the owner’s Yes on a critical one', run: answer('yes') },
  { gesture: 'owner_no', what: 'the owner’s No', run: answer('no') },
  { gesture: 'claimant_yes', what: 'the Yes of who only claims the key', run: claimantYes },
  { gesture: 'show_key', what: 'Show key', run: press('menu', 'Show key') },
];

const STATE_AFTER = { acknowledge: 'acknowledged', snooze: 'open', expect: 'resolved' } as const;

describe('a gesture on an alert that nobody has answered', () => {
  test.each(CASES)('$what: $gesture', async ({ gesture, run, severity }) => {
    const night = await openNight(severity);

    await run(night);

    const event = GESTURES[gesture];
    const alert = present(await night.running.store.read.alerts.get(night.alertId));
    expect(alert.state).toBe(event === null ? 'open' : STATE_AFTER[event]);
    if (event === 'acknowledge') expect(alert.acknowledgedBy).toMatch(/U0(ANA|DEE)$/);
    expect(await calledInAnHour(night)).toEqual(event === null ? ['responders', 'admins'] : []);
  });

  test.each(CASES)('$what leaves the owner no question that is none any more', async ({ gesture, run, severity }) => {
    const night = await openNight(severity);
    const question = present(night.running.slack.person('U0DEE').directMessages().at(-1));

    await run(night);

    const { slack } = night.running;
    const shown = present(
      slack
        .person('U0DEE')
        .directMessages()
        .find(({ ts }) => ts === question.ts),
    );
    const isStanding = GESTURES[gesture] === null || GESTURES[gesture] === 'snooze';
    const isAnswered = gesture === 'owner_no' || gesture === 'claimant_yes';
    expect(renderText(shown, slack.workspace).includes('Was this you?')).toBe(isStanding && !isAnswered);
  });

  test('each has a case', () => {
    expect(new Set(CASES.map(({ gesture }) => gesture))).toEqual(new Set(Object.keys(GESTURES)));
  });
});
