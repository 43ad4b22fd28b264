import { describe, expect, test } from 'vitest';
import type { ScopeCard } from '../../../src/services/limits/describe-scope.ts';
import { accountModal, belowSpentText, capModal } from '../../../src/slack/views/limit-modals.ts';
import { namesText } from '../../../src/slack/views/scope.ts';
import { earlyCard, LOCALE, NOW, scopeCard, stagingLineage } from '../support/cards.ts';
import { expectView, seenView } from '../support/golden.ts';

const BUTTON = { alertId: null, keyId: 'key_1', generation: 1 };
const ACCOUNT = {
  owner: { kind: 'service_account', id: 'svc_1', name: 'ci-bot', email: null, hasAccess: true },
  keyIds: ['key_1', 'key_2', 'key_3'],
  siblings: ['load-test', 'nightly'],
  refusal: null,
} as const;

function cap(scope: Partial<ScopeCard> = {}) {
  return capModal(
    {
      lineage: stagingLineage(),
      scope: scopeCard(scope),
      where: 'Anthropic / Staging',
      spentMicroUsd: 310_000_000,
      button: BUTTON,
      now: NOW,
    },
    LOCALE,
  );
}

describe('the modal of a cap', () => {
  test('reads as agreed, shared with production', async () => {
    await expectView('modal-cap', cap());
  });

  test('reads as agreed for a key alone', async () => {
    await expectView('modal-cap-alone', cap({ sharedWith: [], productionSibling: null }));
  });

  test('asks to type the name when another key of the scope counts as production', () => {
    expect(seenView(cap())).toContain('to confirm');
    expect(seenView(cap({ productionSibling: null }))).not.toContain('to confirm');
  });

  test('carries the cap that was seen', () => {
    expect(JSON.parse(cap().private_metadata ?? '')).toEqual({ ...BUTTON, from: 500_000_000 });
  });

  test('warns of a cap below what is spent, and of nothing else', () => {
    const say = (to: number | null, spentMicroUsd: number | null = 310_000_000) =>
      belowSpentText({ scope: scopeCard(), spentMicroUsd, to }, { locale: LOCALE, now: NOW });

    expect(say(100_000_000)).toContain('refused until 2026-11-01 UTC');
    expect(say(310_000_000)).not.toBe('');
    expect([say(311_000_000), say(null), say(1, null)]).toEqual(['', '', '']);
  });
});

describe('the modal of an account', () => {
  test('names every key that goes with it', async () => {
    await expectView(
      'modal-account',
      accountModal(
        {
          lineage: stagingLineage(),
          account: ACCOUNT,
          where: 'OpenAI / Staging',
          button: BUTTON,
          consent: null,
          early: [],
        },
        LOCALE,
      ),
    );
  });

  test('takes two hundred siblings, and leaves none out', () => {
    const siblings = Array.from({ length: 200 }, (_, index) => `a-key-with-a-rather-long-slug-${index}`);
    const keyIds = siblings.map((_, index) => `key_${index}`);
    const early = keyIds.map((id) => earlyCard({ rotationId: `rot_01kf00000000000000000${id}` }));
    const view = accountModal(
      {
        lineage: stagingLineage(),
        account: { ...ACCOUNT, siblings, keyIds },
        where: 'x',
        button: BUTTON,
        consent: null,
        early,
      },
      LOCALE,
    );

    for (const slug of siblings) expect(seenView(view)).toContain(slug);
    expect((view.private_metadata ?? '').length).toBeLessThan(3_000);
  });
});

test('names are listed up to ten, the rest is counted', () => {
  const names = Array.from({ length: 12 }, (_, index) => `k${index}`);

  expect(namesText(names)).toBe('k0, k1, k2, k3, k4, k5, k6, k7, k8, k9 and 2 more');
  expect(namesText(['a', 'b'])).toBe('a and b');
  expect(namesText(['a'])).toBe('a');
});
