import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import type { AlertCard } from '../../../src/services/alerts/describe-alert.ts';
import { alertView } from '../../../src/slack/views/alert.ts';
import { knownLimits, limitsOf } from '../../support/records.ts';
import {
  alertCard,
  BEGAN,
  LOCALE,
  leakAlert,
  NOW,
  scopeCard,
  stagingKey,
  stagingLineage,
  stopAction,
} from '../support/cards.ts';
import { expectMessage, seen, spoken } from '../support/golden.ts';

const STOPPED_AT = NOW + 2 * MINUTE_MS;
const stopped = {
  key: stagingKey({ status: 'inactive', generation: 2 }),
  acts: ['restore', 'revoke'],
  lastAction: stopAction({ state: 'confirmed', executedAt: STOPPED_AT, confirmedAt: STOPPED_AT }),
} satisfies Partial<AlertCard>;
const CONSOLE = {
  url: 'https://console.anthropic.example/keys',
  steps: ['Open the API keys of the workspace.', 'Find staging-ci and choose Disable.'],
};

const PROVEN = {
  state: 'verified',
  executedAt: STOPPED_AT,
  confirmedAt: STOPPED_AT,
  verifiedAt: STOPPED_AT + 40 * MINUTE_MS,
  checkedUntil: STOPPED_AT + 27 * MINUTE_MS,
} as const;
const REFUSED = {
  attempts: 4,
  problem: 'Anthropic says that the write key may not change API keys. Give it the admin role.',
  problemCode: 'provider_denied',
} as const;

const CASES: Readonly<Record<string, Partial<AlertCard>>> = {
  open: {},
  'open-long': {
    alert: leakAlert({ lostMicroUsd: 790_000_000, dataUntil: BEGAN + 3 * HOUR_MS }),
  },
  acknowledged: { alert: leakAlert({ state: 'acknowledged', acknowledgedBy: 'slack:T0ACME/U0BEN' }) },
  working: { lastAction: stopAction({ state: 'running', attempts: 1 }) },
  'working-delayed': {
    lastAction: stopAction({
      attempts: 3,
      problem: 'The provider accepted it, but still shows the key as active.',
      problemCode: 'provider_outcome_unknown',
    }),
  },
  contained: {
    ...stopped,
    alert: leakAlert({ state: 'contained', containedAt: STOPPED_AT, lostMicroUsd: 41_300_000 }),
  },
  'contained-proven': {
    ...stopped,
    lastAction: stopAction(PROVEN),
    alert: leakAlert({ state: 'contained', containedAt: STOPPED_AT, lostMicroUsd: 41_300_000 }),
  },
  'contained-blind': {
    ...stopped,
    alert: leakAlert({ state: 'contained', containedAt: STOPPED_AT, lostMicroUsd: 41_300_000 }),
    blind: { failingSince: NOW + 20 * MINUTE_MS, problem: 'Anthropic cannot be reached.' },
  },
  'contained-batches': {
    ...stopped,
    alert: leakAlert({ state: 'contained', containedAt: STOPPED_AT, lostMicroUsd: 41_300_000 }),
    afterlife: { survivors: [{ what: 'batches', longestMs: 24 * HOUR_MS }], batchesMicroUsd: 4_100_000 },
  },
  'contained-before-two-facts': {
    ...stopped,
    lastAction: stopAction({ ...PROVEN, checkedUntil: null }),
    alert: leakAlert({ state: 'contained', containedAt: STOPPED_AT, lostMicroUsd: 41_300_000 }),
  },
  'contained-by-policy': {
    ...stopped,
    lastAction: stopAction({
      state: 'confirmed',
      executedAt: STOPPED_AT,
      confirmedAt: STOPPED_AT,
      requestedBy: 'system:auto-contain',
      reason: 'critical, and above the amount that policy sets (auto_contain)',
    }),
    alert: leakAlert({ state: 'contained', containedAt: STOPPED_AT, lostMicroUsd: 41_300_000 }),
  },
  'used-after-stop': {
    ...stopped,
    alert: leakAlert({
      headline: ['still being used although it was stopped'],
      reason: [{ money: 3_120_000 }, ' since ', { instant: STOPPED_AT + 10 * MINUTE_MS }, '.'],
    }),
    lastAction: stopAction({
      state: 'confirmed',
      executedAt: STOPPED_AT,
      confirmedAt: STOPPED_AT + 15 * MINUTE_MS,
      usedAfterMicroUsd: 3_120_000,
    }),
  },
  'used-after-stop-again': {
    ...stopped,
    lastAction: stopAction({ ...PROVEN, state: 'pending', usedAfterMicroUsd: 3_120_000 }),
  },
  'started-again-elsewhere': {
    lastAction: stopAction({
      ...PROVEN,
      state: 'dismissed',
      problem: 'The key was started again before usage could prove the stop.',
    }),
  },
  refused: { lastAction: stopAction(REFUSED), consoleSteps: CONSOLE },
  'several-keys': {
    keyCosts: [
      { key: stagingKey(), costMicroUsd: 19_000_000 },
      { key: stagingKey({ hint: null, label: 'staging-ci-old', status: 'inactive' }), costMicroUsd: 3_100_000 },
    ],
  },
  'admin-key': { key: stagingKey({ kind: 'admin', scopeId: null }), acts: [], consoleSteps: CONSOLE, scope: null },
  'unknown-key': { key: null, acts: [], capabilities: null, scope: null, scopeName: null },
  'months-old': {
    ...stopped,
    lastAction: stopAction(PROVEN),
    alert: leakAlert({ state: 'resolved', containedAt: STOPPED_AT, closedAt: STOPPED_AT + 2 * HOUR_MS }),
  },
  'contained-revoked': {
    key: stagingKey({ status: 'gone', generation: 2 }),
    acts: [],
    lastAction: stopAction({ ...PROVEN, kind: 'revoke' }),
    alert: leakAlert({ state: 'contained', containedAt: STOPPED_AT, lostMicroUsd: 41_300_000 }),
  },
  restored: {
    lastAction: stopAction({ kind: 'restore', state: 'verified', verifiedAt: STOPPED_AT, reason: 'was a load test' }),
    alert: leakAlert({ state: 'acknowledged' }),
  },
  'open-though-suspended': { ...stopped, lastAction: null },
  resolved: {
    ...stopped,
    alert: leakAlert({
      state: 'resolved',
      containedAt: STOPPED_AT,
      closedAt: STOPPED_AT + 2 * HOUR_MS,
      lostMicroUsd: 41_300_000,
    }),
  },
  'failed-action': {
    lastAction: stopAction({
      state: 'failed',
      attempts: 1,
      problem: 'Anthropic says that the write key may not change API keys. Give it the admin role.',
    }),
  },
  'account-offered': {
    acts: ['revoke'],
    lastAction: stopAction({
      kind: 'revoke',
      attempts: 2,
      problem: 'The provider refused to delete the key, and it still works.',
      problemCode: 'provider_rejected',
    }),
    account: {
      owner: { kind: 'service_account', id: 'svc_1', name: 'ci-bot', email: null, hasAccess: true },
      keyIds: ['key_1', 'key_2', 'key_3'],
      siblings: ['load-test', 'nightly'],
      refusal: null,
    },
  },
  'deleting-account': { lastAction: stopAction({ kind: 'delete_owner', state: 'running' }) },
  'cap-unread': { scope: scopeCard({ known: null }) },
  'cap-reached': {
    scope: scopeCard({
      capScope: 'project',
      known: knownLimits({
        limits: limitsOf({ spendLimit: { availability: 'available', monthlyMicroUsd: 99_500_000, enforcing: true } }),
      }),
      sharedWith: ['load-test'],
    }),
  },
  'dismissed-action': {
    lastAction: stopAction({ state: 'dismissed', attempts: 1, problem: 'Taken from a backup: needs review.' }),
  },
  'no-write-key': { acts: [], consoleSteps: CONSOLE },
  blind: {
    blind: { failingSince: NOW + 20 * MINUTE_MS, problem: 'Anthropic cannot be reached.' },
  },
  production: {
    lineage: stagingLineage({ slug: 'prod-api', environment: 'unknown', ownerSlackId: null }),
    key: stagingKey({
      hint: null,
      owner: { kind: 'user', id: 'u', name: 'Frank Osei', email: null, hasAccess: false },
    }),
    acts: ['revoke'],
    scopeName: null,
  },
};

describe('an alert', () => {
  test.each(Object.entries(CASES))('reads as agreed when it is %s', async (name, fields) => {
    await expectMessage(`alert-${name}`, alertView(alertCard(fields), LOCALE));
  });

  test.each(Object.entries(CASES))('says in its text what its blocks say when it is %s', (_name, fields) => {
    const rendered = alertView(alertCard(fields), LOCALE);

    const lines = seen(rendered)
      .split('\n')
      .filter((line) => !line.startsWith('[ '));

    expect(spoken(rendered).split('\n')).toEqual(lines);
  });

  test('offers three buttons at most, and none that could race an act under way', () => {
    const buttonsOf = (fields: Partial<AlertCard>) =>
      alertView(alertCard(fields), LOCALE)
        .blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []))
        .filter(({ type }) => type === 'button');

    expect(buttonsOf({ acts: ['suspend', 'restore', 'revoke'] })).toMatchObject([
      { action_id: 'key_suspend' },
      { action_id: 'key_rotate' },
      { action_id: 'cap_raise' },
    ]);
    expect(buttonsOf({ lastAction: stopAction(REFUSED) })).toMatchObject([
      { action_id: 'key_suspend' },
      { action_id: 'key_rotate' },
      { action_id: 'action_cancel' },
    ]);
    expect(
      buttonsOf({ lastAction: stopAction({ problem: 'busy', problemCode: 'provider_unavailable' }) }),
    ).toMatchObject([{ action_id: 'action_cancel' }]);
    expect(buttonsOf({ lastAction: stopAction({ state: 'pending' }) })).toEqual([]);
    expect(buttonsOf({ lastAction: stopAction({ state: 'running' }) })).toEqual([]);
    expect(buttonsOf({ alert: leakAlert({ state: 'resolved' }) })).toEqual([]);
    expect(buttonsOf({ ...stopped, alert: leakAlert({ state: 'resolved' }) })).toMatchObject([
      { action_id: 'key_restore' },
    ]);
    expect(buttonsOf({ key: null, acts: [] })).toEqual([]);
  });

  test('does not give the same sum twice', () => {
    const alert = leakAlert({ lostMicroUsd: 22_100_000, dataUntil: BEGAN + 3 * HOUR_MS });

    expect(seen(alertView(alertCard({ alert }), LOCALE)).match(/\$22/g)).toHaveLength(1);
  });

  test('never proposes to restore a key that spends', () => {
    const text = seen(alertView(alertCard({ ...stopped, lastAction: null }), LOCALE));

    expect(text).not.toContain('Restore it?');
    expect(text).toContain('The key is already suspended.');
  });

  test('never says that Keysteward itself is on it', () => {
    const text = seen(alertView(alertCard(CASES['restored']), LOCALE));

    expect(text).not.toContain('is on it');
  });

  test('shows money in the currency of policy', () => {
    const euro = { ...LOCALE, currency: { code: 'EUR', usdRate: 0.9, rateDate: '2026-08-01' } };
    const text = seen(alertView(alertCard(), euro));

    expect(text).toContain('€20 in 5 minutes; a usual hour is €0.42.');
    expect(text.match(/amounts in EUR at 0\.9 for \$1 \(2026-08-01\)/g)).toHaveLength(1);
    expect(seen(alertView(alertCard(), LOCALE))).not.toContain('amounts in');
  });

  test('shows a typed reason whole, up to what the modal takes', () => {
    const reason = `${'because '.repeat(37)}!`;
    const card = alertCard({ ...stopped, lastAction: stopAction({ ...stopped.lastAction, reason }) });

    expect(seen(alertView(card, LOCALE))).toContain(reason);
  });
});
