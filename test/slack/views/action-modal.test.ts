import { describe, expect, test } from 'vitest';
import type { Environment } from '../../../src/domain/key.ts';
import { MINUTE_MS } from '../../../src/domain/time.ts';
import type { ConsentCard } from '../../../src/services/actions/describe-consent.ts';
import { actionModal, consoleStepsText, loadingModal, noticeModal } from '../../../src/slack/views/action-modal.ts';
import { earlyCard, impactOf, LOCALE, NOW, stagingKey, stagingLineage } from '../support/cards.ts';
import { expectView, seenView } from '../support/golden.ts';

const BUTTON = { alertId: 'alert_1', keyId: 'key_1', generation: 1 };

const CONSENT: ConsentCard = {
  approverIds: ['U0CHRIS', 'S0SECURITY'],
  mayActAlone: true,
  isBurning: false,
  leftToday: 2,
  withinMs: 30 * MINUTE_MS,
};

function modal(kind: 'suspend' | 'restore' | 'revoke', environment: Environment, consent: ConsentCard | null = null) {
  const lineage = stagingLineage({ slug: environment === 'staging' ? 'staging-ci' : 'prod-api', environment });
  const state = { kind, key: stagingKey(), lineage, where: 'Anthropic / Staging', button: BUTTON };
  return actionModal({ ...state, impact: impactOf(), consent }, LOCALE);
}

describe('the second person in a modal', () => {
  test.each<[name: string, fields: Partial<ConsentCard>]>([
    ['calm', {}],
    ['burning', { isBurning: true, leftToday: 3 }],
    ['used-up', { leftToday: 0 }],
    ['nobody', { approverIds: [], mayActAlone: false }],
  ])('reads as agreed: %s', async (name, fields) => {
    await expectView(`modal-revoke-second-${name}`, modal('revoke', 'production', { ...CONSENT, ...fields }));
  });

  test('is offered break-glass only with the right to it and a use left', () => {
    const offers = (fields: Partial<ConsentCard>) =>
      seenView(modal('revoke', 'production', { ...CONSENT, ...fields })).includes('I am alone');

    expect(offers({})).toBe(true);
    expect([offers({ mayActAlone: false }), offers({ leftToday: 0 })]).toEqual([false, false]);
  });
});

describe('the modal of an act', () => {
  test.each([
    ['suspend', 'staging'],
    ['suspend', 'production'],
    ['revoke', 'unknown'],
    ['restore', 'production'],
  ] as const)('reads as agreed: %s, %s', async (kind, environment) => {
    await expectView(`modal-${kind}-${environment}`, modal(kind, environment));
  });

  test.each([
    ['suspend', 'staging', false],
    ['suspend', 'development', false],
    ['suspend', 'production', true],
    ['suspend', 'unknown', true],
    ['revoke', 'production', true],
    ['revoke', 'unknown', true],
    ['restore', 'production', false],
  ] as const)('asks to type the name for %s in %s: %s', (kind, environment, asks) => {
    expect(seenView(modal(kind, environment)).includes('to confirm')).toBe(asks);
  });

  test('says which effect the act has, and that a revocation cannot be undone', () => {
    expect(seenView(modal('suspend', 'staging'))).toContain('It can be undone');
    expect(seenView(modal('revoke', 'staging'))).toContain('This cannot be undone');
  });

  test('says what it hits: its use, its people, its siblings, the age of the data, what a stop does not end', async () => {
    const lineage = stagingLineage({ workload: 'nightly evaluation', consumers: ['eval-runner', 'Dee’s notebook'] });
    const siblings = [stagingKey({ hint: 'sk-ant-...2222' }), stagingKey({ hint: null, label: 'staging-ci-2' })];
    const afterlife = { survivors: impactOf().afterlife.survivors, batchesMicroUsd: 4_100_000 };
    const impact = impactOf({
      siblings,
      afterlife,
      lastHour: { requests: null, costMicroUsd: 22_100_000 },
      watermark: { newestUsageAt: NOW, failingSince: NOW },
    });
    const state = { kind: 'revoke', key: stagingKey(), lineage, where: 'Anthropic / Staging', button: BUTTON } as const;

    await expectView('modal-revoke-impact', actionModal({ ...state, impact, consent: null }, LOCALE));
  });

  test.each([
    ['early', earlyCard()],
    ['rolled-back', earlyCard({ reasons: ['rolling_back'], doubts: ['blind'], callers: [] })],
  ])('says who is left without a key, and takes along that it was said: %s', async (name, early) => {
    const state = { kind: 'revoke', key: stagingKey(), lineage: stagingLineage(), where: 'x', button: BUTTON } as const;
    const view = actionModal({ ...state, impact: impactOf({ early }), consent: null }, LOCALE);

    await expectView(`modal-revoke-${name}`, view);
    const { rotationId, reasons, doubts } = early;
    expect(JSON.parse(view.private_metadata ?? '').told).toEqual([{ rotationId, reasons, doubts }]);
  });

  test('carries ids and nothing of the key', () => {
    expect(JSON.parse(modal('suspend', 'staging').private_metadata ?? '')).toEqual({ kind: 'suspend', ...BUTTON });
  });
});

describe('the other pages', () => {
  test('read as agreed', async () => {
    const steps = { url: 'https://console.example/keys', steps: ['Open the API keys.', 'Choose Disable.'] };

    await expectView('modal-loading', loadingModal('Suspend key'));
    await expectView('modal-notice', noticeModal('Suspend key', 'Nothing to do: staging-ci is inactive now.'));
    await expectView('modal-console', noticeModal('Suspend key', consoleStepsText('suspend this key', steps)));
    await expectView('modal-footer', noticeModal('Suspend key', 'Working…', 'KS-142'));
  });
});
