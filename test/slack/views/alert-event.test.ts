import { expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import type { AlertEvent } from '../../../src/ports/store.ts';
import { assertMessage } from '../../../src/sandbox/slack/strictness/index.ts';
import { alertEventView } from '../../../src/slack/views/alert-event.ts';
import { LOCALE, NOW } from '../support/cards.ts';
import { expectMessage, seen, spoken } from '../support/golden.ts';

const ANA = 'slack:T0ACME/U0ANA';
const DEE = 'slack:T0ACME/U0DEE';
const JOB = 'system:run-actions';

function event(kind: string, detail: AlertEvent['detail'] = {}, actor = JOB): AlertEvent {
  return { id: 'event_1', alertId: 'alert_1', at: NOW, kind, actor, detail };
}

const LINES: readonly AlertEvent[] = [
  event('action_requested', { kind: 'suspend', reason: 'spend that nobody here can explain' }, ANA),
  event(
    'action_requested',
    { kind: 'suspend', reason: 'critical, and above the amount', people: 'U0ANA U0DEE' },
    'system:auto-contain',
  ),
  event('action_confirmed', { kind: 'suspend', status: 'inactive' }),
  event('action_confirmed', { kind: 'revoke', status: 'gone' }),
  event('action_verified', { kind: 'suspend', silentFrom: NOW, checkedUntil: NOW + 900_000 }),
  event('action_used_after', { kind: 'suspend', silentFrom: NOW, costMicroUsd: 3_120_000, batchesOnly: true }),
  event('action_used_after', { kind: 'suspend', silentFrom: NOW, costMicroUsd: 0, batchesOnly: false }),
  event('action_overtaken', { kind: 'suspend' }),
  event('action_refused', { kind: 'suspend', problem: 'Anthropic says that the write key may not do this.' }),
  event('action_verified', { kind: 'restore', status: 'active' }),
  event('action_delayed', { kind: 'suspend', problem: 'Anthropic cannot be reached.' }),
  event('action_failed', { kind: 'restore', problem: 'Anthropic says that the write key may not do this.' }),
  event(
    'action_requested',
    { kind: 'set_spend_limit', from: '$500 a month', to: '$100 a month', reason: 'until we know more' },
    ANA,
  ),
  event('action_verified', { kind: 'set_spend_limit', from: '$500 a month', to: '$100 a month' }),
  event('action_failed', { kind: 'set_models', problem: 'Nothing was changed.' }),
  event('action_requested', { kind: 'delete_owner', reason: 'it leaked' }, ANA),
  event('action_confirmed', { kind: 'delete_owner', keys: 3 }),
  event('action_dismissed', { kind: 'suspend', reason: 'spend' }, 'cli:ann'),
  event('acknowledged', {}, ANA),
  event('reopened', { severity: 'high' }),
  event('worse', { severity: 'critical' }),
  event('resolved'),
  event('loss', { lostMicroUsd: 400_000_000, calls: 'opening' }),
  event('owner_asked', { userId: 'U0DEE' }),
  event('owner_denied', { calls: 'responders' }, DEE),
  event('owner_confirmed', { acknowledged: true }, DEE),
  event('owner_confirmed', { acknowledged: false }, DEE),
  event('owner_confirmed', { acknowledged: true, isTest: true }, ANA),
  event('escalated', { to: 'responders', waitedMs: 15 * MINUTE_MS }),
  event('escalated', { to: 'admins', waitedMs: 30 * MINUTE_MS }),
  event('escalated', { to: 'responders', why: 'no_owner' }),
  event('escalated', { to: 'responders', why: 'owner_away' }),
  event('escalated', { to: 'responders', why: 'owner_not_reached' }),
  event('escalated', { to: 'admins', waitedMs: 3 * MINUTE_MS, wouldCall: 'the admins (Chris Lang)' }),
  event('snoozed', { until: NOW + HOUR_MS, reason: 'the owner is asleep' }, ANA),
  event('snooze_over'),
  event('expected', { until: NOW + HOUR_MS, reason: 'our load test' }, ANA),
  event('not_expected', {}, ANA),
  event('reopened', { severity: 'high', expectedUntil: NOW }),
  event('test_ended', { channel: 'worked', dm: 'not_reached' }, ANA),
  event('test_ended', { channel: 'worked', dm: 'failed', 'webhook PagerDuty': 'waiting' }),
];

test('every line of a thread reads as agreed', async () => {
  const blocks = LINES.flatMap((line) => alertEventView(line, { locale: LOCALE })?.blocks ?? []);
  const text = LINES.map((line) => alertEventView(line, { locale: LOCALE })?.text).join('\n');

  await expectMessage('thread-lines', { text, blocks });
});

test.each(LINES)('the line $kind says the same in text and blocks', (line) => {
  const rendered = alertEventView(line, { locale: LOCALE });

  expect(rendered && seen(rendered)).toBe(rendered && spoken(rendered));
});

test('what policy has stopped can be taken back from its line in the thread', () => {
  const rendered = alertEventView(
    event('action_confirmed', { kind: 'suspend', status: 'inactive', undoKeyId: 'key_1', undoGeneration: 2 }),
    { locale: LOCALE },
  );

  expect(rendered?.blocks.at(-1)).toMatchObject({ type: 'actions', elements: [{ action_id: 'key_restore' }] });
  if (rendered !== null) assertMessage({ ...rendered, blocks: rendered?.blocks ?? [] });
});

test('nobody is mentioned by what is no id', () => {
  const detail = { kind: 'suspend', reason: 'x', people: '<!channel> S0OPS everyone' };
  const text = alertEventView(event('action_requested', detail, 'system:auto-contain'), { locale: LOCALE })?.text;

  expect(text).toMatch(/takes it back\. <!subteam\^S0OPS>$/);
});

test('an event of a later version is left to the root message', () => {
  expect(alertEventView(event('from_the_future'), { locale: LOCALE })).toBeNull();
});

test('an act of a later version, or a detail that is missing, still gives a line', () => {
  for (const line of [event('action_verified', { kind: 'constructor' }), event('action_failed'), event('worse')]) {
    const rendered = alertEventView(line, { locale: LOCALE });
    expect(rendered).not.toBeNull();
    if (rendered !== null) assertMessage(rendered);
  }
});

test('the line of an owner who says yes has a button only while a responder may still confirm it', () => {
  const line = event('owner_confirmed', { acknowledged: true }, DEE);

  expect(JSON.stringify(alertEventView(line, { isConfirmable: true })?.blocks)).toContain('alert_confirm');
  expect(JSON.stringify(alertEventView(line)?.blocks)).not.toContain('alert_confirm');
});
