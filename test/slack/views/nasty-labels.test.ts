import type { KnownBlock, View } from '@slack/types';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Grant } from '../../../src/domain/grant.ts';
import { ROTATION_STEPS } from '../../../src/domain/rotation.ts';
import { CHECKLIST } from '../../../src/domain/rotation-checklist.ts';
import { scrubSecrets } from '../../../src/domain/secret.ts';
import { DAY_MS } from '../../../src/domain/time.ts';
import { assertMessage, assertView } from '../../../src/sandbox/slack/strictness/index.ts';
import { needsTypedSlug } from '../../../src/services/actions/request-action.ts';
import type { HoldCard } from '../../../src/services/noise/read-holds.ts';
import type { Paper } from '../../../src/services/rotation/emergency-papers.ts';
import { actionModal, consoleStepsText, noticeModal } from '../../../src/slack/views/action-modal.ts';
import { alertView } from '../../../src/slack/views/alert.ts';
import { alertEventView } from '../../../src/slack/views/alert-event.ts';
import type { Rendered } from '../../../src/slack/views/blocks.ts';
import { grantView } from '../../../src/slack/views/grant.ts';
import { unknownSubcommandView } from '../../../src/slack/views/help.ts';
import { holdListView } from '../../../src/slack/views/hold.ts';
import { keyCardView } from '../../../src/slack/views/key-card.ts';
import { keyListView } from '../../../src/slack/views/key-list.ts';
import { accountModal, capModal } from '../../../src/slack/views/limit-modals.ts';
import { noticeView } from '../../../src/slack/views/notice.ts';
import { quietListView } from '../../../src/slack/views/quiet-list.ts';
import { rotationView } from '../../../src/slack/views/rotation.ts';
import { checklistView } from '../../../src/slack/views/rotation-emergency.ts';
import { keyModal, openRotationModal, reasonModal, verifyModal } from '../../../src/slack/views/rotation-modals.ts';
import { supportPaper, usagePaper } from '../../../src/slack/views/rotation-papers.ts';
import { rotationStepView } from '../../../src/slack/views/rotation-step.ts';
import { trafficView } from '../../../src/slack/views/rotation-traffic.ts';
import { statusView } from '../../../src/slack/views/status.ts';
import { capped, foreign, plainForeign } from '../../../src/slack/views/text.ts';
import { fakeEvent } from '../../support/fake-provider.ts';
import { holdCard, muteOf, quietOf, windowOf } from '../../support/noise.ts';
import { knownLimits, limitsOf } from '../../support/records.ts';
import {
  alertCard,
  CARD_RISK,
  capGrant,
  entryOfSummary,
  grantTold,
  impactOf,
  keySummary,
  LOCALE,
  leakAlert,
  NOW,
  rotationCard,
  scopeCard,
  stagingKey,
  stagingLineage,
  stopAction,
  verificationOf,
} from '../support/cards.ts';
import { seen, spoken } from '../support/golden.ts';
import { KEY_LIKE_TEXTS, NASTY_LABELS, nastyText } from '../support/nasty.ts';

// Every entity that we write ourselves: mentions of people that we looked up, dates, and links to a console.
const OUR_ENTITIES = /<@U0(?:ANA|DEE)>|<!date\^\d+\^[a-z_ {}]+\|[^<>|]*>|<https:\/\/console\.example\/keys\|[^<>|]*>/g;

type Renderer = (nasty: string) => Rendered;
const owner = (name: string) => ({ kind: 'user', id: 'u', name, email: null, hasAccess: true }) as const;
// Sentences of errors and console steps quote what is outside, scrubbed and cut by the adapters.
const told = (nasty: string) => scrubSecrets(nasty).slice(0, 400);
const BUTTON = { alertId: 'alert_1', keyId: 'key_1', generation: 1 };
const eventWith = (nasty: string) => fakeEvent(NOW, { kind: told(nasty), actor: told(nasty) });
const nobody = (nasty: string) => ({
  key: stagingKey({ label: nasty, hint: nasty, owner: owner(nasty) }),
  lineage: stagingLineage({ ownerSlackId: null, workload: nasty, consumers: [nasty, nasty] }),
});

const nastyScope = (nasty: string) =>
  scopeCard({
    known: knownLimits({
      limits: limitsOf({
        rateLimits: [{ id: nasty, model: nasty, kind: nasty, value: 1 }],
        models: { availability: 'available', mode: 'deny', models: [nasty, nasty] },
      }),
    }),
  });
const nastyAccount = (nasty: string) => ({
  owner: { ...owner(nasty), kind: 'service_account' as const },
  keyIds: ['key_1'],
  siblings: ['load-test'],
  refusal: null,
});

const nastyRotation = (nasty: string) => ({
  rotation: nastyCard(nasty).rotation,
  oldKeyStatus: 'active' as const,
  place: null,
});
const nastyCard = (nasty: string) =>
  rotationCard(
    {
      lineage: stagingLineage({ workload: nasty, consumers: Array.from({ length: 30 }, () => nasty) }),
      oldKey: stagingKey({ label: nasty, hint: null }),
      newKey: stagingKey({ id: 'key_2', label: nasty, hint: nasty }),
      scopeName: nasty,
      acts: [],
    },
    { reason: nasty },
    { generate: 'done', store: { state: 'skipped', reason: nasty }, redeploy: { state: 'blocked', reason: nasty } },
  );

const SUM = { requests: 3, tokens: 4, costMicroUsd: 5 };
const TRAFFIC = { lastHour: SUM, lastDay: SUM, lastSeenAt: NOW };
const BUSY_TRAFFIC = { oldKey: TRAFFIC, newKey: TRAFFIC, dataUntil: NOW, blindSince: NOW };
const nastyPaper = (nasty: string): Paper => {
  const card = nastyCard(nasty);
  const line = { startAt: NOW, model: nasty, requests: 1, tokens: 2, costMicroUsd: 3 };
  const key = { ...card.oldKey, providerKeyId: nasty, scopeId: nasty };
  return { card, key, from: NOW - DAY_MS, to: NOW, lines: Array.from({ length: 30 }, () => line), costMicroUsd: 90 };
};
const nastyVerification = (nasty: string) => {
  const seen = verificationOf();
  const rare = Array.from({ length: 9 }, () => ({ model: nasty, gapMs: DAY_MS, lastAt: NOW, isOnce: false }));
  const callers = Array.from({ length: 9 }, () =>
    seen.callers.map((one) => ({ ...one, model: nasty, endpoint: nasty })),
  );
  return verificationOf({
    traffic: BUSY_TRAFFIC,
    doubts: ['old_key_busy', 'blind'],
    quiet: { ...seen.quiet, mayCome: rare },
    callers: callers.flat(),
    newKey: { firstSeenAt: NOW, requests: 1, models: [nasty, nasty] },
  });
};
const rotationModal = (nasty: string) => {
  const { rotation, lineage, oldKey, newKey, newName } = nastyCard(nasty);
  const candidates = Array.from({ length: 60 }, (_, index) =>
    stagingKey({ id: `key_${index + 9}`, label: nasty, hint: nasty }),
  );
  const button = { rotationId: 'rot_1', step: 'generate', revision: 1 } as const;
  return { rotation, lineage, oldKey, newKey, newName, candidates, button };
};

const RENDERERS: Readonly<Record<string, Renderer>> = {
  alert: (nasty) =>
    alertView(
      alertCard({
        ...nobody(nasty),
        alert: leakAlert({
          reason: [{ money: 1 }, ' by ', { foreign: nasty }],
          headline: ['using ', { foreign: nasty }],
        }),
        scopeName: nasty,
        lastAction: stopAction({ state: 'verified', verifiedAt: NOW, reason: nasty }),
      }),
      LOCALE,
    ),
  'alert without rights': (nasty) =>
    alertView(
      alertCard({
        ...nobody(nasty),
        acts: [],
        scopeName: nasty,
        consoleSteps: { url: 'https://console.example/keys', steps: [told(nasty), `choose ${told(nasty)}`] },
        blind: { failingSince: NOW, problem: told(nasty) },
        lastAction: stopAction({ state: 'failed', problem: told(nasty) }),
      }),
      LOCALE,
    ),
  'alert that offers the account': (nasty) =>
    alertView(
      alertCard({
        ...nobody(nasty),
        scope: nastyScope(nasty),
        account: nastyAccount(nasty),
        lastAction: stopAction({ kind: 'revoke', state: 'failed', problem: told(nasty) }),
      }),
      LOCALE,
    ),
  'alert of a refused act and several keys': (nasty) =>
    alertView(
      alertCard({
        ...nobody(nasty),
        keyCosts: [stagingKey({ hint: nasty }), stagingKey({ hint: null, label: nasty })].map((key) => ({
          key,
          costMicroUsd: 1,
        })),
        consoleSteps: { url: 'https://console.example/keys', steps: [told(nasty)] },
        lastAction: stopAction({ problem: told(nasty), problemCode: 'provider_denied', attempts: 2 }),
      }),
      LOCALE,
    ),
  'thread line of a limit': (nasty) =>
    alertEventView(
      {
        id: 'event_1',
        alertId: 'alert_1',
        at: NOW,
        kind: 'action_requested',
        actor: 'slack:T1/U0ANA',
        detail: { kind: 'set_models', from: nasty, to: nasty, reason: nasty },
      },
      { locale: LOCALE },
    ) ?? { text: 'nothing', blocks: [] },
  'thread line': (nasty) =>
    alertEventView(
      {
        id: 'event_1',
        alertId: 'alert_1',
        at: NOW,
        kind: 'action_requested',
        actor: 'slack:T1/U0ANA',
        detail: { kind: 'suspend', reason: nasty },
      },
      { locale: LOCALE },
    ) ?? { text: 'nothing', blocks: [] },
  'key card': (nasty) =>
    keyCardView(
      {
        ...keySummary(nobody(nasty)),
        entry: {
          ...entryOfSummary(keySummary(nobody(nasty))),
          ...{ workload: nasty, consumers: [nasty], models: [nasty], endpoints: [nasty], storedIn: [nasty] },
        },
        scopeName: nasty,
        ...CARD_RISK,
        acts: ['suspend'],
        alert: null,
        consoleUrl: null,
        scope: nastyScope(nasty),
        spentMicroUsd: 1_000_000,
        grants: [nastyGrant(nasty)],
        holds: nastyHolds(nasty),
        cap: { canChange: true, consoleSteps: null },
        bounds: { allowed: [nasty], promise: { name: nasty, models: [nasty] } },
        account: nastyAccount(nasty),
        lastAction: stopAction({ state: 'failed', reason: nasty, problem: told(nasty) }),
        events: [eventWith(nasty)],
        rotation: nastyRotation(nasty),
        learning: null,
        usualFactor: 5,
      },
      { locale: LOCALE, now: NOW },
    ),
  windows: (nasty) => holdListView(nastyHolds(nasty), LOCALE),
  'quiet findings': (nasty) => {
    const finding = quietOf({ headline: ['calling ', { foreign: nasty }], cause: 'judgement', heldBack: nasty });
    const item = { finding, lineageId: 'lin_1', slug: 'prod-api', ownerSlackId: null, hold: null, alert: null };
    const paging = { command: 'quiet', argument: '', page: 1 };
    return quietListView({ title: 'Kept quiet', rolledUp: [], items: [item], paging }, LOCALE);
  },
  rotation: (nasty) => rotationView(nastyCard(nasty), LOCALE),
  'traffic of a rotation': (nasty) => trafficView(nastyCard(nasty), nastyVerification(nasty), LOCALE),
  'list of an emergency': (nasty) => {
    const card = nastyCard(nasty);
    const rotation = { ...card.rotation, kind: 'emergency' } as const;
    const lines = CHECKLIST.map((line) => ({ ...line, done: null }));
    return checklistView({ card: { ...card, rotation }, lines }, LOCALE);
  },
  'text for support': (nasty) => supportPaper(nastyPaper(nasty), LOCALE),
  'usage of a leaked key': (nasty) => usagePaper(nastyPaper(nasty), LOCALE),
  'cancelled rotation': (nasty) => {
    const card = nastyCard(nasty);
    const cancelled = {
      state: 'cancelled',
      closedAt: NOW,
      closedBy: 'slack:T0ACME/U0ANA',
      closeReason: nasty,
    } as const;
    return rotationView({ ...card, rotation: { ...card.rotation, ...cancelled } }, LOCALE);
  },
  ...Object.fromEntries(
    ROTATION_STEPS.map((step) => [`step ${step}`, (nasty: string) => rotationStepView(nastyCard(nasty), step, LOCALE)]),
  ),
  'key list': (nasty) =>
    keyListView(
      Array.from({ length: 60 }, () => keySummary({ ...nobody(nasty), scopeName: nasty })),
      { title: 'Keys', locale: LOCALE, now: NOW, paging: { command: 'list', argument: nasty, page: 2 } },
    ),
  status: (nasty) =>
    statusView(
      {
        now: NOW,
        connections: [],
        alerts: [leakAlert()],
        nextCalls: new Map(),
        paged: { first: [{ id: 'U0ANA', name: nasty, isActive: true }], admins: [] },
        approvals: [],
        audiences: [],
        missingScopes: [],
        unfinishedActions: Array.from({ length: 12 }, () => stopAction({ problem: told(nasty) })),
        endingGrants: [nastyGrant(nasty)],
        outbox: { waiting: 0, dead: 0 },
        deadLetters: [],
        deliveries: { waitingSince: null, troubles: [], outlets: [] },
        expiringAdminKeys: [],
        failedJobs: [],
        restoring: new Map(),
        rotations: [nastyRotation(nasty)],
        campaigns: [],
        lastDrill: null,
        learning: { learning: 1, of: 2 },
        audit: { count: 1, hash: 'abc' },
        slugs: new Map([
          ['lin_1', nasty],
          ['key_1', nasty],
        ]),
      },
      { locale: LOCALE, configLines: [] },
    ),
  'what became of a grant': (nasty) =>
    grantView(grantTold({ kind: 'set_models', from: nasty, to: nasty, found: nasty, outcome: 'left' }), LOCALE),
  notice: (nasty) =>
    noticeView(
      {
        kind: 'blind',
        connection: { connectionId: 'anthropic', title: 'Anthropic' },
        detail: {
          reading: 'usage',
          connectionId: 'anthropic',
          failingSince: NOW,
          lastReadAt: null,
          problem: told(nasty),
          readable: false,
        },
        closedAt: null,
        keys: 3,
        everyMs: 300_000,
      },
      LOCALE,
    ),
  'unknown subcommand': (nasty) => unknownSubcommandView(nasty, undefined),
};

describe.each(Object.entries(RENDERERS))('the %s', (_name, render) => {
  test.each([...NASTY_LABELS.entries()])('is harmless with the nasty label %i', (_index, nasty) => {
    expectHarmless(render(nasty));
  });

  test('is harmless whatever the text from outside', () => {
    fc.assert(
      fc.property(nastyText, (nasty) => expectHarmless(render(nasty))),
      { numRuns: 60 },
    );
  });
});

describe('the modals', () => {
  const views = (nasty: string): readonly View[] => [
    ...(['suspend', 'restore', 'revoke'] as const).map((kind) =>
      actionModal(
        {
          kind,
          ...nobody(nasty),
          where: `Anthropic / ${nasty}`,
          button: BUTTON,
          impact: impactOf({ models: [nasty, nasty], endpoints: [nasty], siblings: [stagingKey({ hint: nasty })] }),
          consent: null,
        },
        LOCALE,
      ),
    ),
    capModal(
      { ...nobody(nasty), scope: nastyScope(nasty), where: nasty, spentMicroUsd: 1, button: BUTTON, now: NOW },
      LOCALE,
    ),
    accountModal(
      { ...nobody(nasty), account: nastyAccount(nasty), where: nasty, button: BUTTON, consent: null, early: [] },
      LOCALE,
    ),
    openRotationModal({ key: nobody(nasty).key, lineage: stagingLineage(), where: nasty, alertId: null }),
    keyModal({ ...rotationModal(nasty), step: 'generate', asked: rotationModal(nasty).candidates }, LOCALE),
    keyModal({ ...rotationModal(nasty), step: 'inventory', asked: [] }, LOCALE),
    verifyModal({ ...rotationModal(nasty), where: nasty, seen: nastyVerification(nasty) }, LOCALE),
    reasonModal({ ...rotationModal(nasty), mode: 'cancel', slug: 'staging-ci' }),
    noticeModal(
      'Suspend key',
      consoleStepsText('suspend this key', { url: 'https://console.example/keys', steps: [told(nasty)] }),
    ),
  ];

  test('are harmless whatever the text from outside', () => {
    fc.assert(
      fc.property(nastyText, (nasty) => {
        for (const view of views(nasty)) {
          assertView(view);
          for (const text of mrkdwnIn(view.blocks)) expectNoForeignEntity(text);
          expectNoKey(JSON.stringify(view));
        }
      }),
    );
  });

  test('ask for the name exactly where the environment counts as production', () => {
    for (const environment of ['production', 'staging', 'development', 'unknown'] as const) {
      const lineage = stagingLineage({ environment });
      const production = environment === 'production' || environment === 'unknown';
      expect(needsTypedSlug('suspend', lineage)).toBe(production);
      expect(needsTypedSlug('restore', lineage)).toBe(false);
    }
  });
});

describe('text from outside', () => {
  test('is one line of a length that a person reads, and never nothing', () => {
    fc.assert(
      fc.property(nastyText, (nasty) => {
        const text = plainForeign(nasty);
        expect(text).not.toBe('');
        expect(text.length).toBeLessThanOrEqual(80);
        expect(text).not.toMatch(/[\n\r\u2028\u202e\u200b]/);
      }),
    );
  });

  test.each(['*a*', '_a_', '~a~', '`a`', '*_a_*'])('%s is not formatted', (nasty) => {
    const bare = nasty.replace(/[a]/g, 'word');

    expect(spoken({ text: `x ${foreign(bare)} y` }).replaceAll('\u2060', '')).toBe(
      bare.startsWith('`') ? 'x word y' : `x ${bare} y`,
    );
  });

  test('is cut, but never inside an entity or a character', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), (max) => {
        const text = capped('a &amp; b <!date^1792203000^{time}|02:10> 🔥🔥 <@U0ANA> &lt;x&gt; end', max);
        expect(text.length).toBeLessThanOrEqual(Math.max(max, 1));
        expect(text.replace(OUR_ENTITIES, '').replace(/&(?:amp|lt|gt);/g, '')).not.toMatch(/[<>&]|[\ud800-\udbff]$/);
      }),
    );
  });
});

function expectHarmless(rendered: Rendered): void {
  assertMessage(rendered);
  if (rendered.text.length <= 4_000) assertMessage(rendered, 'update');
  for (const text of [rendered.text, ...mrkdwnIn(rendered.blocks)]) expectNoForeignEntity(text);
  expectNoKey(JSON.stringify(rendered));
  expectSameWords(rendered);
}

/** Only mrkdwn reads entities; plain text shows them as they are. */
function mrkdwnIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { type, text } = value as { type?: unknown; text?: unknown };
  if (type === 'mrkdwn' && typeof text === 'string') return [text];
  return Object.values(value).flatMap(mrkdwnIn);
}

function expectNoForeignEntity(payload: string): void {
  const rest = payload.replace(OUR_ENTITIES, '');
  expect(rest).not.toMatch(/<[!@#]|<[a-z]+:/i);
  expect(rest).not.toMatch(/&(?!amp;|lt;|gt;)/);
}

function expectNoKey(payload: string): void {
  for (const key of KEY_LIKE_TEXTS) expect(payload).not.toContain(key);
}

/** A text that was cut says at least the beginning. */
function expectSameWords(rendered: Rendered): void {
  const blocks = rendered.blocks.filter((block: KnownBlock) => block.type !== 'actions');
  const shown = seen({ text: rendered.text, blocks }).replace(/\s+/g, ' ');
  const said = spoken(rendered).replace(/\s+/g, ' ');
  if (said.endsWith('…')) expect(shown.startsWith(said.slice(0, 200))).toBe(true);
  else expect(said).toBe(shown);
}

function nastyHolds(nasty: string): readonly HoldCard[] {
  const by = 'slack:T0ACME/U0ANA';
  return [windowOf({ by, reason: nasty }), muteOf({ by, reason: nasty })].map((hold) => holdCard({ hold }));
}

function nastyGrant(nasty: string): Grant {
  const rule = { mode: 'deny', models: [nasty] } as const;
  return capGrant({
    kind: 'set_models',
    change: { scopeId: 's', from: { mode: 'all', models: [] }, to: rule },
    reason: nasty,
  });
}
