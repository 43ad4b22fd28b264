import { describe, expect, test } from 'vitest';
import type { Action } from '../../../src/domain/action.ts';
import type { RotationStep, StepName, StepState } from '../../../src/domain/rotation.ts';
import { ROTATION_STEPS } from '../../../src/domain/rotation.ts';
import { CHECKLIST } from '../../../src/domain/rotation-checklist.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import type { RotationCard } from '../../../src/services/rotation/describe-rotation.ts';
import { NO_WORK } from '../../../src/services/rotation/read-work.ts';
import { driverView, rotationView } from '../../../src/slack/views/rotation.ts';
import { checklistView } from '../../../src/slack/views/rotation-emergency.ts';
import { emergencyModal, retireModal, rollBackModal } from '../../../src/slack/views/rotation-end-modals.ts';
import {
  alreadyRotatingModal,
  handOverModal,
  keyModal,
  openRotationModal,
  reasonModal,
  verifyModal,
} from '../../../src/slack/views/rotation-modals.ts';
import { supportPaper, usagePaper } from '../../../src/slack/views/rotation-papers.ts';
import { rotationStepView } from '../../../src/slack/views/rotation-step.ts';
import { secretByHandView } from '../../../src/slack/views/rotation-steps/store.ts';
import { riseView, trafficView } from '../../../src/slack/views/rotation-traffic.ts';
import {
  BEGAN,
  LOCALE,
  NOW,
  rotationCard,
  stagingKey,
  stagingLineage,
  stopAction,
  verificationOf,
} from '../support/cards.ts';
import { expectMessage, expectView, seen, spoken } from '../support/golden.ts';

const LINKED = { ...LOCALE, workspaceUrl: 'https://acme.slack.com/' };
const NEW_KEY = stagingKey({ id: 'key_2', label: 'staging-ci-2026-10-17', hint: 'sk-ant-api03-qrs...xYz1' });
const PAPER = {
  card: rotationCard({}, { kind: 'emergency', isPublic: true }),
  key: stagingKey(),
  from: NOW - 24 * HOUR_MS,
  to: NOW,
  lines: [
    {
      startAt: BEGAN - 10 * MINUTE_MS,
      model: 'claude-opus-4-8',
      requests: 120,
      tokens: 9_000,
      costMicroUsd: 22_000_000,
    },
  ],
  costMicroUsd: 22_000_000,
};
const BUTTON = { rotationId: 'rot_1', step: null, revision: 3 } as const;

const done = (names: readonly StepName[]): Partial<Record<StepName, StepState | Partial<RotationStep>>> =>
  Object.fromEntries(names.map((name) => [name, { state: 'done', by: 'slack:T0ACME/U0ANA', at: BEGAN + MINUTE_MS }]));

const BEGUN = rotationCard();
const HALF = rotationCard(
  { newKey: NEW_KEY, lineage: stagingLineage({ workload: 'nightly builds', consumers: ['ci', 'nightly'] }) },
  { newKeyId: 'key_2' },
  { ...done(['generate']), store: { state: 'skipped', by: 'slack:T0ACME/U0DEE', reason: 'it is typed in by hand' } },
);
const BLOCKED = rotationCard(
  { newKey: null },
  {},
  { ...done(['generate', 'store']), redeploy: { state: 'blocked', reason: 'release freeze' } },
);
const VERIFIED = rotationCard({ newKey: NEW_KEY }, { newKeyId: 'key_2' }, done(ROTATION_STEPS.slice(0, 4)));
const BY_HAND = rotationCard(
  {
    newKey: NEW_KEY,
    acts: [],
    stopSteps: { url: 'https://console.example/keys', steps: ['Find the key.', 'Delete it.'] },
  },
  { newKeyId: 'key_2' },
  done(ROTATION_STEPS.slice(0, 4)),
);
const EARLY = rotationCard(
  { oldKey: stagingKey({ status: 'inactive' }), acts: ['restore', 'revoke'] },
  {},
  {
    revoke: {
      state: 'done',
      by: 'system:follow-rotations',
      at: BEGAN + MINUTE_MS,
      reason: 'stopped before the new key was verified',
    },
  },
);
const DONE = rotationCard(
  { newKey: NEW_KEY, oldKey: stagingKey({ status: 'inactive' }), acts: ['restore', 'revoke'] },
  { state: 'done', newKeyId: 'key_2', closedAt: BEGAN + 3 * HOUR_MS, closedBy: 'slack:T0ACME/U0DEE' },
  {
    ...done(ROTATION_STEPS),
    revoke: { state: 'done', by: 'system:follow-rotations' },
    inventory: { state: 'done', by: 'slack:T0ACME/U0DEE' },
  },
);
const CANCELLED = rotationCard(
  { newKey: { ...NEW_KEY, lineageId: 'lin_2' } },
  {
    state: 'cancelled',
    newKeyId: 'key_2',
    closedAt: NOW,
    closedBy: 'slack:T0ACME/U0DEE',
    closeReason: 'not used any more',
  },
  done(['generate']),
);

const KEYLESS = rotationCard({
  work: {
    ...NO_WORK,
    keyless: { title: 'Workload <identity>', url: 'https://example.com/identity', why: 'Programs say who they are.' },
  },
});
const RESTORING = rotationCard(
  {
    work: {
      ...NO_WORK,
      place: {
        title: 'Vault',
        reference: 'prod/api#KEY',
        readBack: 'value',
        byHand: ['vault kv patch prod/api KEY=-'],
        problem: null,
      },
      restoring: { problem: 'Vault does not answer.', nextTryAt: NOW + MINUTE_MS },
    },
  },
  { rollback: { at: NOW, by: 'slack:T0ACME/U0ANA', reason: 'it lacks a right' } },
  { store: { state: 'done', reason: 'Vault does not answer.' } },
);

describe('the message of a rotation', () => {
  test.each([
    ['begun', BEGUN],
    ['half', HALF],
    ['blocked', BLOCKED],
    ['done', DONE],
    ['cancelled', CANCELLED],
    ['restoring', RESTORING],
  ])('reads as agreed when it is %s', async (name, card) => {
    await expectMessage(`rotation-${name}`, rotationView(card, LINKED));
  });

  test('says in its text what its blocks say', () => {
    for (const card of [BEGUN, HALF, BLOCKED, DONE, CANCELLED]) {
      const rendered = rotationView(card, LINKED);
      const said = spoken(rendered);
      const shown = seen(rendered);
      for (const word of ['staging-ci', 'steps', 'Old key', 'New key', 'KS-142']) {
        expect(said.includes(word)).toBe(shown.includes(word));
      }
    }
  });

  test('has no button when it is cancelled, and only the last stop when it is done', () => {
    expect(seen(rotationView(CANCELLED, LOCALE))).not.toContain('[ ');
    expect(seen(rotationView(DONE, LOCALE))).toContain('[ Revoke… ]');
    expect(seen(rotationView(DONE, LOCALE))).not.toContain('Hand over');
  });

  test('says what a person has to do about a secret that cannot be put back', async () => {
    await expectMessage('rotation-secret-by-hand', secretByHandView(RESTORING));
  });

  test('calls the next driver by name', async () => {
    await expectMessage('rotation-driver', driverView(HALF));
  });
});

describe('the reply of a step', () => {
  test.each([
    ['generate', 'generate', BEGUN],
    ['generate-done', 'generate', HALF],
    ['generate-keyless', 'generate', KEYLESS],
    ['generate-unlisted', 'generate', BLOCKED],
    ['store', 'store', rotationCard({}, {}, done(['generate']))],
    ['store-waiting', 'store', BEGUN],
    ['store-skipped', 'store', HALF],
    ['redeploy', 'redeploy', HALF],
    ['redeploy-blocked', 'redeploy', BLOCKED],
    ['verify', 'verify', rotationCard({}, {}, done(['generate', 'store', 'redeploy']))],
    ['revoke', 'revoke', VERIFIED],
    ['revoke-waiting', 'revoke', HALF],
    ['revoke-by-hand', 'revoke', BY_HAND],
    ['revoke-early', 'revoke', EARLY],
    ['inventory', 'inventory', VERIFIED],
    ['inventory-done', 'inventory', DONE],
    ['inventory-cancelled', 'inventory', CANCELLED],
  ] as const)('reads as agreed: %s', async (name, step, card) => {
    await expectMessage(`rotation-step-${name}`, rotationStepView(card, step, LINKED));
  });

  test('offers no Done where only the provider’s word counts', () => {
    expect(seen(rotationStepView(VERIFIED, 'revoke', LOCALE))).not.toContain('[ Done');
    expect(seen(rotationStepView(EARLY, 'revoke', LOCALE))).not.toContain('[ Undo');
  });

  test('offers Undo only to what nothing builds on', () => {
    const offered = (step: StepName) => seen(rotationStepView(VERIFIED, step, LOCALE)).includes('[ Undo ]');

    expect(ROTATION_STEPS.filter(offered)).toEqual(['verify']);
  });

  test('gives each button the revision of its own step', () => {
    const rendered = rotationStepView(HALF, 'redeploy', LOCALE);

    expect(JSON.stringify(rendered.blocks)).toContain('\\"s\\":\\"redeploy\\",\\"n\\":1');
  });
});

describe('the traffic, the end and an emergency', () => {
  test.each([
    ['rotation-traffic', trafficView(HALF, verificationOf(), LOCALE)],
    ['rotation-rise', riseView(HALF, { startAt: BEGAN - HOUR_MS, count: 120, before: 4, unit: 'request' }, LOCALE)],
    [
      'rotation-step-revoke-grace',
      rotationStepView(
        {
          ...VERIFIED,
          oldKey: stagingKey({ status: 'inactive' }),
          acts: ['restore', 'revoke'],
          rotation: { ...VERIFIED.rotation, finalAt: BEGAN + 7 * 24 * HOUR_MS },
        },
        'revoke',
        LOCALE,
      ),
    ],
    [
      'rotation-step-revoke-public',
      rotationStepView(rotationCard({}, { isPublic: true, kind: 'emergency' }), 'revoke', LOCALE),
    ],
    [
      'rotation-step-revoke-drill',
      rotationStepView(rotationCard({}, { kind: 'drill' }, done(ROTATION_STEPS.slice(0, 4))), 'revoke', LOCALE),
    ],
    [
      'rotation-paused',
      rotationView(
        rotationCard({}, { paused: { at: NOW, by: 'slack:T0ACME/U0DEE', reason: 'release freeze' } }),
        LOCALE,
      ),
    ],
    [
      'rotation-rolling-back',
      rotationView(
        rotationCard({}, { rollback: { at: NOW, by: 'slack:T0ACME/U0DEE', reason: 'it lacks a right' } }),
        LOCALE,
      ),
    ],
    [
      'rotation-checklist',
      checklistView(
        {
          card: rotationCard({}, { kind: 'emergency', isPublic: true }),
          lines: CHECKLIST.map((line) => ({
            ...line,
            done: line.item === 'tell' ? { by: 'slack:T0ACME/U0DEE', at: NOW } : null,
          })),
        },
        LOCALE,
      ),
    ],
    ['rotation-paper-usage', usagePaper(PAPER, LOCALE)],
    ['rotation-paper-support', supportPaper(PAPER, LOCALE)],
  ] as const)('%s', (name, rendered) => expectMessage(name, rendered));

  test('have modals that say what cannot be undone', async () => {
    const lineage = stagingLineage();
    const oldKey = stagingKey();
    const button = BUTTON;
    await expectView(
      'modal-rotation-retire',
      retireModal({ button, lineage, oldKey, graceMs: 7 * 24 * HOUR_MS, consent: null }),
    );
    const secret = { how: 'by_us', store: 'vault', reference: 'prod/api', version: '6' } as const;
    const plan = { refusal: null, oldKey: 'by_us', secret } as const;
    await expectView('modal-rotation-roll-back', rollBackModal({ button, lineage, newKey: NEW_KEY, plan }));
    const where = 'Anthropic / Staging';
    await expectView(
      'modal-rotation-emergency',
      emergencyModal({ key: oldKey, lineage, where, alertId: 'alert_1', mayBeCalm: true }),
    );
  });
});

describe('the end of an old key has the buttons that make sense', () => {
  const suspended = { oldKey: stagingKey({ status: 'inactive' }), acts: ['restore', 'revoke'] } as const;
  const revoking = (fields: Partial<Action> = {}) => stopAction({ kind: 'revoke', state: 'pending', ...fields });
  const hanging = revoking({ problem: 'The provider did not answer.', problemCode: 'provider_unavailable' });
  const ended = (fields: Partial<RotationCard>, { underWay = null }: Partial<RotationCard['end']> = {}) => {
    const inGrace = fields.acts === suspended.acts ? { finalAt: NOW } : {};
    const card = { ...VERIFIED, ...fields, rotation: { ...VERIFIED.rotation, ...inGrace } };
    return seen(rotationStepView({ ...card, end: { ...card.end, underWay } }, 'revoke', LOCALE));
  };
  test.each([
    ['in its grace it comes back', ended(suspended), '[ Restore… ]'],
    ['nothing races what is being tried', ended(suspended, { underWay: revoking() }), ''],
    [
      'what hangs is given up, with the key or without',
      ended(suspended, { underWay: hanging }),
      '[ Restore… ] [ Stop trying ]',
    ],
    ['a stop that hangs has left the key at work', ended({}, { underWay: hanging }), '[ Stop trying ]'],
    ['once it was given up', ended({ ...suspended, acts: ['restore'] }), '[ Retire… ] [ Restore… ] [ Look again ]'],
  ])('%s', (_, text, buttons) => {
    const shown = text.match(/\[ (Retire|Restore|Stop trying|Look again|Suspend|Revoke)…? \]/g) ?? [];
    expect(shown.join(' ')).toBe(buttons);
    // The words name what a click does, and no button that is not there.
    expect(/Stop trying (gives|leaves)/.test(text)).toBe(buttons.includes('Stop trying'));
  });
});

describe('the modals of a rotation', () => {
  const lineage = stagingLineage();
  const sum = (requests: number | null, tokens: number) => ({ requests, tokens, costMicroUsd: tokens * 10 });
  const old = { lastHour: sum(12, 9_000), lastDay: sum(340, 81_000), lastSeenAt: NOW - 8 * MINUTE_MS };
  const quiet = { lastHour: sum(null, 0), lastDay: sum(null, 0), lastSeenAt: null };
  const traffic = { oldKey: old, newKey: quiet, dataUntil: NOW - 5 * MINUTE_MS, blindSince: null };
  const keys = { button: BUTTON, rotation: HALF.rotation, lineage, newName: 'staging-ci-2026-10-17', asked: [] };

  test('read as agreed', async () => {
    const where = 'Anthropic / Staging';
    await expectView('modal-rotate', openRotationModal({ key: stagingKey(), lineage, where, alertId: 'alert_1' }));
    const { rotation } = HALF;
    const place = { channel: 'C0AIKEYS', ts: '1792203600.000200' };
    await expectView('modal-rotate-already', alreadyRotatingModal({ lineage, rotation, place }, LINKED));
    const fresh = { ...keys, rotation: BEGUN.rotation, newKey: null };
    await expectView('modal-rotation-key', keyModal({ ...fresh, step: 'generate', candidates: [NEW_KEY] }, LOCALE));
    const foreign = stagingKey({ id: 'key_3', label: 'scratch', hint: 'sk-ant-api03-nnn...oYn3' });
    const inQuestion = { ...fresh, step: 'generate', candidates: [foreign], asked: [foreign] } as const;
    await expectView('modal-rotation-key-asked', keyModal(inQuestion, LOCALE));
    await expectView(
      'modal-rotation-key-none',
      keyModal({ ...keys, step: 'inventory', candidates: [], newKey: null }, LOCALE),
    );
    await expectView(
      'modal-rotation-move',
      keyModal({ ...keys, step: 'inventory', candidates: [], newKey: NEW_KEY }, LOCALE),
    );
    const verify = { button: BUTTON, lineage, where: 'Anthropic / Staging', oldKey: stagingKey(), newKey: NEW_KEY };
    const calm = { ...traffic, oldKey: { ...old, lastHour: sum(0, 0) }, newKey: old };
    const still = { ...verificationOf().quiet, isQuiet: true, quietMs: 30 * HOUR_MS, mayCome: [] };
    const well = verificationOf({ traffic: calm, quiet: still, callers: [], doubts: [] });
    await expectView('modal-rotation-verify', verifyModal({ ...verify, seen: well }, LOCALE));
    const doubtful = verificationOf({ traffic, doubts: ['old_key_busy', 'new_key_silent'] });
    await expectView('modal-rotation-verify-doubts', verifyModal({ ...verify, seen: doubtful }, LOCALE));
    for (const mode of ['block', 'skip', 'cancel', 'pause'] as const) {
      const button = mode === 'cancel' || mode === 'pause' ? BUTTON : ({ ...BUTTON, step: 'store' } as const);
      await expectView(`modal-rotation-${mode}`, reasonModal({ mode, button, rotation, slug: 'staging-ci' }));
    }
    await expectView('modal-rotation-hand-over', handOverModal(BUTTON, 'staging-ci'));
  });
});
