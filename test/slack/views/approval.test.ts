import { expect, test } from 'vitest';
import type { Approval } from '../../../src/domain/approval.ts';
import { APPROVAL_STATES } from '../../../src/domain/approval.ts';
import { MINUTE_MS } from '../../../src/domain/time.ts';
import type { ApprovalCard } from '../../../src/services/actions/describe-consent.ts';
import { approvalView } from '../../../src/slack/views/approval.ts';
import { noticeView } from '../../../src/slack/views/notice.ts';
import { approvalOf } from '../../support/records.ts';
import { earlyCard, LOCALE, NOW, stagingKey, stagingLineage } from '../support/cards.ts';
import { expectMessage, seen, spoken } from '../support/golden.ts';

function card(fields: Partial<Approval> = {}, more: Partial<ApprovalCard> = {}): ApprovalCard {
  return {
    approval: approvalOf({
      requestedBy: 'slack:T0ACME/U0ANA',
      reason: 'it was in a public repository',
      requestedAt: NOW,
      expiresAt: NOW + 30 * MINUTE_MS,
      ...fields,
    }),
    lineage: stagingLineage({ slug: 'prod-api', environment: 'production' }),
    key: stagingKey({ label: 'prod-api' }),
    providerTitle: 'Anthropic',
    approverIds: ['U0CHRIS', 'S0SECURITY'],
    ...more,
  };
}

const DECIDED = { decidedBy: 'slack:T0ACME/U0CHRIS', decidedAt: NOW + 4 * MINUTE_MS };

test.each(APPROVAL_STATES)('a request for a second person reads as agreed: %s', async (state) => {
  const fields = {
    waiting: {},
    approved: { ...DECIDED, actionId: 'act_1' },
    declined: DECIDED,
    cancelled: { decidedBy: 'slack:T0ACME/U0ANA', decidedAt: NOW + 4 * MINUTE_MS },
    expired: { decidedAt: NOW + 30 * MINUTE_MS },
    overtaken: { decidedAt: NOW + 4 * MINUTE_MS, problem: 'Nothing was done: prod-api is gone now.' },
  }[state];

  await expectMessage(`approval-${state}`, approvalView(card({ state, ...fields }), LOCALE));
});

test('an account is named with how many keys go with it', async () => {
  const params = { ownerId: 'svc_1', keyIds: ['key_1', 'key_2', 'key_3'] };

  await expectMessage('approval-account', approvalView(card({ kind: 'delete_owner', params }), LOCALE));
});

test('of an old key whose successor is not verified it says so to whoever agrees', async () => {
  const { rotationId, reasons, doubts } = earlyCard();
  const params = { overrides: [{ rotationId, reasons, doubts }] };

  await expectMessage('approval-early', approvalView(card({ kind: 'revoke', params }), LOCALE));
});

test('where nobody else may approve it says so, and calls nobody', () => {
  const rendered = approvalView(card({}, { approverIds: [] }), LOCALE);

  expect(seen(rendered)).toContain('Nobody else may approve this: name a second person in policy.yml (roles).');
  expect(rendered.text).not.toContain('<@U0CHRIS>');
});

test('the buttons go when it is decided, and nobody who could have approved is called again', () => {
  for (const state of APPROVAL_STATES.filter((one) => one !== 'waiting')) {
    const rendered = approvalView(card({ state, ...DECIDED }), LOCALE);

    expect(JSON.stringify(rendered.blocks)).not.toContain('approval_approve');
    expect(rendered.text).not.toContain('subteam');
  }
});

test('a reason cannot call anybody', () => {
  const rendered = approvalView(card({ reason: '<!channel> look' }), LOCALE);

  expect(rendered.text).not.toContain('<!channel>');
  expect(spoken(rendered)).toContain('look');
});

test.each(['critical_alert', 'public_key'] as const)('acting alone is told to the channel: %s', async (because) => {
  const detail = {
    userId: 'U0ANA',
    kind: 'revoke',
    keyId: 'key_1',
    alertId: 'alert_1',
    reason: 'nobody answers',
    because,
    nth: 2,
  } as const;
  const notice = {
    kind: 'break_glass',
    detail,
    at: NOW,
    slug: 'prod-api',
    alert: 'KS-142',
    adminIds: ['U0CHRIS'],
  } as const;

  await expectMessage(`notice-break-glass-${because.replace('_', '-')}`, noticeView(notice, LOCALE));
});

test.each([
  ['guests', { guestIds: ['U0GIL'], isShared: false }, null],
  ['shared', { guestIds: [], isShared: true }, null],
  ['both', { guestIds: ['U0BEN', 'U0GIL'], isShared: true }, null],
  ['over', { guestIds: ['U0GIL'], isShared: false }, NOW],
  ['digest', { guestIds: ['U0GIL'], isShared: false, setting: 'digest.channel' }, null],
] as const)('who reads along is told to the admins: %s', async (name, fields, closedAt) => {
  const detail = { channelId: 'C0AIKEYS', channelName: 'ai-keys', ...fields };

  await expectMessage(`notice-audience-${name}`, noticeView({ kind: 'audience', detail, closedAt }, LOCALE));
});
