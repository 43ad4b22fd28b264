import { describe, expect, test } from 'vitest';
import { type Alert, type OwnerAsk, snoozed } from '../../../src/domain/alert.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import type { AlertCard } from '../../../src/services/alerts/describe-alert.ts';
import type { PagedNow } from '../../../src/services/alerts/who-is-paged.ts';
import { alertView } from '../../../src/slack/views/alert.ts';
import { expectModal, snoozeEnd, snoozeModal } from '../../../src/slack/views/alert-modals.ts';
import { ownerQuestionView } from '../../../src/slack/views/owner-question.ts';
import { withNames } from '../../../src/slack/views/quiet.ts';
import { testAlertView } from '../../../src/slack/views/test-alert.ts';
import { present } from '../../support/bench-deps.ts';
import { alertCard, LOCALE, leakAlert, NOW, stagingKey, stagingLineage } from '../support/cards.ts';
import { expectMessage, expectView, seen, seenView, spoken } from '../support/golden.ts';

const ANA = 'slack:T0ACME/U0ANA';
const expectedEvent = {
  id: 'event_9',
  alertId: 'alert_1',
  at: NOW + HOUR_MS,
  kind: 'expected',
  actor: ANA,
  detail: { until: NOW + 5 * HOUR_MS, reason: 'our load test' },
};
const twin = { hint: 'sk-ant-api03-qqq...zzzz', headline: ['spending 6x its usual hour'] };

const CARDS: Readonly<Record<string, Partial<AlertCard>>> = {
  escalating: { nextCall: { step: 'admins', at: NOW + 30 * MINUTE_MS } },
  'asking-owner': { nextCall: { step: 'owner', at: NOW + 5 * MINUTE_MS } },
  snoozed: { alert: present(snoozed(leakAlert(), NOW + 2 * HOUR_MS, NOW)) },
  expected: {
    alert: leakAlert({ state: 'resolved', closedAt: NOW + HOUR_MS, verdict: 'legitimate' }),
    events: [expectedEvent],
  },
  'two-keys': { otherKeys: [twin, { ...twin, hint: null }] },
};

test.each(Object.entries(CARDS))(
  'an alert that is %s reads as agreed, and says so in its text',
  async (name, fields) => {
    const rendered = alertView(alertCard(fields), LOCALE);

    await expectMessage(`alert-${name}`, rendered);
    for (const words of [
      'escalates to admins',
      'asks the owner',
      'snoozed until',
      'was expected',
      'Also: another key',
    ]) {
      expect(spoken(rendered).includes(words)).toBe(seen(rendered).includes(words));
    }
  },
);

const ASK: OwnerAsk = {
  id: 'event_1',
  userId: 'U0DEE',
  askedAt: NOW + 5 * MINUTE_MS,
  answer: null,
  answeredAt: null,
  confirmId: null,
};

const QUESTIONS: Readonly<Record<string, Partial<Alert>>> = {
  open: {},
  'answered-no': { ownerAsk: { ...ASK, answer: 'no' } },
  'answered-yes': { ownerAsk: { ...ASK, answer: 'yes' }, state: 'resolved', verdict: 'legitimate' },
  'answered-yes-critical': { ownerAsk: { ...ASK, answer: 'yes' }, state: 'acknowledged' },
  'asked-again': { ownerAsk: { ...ASK, id: 'event_2' } },
  taken: { state: 'acknowledged' },
  stopped: { state: 'contained' },
  over: { state: 'resolved' },
  expected: { state: 'resolved', verdict: 'legitimate' },
  test: { testOf: 'U0ANA' },
};

test.each(Object.entries(QUESTIONS))('the question to the owner, %s, reads as agreed', async (name, fields) => {
  const card = alertCard({ alert: leakAlert({ ownerAsk: ASK, ...fields }) });

  const rendered = ownerQuestionView({ card, eventId: ASK.id, link: 'in <#C0AIKEYS>' }, LOCALE);

  await expectMessage(`owner-question-${name}`, rendered);
  expect(JSON.stringify(rendered.blocks).includes('owner_yes')).toBe(['open', 'test'].includes(name));
});

const PAGED: PagedNow = {
  first: [
    { id: 'U0ANA', name: 'Ana Ruiz', isActive: true },
    { id: 'S0SECURITY', name: null, isActive: true },
  ],
  admins: [{ id: 'U0CHRIS', name: 'Chris Lang', isActive: true }],
};

const TESTS: Readonly<Record<string, Partial<Alert>>> = {
  open: { escalation: { since: NOW, taken: [] } },
  acknowledged: { state: 'acknowledged', acknowledgedBy: ANA },
  over: { state: 'resolved', closedAt: NOW + MINUTE_MS },
};

test.each(Object.entries(TESTS))(
  'a test that is %s says that it is one, and calls nobody by listing them',
  async (name, fields) => {
    const alert = leakAlert({ testOf: 'U0ANA', lostMicroUsd: 0, severity: 'high', ...fields });
    const nextCall = name === 'open' ? { step: 'owner' as const, at: NOW + MINUTE_MS } : null;
    const card = alertCard({ alert, key: null, lineage: stagingLineage({ slug: 'test-alert' }), nextCall });

    const rendered = testAlertView(card, PAGED, LOCALE);

    await expectMessage(`test-alert-${name}`, rendered);
    expect(spoken(rendered)).toContain('Test of the alert path');
    expect(JSON.stringify(rendered)).not.toMatch(/<@U0CHRIS>|<!subteam/);
  },
);

describe('the modals', () => {
  const card = { alert: leakAlert(), lineage: stagingLineage() };

  test('read as agreed', async () => {
    await expectView('modal-snooze', snoozeModal(card, NOW, { ...LOCALE, timezone: 'Europe/Berlin' }));
    await expectView('modal-this-was-us', expectModal(card, LOCALE));
    expect(seenView(snoozeModal({ ...card, alert: leakAlert({ testOf: 'U0ANA' }) }, NOW, LOCALE))).toContain(
      'the test',
    );
  });

  test.each([
    ['30m', NOW + 30 * MINUTE_MS],
    ['2h', NOW + 2 * HOUR_MS],
    ['24h', NOW + 24 * HOUR_MS],
    ['morning', Date.UTC(2026, 9, 17, 7)],
    ['forged', null],
    ['toString', null],
  ])('a snooze of %s ends when it says', (choice, end) => {
    expect(snoozeEnd(choice, NOW, { timezone: 'Europe/Berlin' })).toBe(end);
  });
});

test('a message that is to call nobody names people instead of mentioning them', () => {
  const medium = alertView(alertCard({ alert: leakAlert({ severity: 'medium' }), key: stagingKey() }), LOCALE);
  expect(JSON.stringify(medium)).toContain('<@U0DEE>');

  const quiet = withNames(medium, new Map([['U0DEE', 'Dee <!channel> Park']]));

  expect(JSON.stringify(quiet)).not.toMatch(/<@|<!channel/);
  expect(spoken(quiet)).toContain('Dee <!channel> Park');
});
