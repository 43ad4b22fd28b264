import { expect, test } from 'vitest';
import type { AlertEvent } from '../../../src/ports/store.ts';
import { assertMessage } from '../../../src/sandbox/slack/strictness/index.ts';
import { alertEventView } from '../../../src/slack/views/alert-event.ts';
import { NOW } from '../support/cards.ts';
import { expectMessage, seen, spoken } from '../support/golden.ts';

const ANA = 'slack:T0ACME/U0ANA';
const JOB = 'system:run-actions';

function event(kind: string, detail: AlertEvent['detail'] = {}, actor = JOB): AlertEvent {
  return { id: 'event_1', alertId: 'alert_1', at: NOW, kind, actor, detail };
}

const LINES: readonly AlertEvent[] = [
  event('action_requested', { kind: 'suspend', reason: 'spend that nobody here can explain' }, ANA),
  event('action_verified', { kind: 'suspend', status: 'inactive' }),
  event('action_verified', { kind: 'revoke', status: 'gone' }),
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
  event('action_verified', { kind: 'delete_owner', keys: 3 }),
  event('action_dismissed', { kind: 'suspend', reason: 'spend' }, 'cli:ann'),
  event('acknowledged', {}, ANA),
  event('reopened', { severity: 'high' }),
  event('worse', { severity: 'critical' }),
  event('resolved'),
];

test('every line of a thread reads as agreed', async () => {
  const blocks = LINES.flatMap((line) => alertEventView(line)?.blocks ?? []);
  const text = LINES.map((line) => alertEventView(line)?.text).join('\n');

  await expectMessage('thread-lines', { text, blocks });
});

test.each(LINES)('the line $kind says the same in text and blocks', (line) => {
  const rendered = alertEventView(line);

  expect(rendered && seen(rendered)).toBe(rendered && spoken(rendered));
});

test('an event of a later version is left to the root message', () => {
  expect(alertEventView(event('from_the_future'))).toBeNull();
});

test('an act of a later version, or a detail that is missing, still gives a line', () => {
  for (const line of [event('action_verified', { kind: 'constructor' }), event('action_failed'), event('worse')]) {
    const rendered = alertEventView(line);
    expect(rendered).not.toBeNull();
    if (rendered !== null) assertMessage(rendered);
  }
});
