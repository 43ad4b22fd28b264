import { describe, expect, test } from 'vitest';
import type { RaisableCap, RaiseCard } from '../../../src/services/grants/describe-raise.ts';
import type { BrakesCard } from '../../../src/services/limits/describe-brakes.ts';
import { brakesModal, modelsModal, rateChoice, rateModal } from '../../../src/slack/views/brakes-modal.ts';
import { untilOf } from '../../../src/slack/views/expiry.ts';
import { grantView } from '../../../src/slack/views/grant.ts';
import { raisableCaps, raiseModal } from '../../../src/slack/views/raise-modal.ts';
import { knownLimits, limitsOf } from '../../support/records.ts';
import { capGrant, grantTold, LOCALE, NOW, scopeCard, stagingLineage } from '../support/cards.ts';
import { expectMessage, expectView } from '../support/golden.ts';

const BUTTON = { alertId: 'alert_1', keyId: 'key_1', generation: 1 };
const STEPS = { url: 'https://console.example/limits', steps: ['Open the workspace.', 'Set the limit.'] };
const DOLLAR = 1_000_000;
const WHERE = 'Anthropic / Staging';

function cap(usd: number | null, fields: Partial<RaisableCap> = {}): RaisableCap {
  const microUsd = usd === null ? null : usd * DOLLAR;
  const boundMicroUsd = microUsd === null ? null : 2 * microUsd;
  return { microUsd, boundMicroUsd, spentMicroUsd: 310 * DOLLAR, grant: null, ...fields };
}

function card(fields: Partial<RaiseCard> = {}): RaiseCard {
  const scope = { ...cap(500), card: scopeCard(), canChange: true };
  return { own: cap(null, { spentMicroUsd: 120 * DOLLAR }), scope, consoleSteps: null, ...fields };
}

function modal(fields: Partial<RaiseCard> = {}) {
  return raiseModal({ lineage: stagingLineage(), card: card(fields), where: WHERE, button: BUTTON, now: NOW }, LOCALE);
}

describe('the modal that raises a cap', () => {
  test('reads as agreed where the provider lets it be changed, shared with production', async () => {
    await expectView('modal-raise', modal());
  });

  test('reads as agreed where both caps can be raised and a raise runs', async () => {
    const scope = { ...cap(800, { grant: capGrant() }), card: scopeCard(), canChange: true };
    await expectView('modal-raise-both', modal({ scope, own: cap(300) }));
  });

  test('reads as agreed where only the own cap can be raised, with the steps for the other', async () => {
    const scope = { ...cap(500), card: scopeCard(), canChange: false };
    await expectView('modal-raise-console', modal({ scope, own: cap(300), consoleSteps: STEPS }));
  });

  test('reads as agreed where there is no cap at all', async () => {
    await expectView('modal-raise-none', modal({ scope: null }));
  });

  test('offers the cap that is nearer first', () => {
    expect(raisableCaps(card({ own: cap(1_000, { spentMicroUsd: 10 * DOLLAR }) }))).toEqual(['scope', 'own']);
    expect(raisableCaps(card({ own: cap(130, { spentMicroUsd: 120 * DOLLAR }) }))).toEqual(['own', 'scope']);
  });

  test('carries what was seen of both caps', () => {
    expect(JSON.parse(modal().private_metadata ?? '')).toEqual({
      ...BUTTON,
      which: 'scope',
      seen: { own: null, scope: 500 * DOLLAR },
      grants: { own: null, scope: null },
    });
  });
});

describe('an end', () => {
  test('is the month’s, a day’s, a week’s or none; what was not chosen is a day', () => {
    expect(untilOf('month', NOW)).toBe(Date.UTC(2026, 10, 1));
    expect(untilOf('day', NOW)).toBe(NOW + 86_400_000);
    expect(untilOf('week', NOW)).toBe(NOW + 7 * 86_400_000);
    expect(untilOf('changed', NOW)).toBeNull();
    expect(untilOf(undefined, NOW)).toBe(NOW + 86_400_000);
  });
});

describe('other brakes', () => {
  const brakes: BrakesCard = {
    scope: scopeCard(),
    brakes: [
      { kind: 'set_spend_limit', gap: null, delayMs: null },
      { kind: 'set_rate_limit', gap: null, delayMs: 3_600_000 },
      { kind: 'set_models', gap: 'no_method', delayMs: null },
    ],
    consoleSteps: STEPS,
  };
  const state = { lineage: stagingLineage(), where: WHERE, button: BUTTON };
  const page = { ...state, scope: scopeCard(), now: NOW, delayMs: null };

  test('read as agreed, with what is not there and why', async () => {
    await expectView('modal-brakes', brakesModal({ ...state, card: brakes }, LOCALE));
  });

  test('read as agreed where nothing can be done from here', async () => {
    const none = brakes.brakes.map((brake) => ({ ...brake, gap: 'read_only' as const }));
    const alone = scopeCard({ sharedWith: [], productionSibling: null });
    await expectView(
      'modal-brakes-none',
      brakesModal({ ...state, card: { ...brakes, scope: alone, brakes: none } }, LOCALE),
    );
  });

  test('the page of a rate limit reads as agreed', async () => {
    await expectView('modal-brake-rate', rateModal({ ...page, delayMs: 3_600_000 }));
  });

  test('the page of models reads as agreed', async () => {
    await expectView('modal-brake-models', modelsModal({ ...page, models: ['claude-opus-4-1', 'claude-haiku-4-5'] }));
  });

  test('a hundred limits are offered, those that let most through, each with what was seen', () => {
    const rateLimits = Array.from({ length: 130 }, (_, index) => {
      return { id: `rl_${index}#requests`, model: `m${index}`, kind: 'requests_per_minute', value: index };
    });
    const scope = scopeCard({ known: knownLimits({ limits: limitsOf({ rateLimits }) }) });
    const text = JSON.stringify(rateModal({ ...page, scope }));

    expect(text).toContain('129|rl_129#requests');
    expect(text).not.toContain('"29|rl_29#requests"');
    expect(text).toContain('The 100 that let most through.');
    expect(rateChoice('4000|rl_1#a|b')).toEqual({ limitId: 'rl_1#a|b', from: 4_000 });
    expect(rateChoice('|rl_1')).toEqual({ limitId: 'rl_1', from: null });
    expect(rateChoice('nonsense')).toBeNull();
  });
});

describe('what became of a change for a time', () => {
  test.each([
    ['warning', {}],
    ['restored', { outcome: 'restored' }],
    ['restored-below', { outcome: 'restored', spentMicroUsd: 100 * DOLLAR }],
    ['left', { outcome: 'left', found: '$300 a month' }],
    ['failed', { outcome: 'failed', found: 'The provider says no.' }],
    ['replaced', { outcome: 'replaced', found: '$600 a month' }],
    ['passed-on', { outcome: 'passed_on', upperUntilAt: NOW + 86_400_000 }],
    ['kept', { outcome: 'kept' }],
    ['never', { outcome: 'never' }],
  ] as const)('reads as agreed: %s', async (name, fields) => {
    await expectMessage(`grant-${name}`, grantView(grantTold(fields), LOCALE));
  });
});
