import type { KnownBlock } from '@slack/types';
import { describe, expect, test } from 'vitest';
import { NO_BOUNDS } from '../../../src/domain/lineage-facts.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import type { EventWatermark } from '../../../src/ports/events.ts';
import type { Status } from '../../../src/services/status/read-status.ts';
import { decodeCommand } from '../../../src/slack/command-button.ts';
import { subcommands } from '../../../src/slack/commands/index.ts';
import { helpView, unknownSubcommandView } from '../../../src/slack/views/help.ts';
import { type KeyCard, keyCardView } from '../../../src/slack/views/key-card.ts';
import { candidatesView, keyListView } from '../../../src/slack/views/key-list.ts';
import { statusView } from '../../../src/slack/views/status.ts';
import { fakeEvent } from '../../support/fake-provider.ts';
import { knownLimits, limitsOf } from '../../support/records.ts';
import {
  BEGAN,
  CARD_RISK,
  entryOfSummary,
  keySummary,
  LOCALE,
  leakAlert,
  NOW,
  scopeCard,
  stagingKey,
  stagingLineage,
  stopAction,
} from '../support/cards.ts';
import { expectMessage, seen, spoken } from '../support/golden.ts';

const PAGING = { command: 'list', argument: '', page: 1 };
const WHEN = { locale: LOCALE, now: NOW, paging: PAGING };
const STATUS_OPTIONS = { locale: LOCALE, configLines: ['Slack: Socket Mode', 'Alerts: #ai-keys'] };

const KEYS = [
  keySummary(),
  keySummary({
    lineage: stagingLineage({ id: 'lin_2', slug: 'prod-api', environment: 'unknown', ownerSlackId: null }),
    key: stagingKey({ hint: null, lastUsedAt: NOW - 10 * MINUTE_MS, owner: person('Frank Osei') }),
    scopeName: null,
    last30dMicroUsd: 1_230_000_000,
  }),
  keySummary({
    lineage: stagingLineage({ id: 'lin_3', slug: 'old-prototype', environment: 'development', ownerSlackId: null }),
    key: stagingKey({ status: 'inactive', lastUsedAt: null, createdAt: NOW - 97 * DAY_MS }),
    last30dMicroUsd: 0,
  }),
  keySummary({
    lineage: stagingLineage({ id: 'lin_4', slug: 'terraform', ownerSlackId: null }),
    key: stagingKey({
      kind: 'admin',
      hint: 'sk-admin...sim2',
      owner: { ...person('ci-bot'), kind: 'service_account' },
    }),
    last30dMicroUsd: 0,
  }),
];

const SERVICE_ACCOUNT = {
  owner: { kind: 'service_account', id: 'svc_1', name: 'ci-bot', email: null, hasAccess: true },
  keyIds: ['key_1', 'key_2', 'key_3'],
  siblings: ['load-test', 'nightly'],
  refusal: null,
} as const;

function person(name: string) {
  return { kind: 'user', id: 'user_1', name, email: null, hasAccess: true } as const;
}

function card(fields: Partial<KeyCard> = {}): KeyCard {
  return {
    ...keySummary(),
    entry: entryOfSummary({ ...keySummary(), ...fields }),
    acts: ['suspend', 'revoke'],
    alert: null,
    events: [],
    consoleUrl: 'https://console.example/keys',
    scope: scopeCard(),
    spentMicroUsd: 310_000_000,
    grants: [],
    holds: [],
    cap: { canChange: true, consoleSteps: null },
    bounds: NO_BOUNDS,
    account: null,
    learning: null,
    usualFactor: 5,
    lastAction: null,
    rotation: null,
    own: { microUsd: null, origin: null, enforced: false },
    overshoot: { hourMicroUsd: 0, ownMicroUsd: 0, providerMicroUsd: 0 },
    radius: null,
    watch: null,
    ...fields,
  };
}

describe('a key as a card', () => {
  const cases: Readonly<Record<string, Partial<KeyCard>>> = {
    active: {},
    'at-risk': CARD_RISK,
    learning: {
      learning: 3,
      lineage: stagingLineage({ ownRatio: { ratio: 8, by: 'slack:T1/U0ANA', at: NOW - DAY_MS } }),
    },
    alerted: { alert: leakAlert() },
    orphaned: {
      lineage: stagingLineage({ slug: 'prod-api', environment: 'unknown', ownerSlackId: null }),
      key: stagingKey({
        hint: null,
        createdAt: null,
        expiresAt: NOW + 9 * DAY_MS,
        owner: { ...person('Frank Osei'), hasAccess: false },
      }),
      scopeName: null,
    },
    admin: {
      key: stagingKey({ kind: 'admin', hint: 'sk-admin...sim2' }),
      acts: [],
      consoleUrl: null,
      scope: null,
      cap: { canChange: false, consoleSteps: null },
    },
    bounded: {
      scope: scopeCard({
        capScope: 'project',
        known: knownLimits({
          limits: limitsOf({
            models: { availability: 'available', mode: 'allow', models: ['gpt-5', '<!channel>'] },
            rateLimits: [
              { id: 'a#b', model: 'gpt-5', kind: 'max_tokens_per_1_minute', value: 4_000_000 },
              { id: 'a#c', model: 'gpt-5', kind: 'max_requests_per_1_minute', value: 10_000 },
            ],
          }),
        }),
        sharedWith: [],
        productionSibling: null,
      }),
      account: SERVICE_ACCOUNT,
      lastAction: stopAction({
        kind: 'set_spend_limit',
        params: { scopeId: 'proj_1', from: null, to: 500_000_000 },
        state: 'verified',
        verifiedAt: NOW,
      }),
    },
    promised: {
      lineage: stagingLineage({ slug: 'billing', environment: 'production', allowedModels: ['gpt-5*', '<!channel>'] }),
      bounds: {
        allowed: ['gpt-5*', '<!channel>'],
        promise: { name: 'zero-retention', models: Array.from({ length: 12 }, (_, index) => `gpt-${index}`) },
      },
    },
    'promise-lost': { lineage: stagingLineage({ retention: 'eu-only' }) },
    'bounded-staging': { bounds: { allowed: ['claude-*'], promise: null } },
    'cap-closed': {
      scope: scopeCard({
        known: knownLimits({
          limits: limitsOf({ spendLimit: { availability: 'not_enabled', monthlyMicroUsd: null, enforcing: null } }),
        }),
      }),
      spentMicroUsd: null,
      cap: {
        canChange: false,
        consoleSteps: { url: 'https://console.example/limits', steps: ['Choose the workspace.'] },
      },
      lastAction: stopAction({
        kind: 'set_spend_limit',
        params: { scopeId: 'proj_1', from: 500_000_000, to: null },
        state: 'failed',
        problem: 'The provider has not opened this to your organization.',
      }),
    },
    'with-events': {
      events: [
        fakeEvent(BEGAN - 2 * DAY_MS, { keyChange: 'created', keyId: 'key_1', actor: 'ana@acme.example' }),
        fakeEvent(BEGAN - DAY_MS, { keyChange: 'updated', keyId: 'key_1', actor: null }),
        fakeEvent(BEGAN, { kind: 'key.<!channel> *viewed*', keyId: 'key_1', actor: '<@U0ANA> & _co_' }),
      ],
    },
    gone: { key: stagingKey({ status: 'gone', goneAt: NOW - 3 * DAY_MS }), acts: [] },
    'gone-before-it-was-seen': {
      key: stagingKey({ status: 'gone', hint: null, createdAt: null, firstSeenAt: NOW - DAY_MS, goneAt: NOW - DAY_MS }),
      acts: [],
    },
  };

  test.each(Object.entries(cases))('reads as agreed: %s', async (name, fields) => {
    await expectMessage(`key-card-${name}`, keyCardView(card(fields), WHEN));
  });

  test.each(Object.entries(cases))('says the same in text and blocks: %s', (_name, fields) => {
    expectSameWords(keyCardView(card(fields), WHEN));
  });
});

describe('a list of keys', () => {
  test('reads as agreed', async () => {
    const rendered = keyListView(KEYS, { title: 'Keys', ...WHEN });

    await expectMessage('key-list', rendered);
    expectSameWords(rendered);
  });

  test('that nobody used reads as agreed, and so does one that is empty', async () => {
    const title = '1 key without traffic for 30 days or more, longest first';
    await expectMessage('key-list-stale', keyListView(KEYS.slice(2, 3), { title, ...WHEN }));
    await expectMessage(
      'key-list-empty',
      keyListView([], { title: 'No working key has been quiet for 30 days.', ...WHEN }),
    );
  });

  test('is shown by the page, with buttons that lead to the others', async () => {
    const many = Array.from({ length: 40 }, () => keySummary());
    const page = (number: number) =>
      keyListView(many, { title: 'Keys', ...WHEN, paging: { command: 'list', argument: 'env:prod', page: number } });

    expect(seen(page(1))).toContain('40 keys, $4,336 in 30 days · page 1 of 3');
    expect(buttonsIn(page(1))).toEqual([['Next →', { name: 'list', argument: 'env:prod', page: 2 }]]);
    expect(buttonsIn(page(2)).map(([label]) => label)).toEqual(['← Previous', 'Next →']);
    expect(buttonsIn(page(3)).map(([label]) => label)).toEqual(['← Previous']);
    await expectMessage('key-list-page', page(2));
  });

  test('that has become shorter shows its last page', () => {
    const rendered = keyListView([keySummary()], { title: 'Keys', ...WHEN, paging: { ...PAGING, page: 900 } });

    expect(seen(rendered)).toContain('staging-ci');
    expect(buttonsIn(rendered)).toEqual([]);
  });

  test('gets no buttons for a question that is too long for one', () => {
    const many = Array.from({ length: 40 }, () => keySummary());
    const argument = 'word '.repeat(400);
    const rendered = keyListView(many, { title: 'Keys', ...WHEN, paging: { command: 'list', argument, page: 1 } });

    expect(rendered.blocks.some(({ type }) => type === 'actions')).toBe(false);
  });

  test('of candidates offers each as a button that goes on with it', async () => {
    const choice = { command: 'show', argumentFor: (id: string) => `${id} 7d`, locale: LOCALE, now: NOW };
    const rendered = candidatesView(KEYS.slice(0, 2), '2 keys fit. Which one do you mean?', choice);

    await expectMessage('key-candidates', rendered);
    expectSameWords(rendered);
    expect(buttonsIn(rendered)[0]).toEqual(['staging-ci', { name: 'show', argument: 'key_1 7d', page: 1 }]);
  });
});

function buttonsIn(rendered: { readonly blocks: readonly KnownBlock[] }) {
  return rendered.blocks
    .flatMap((block) => (block.type === 'actions' ? block.elements : []))
    .flatMap((element) => (element.type === 'button' ? [[element.text.text, decodeCommand(element.value ?? '')]] : []));
}

const NOT_COMPARED = { kind: 'not_compared', failingSince: null, problem: null } as const;

describe('the status', () => {
  const anthropic = {
    connectionId: 'anthropic',
    title: 'Anthropic',
    writable: true,
    keys: 13,
    watermark: {
      connectionId: 'anthropic',
      polledAt: NOW,
      newestUsageAt: NOW - 5 * MINUTE_MS,
      failingSince: null,
      missedPolls: 0,
      problem: null,
    },
    inventory: {
      connectionId: 'anthropic',
      readAt: NOW - 12 * MINUTE_MS,
      failingSince: null,
      missedReads: 0,
      problem: null,
    },
    events: null,
    costs: {
      kind: 'compared',
      dayAt: Date.UTC(2026, 9, 15),
      providerMicroUsd: 443_000_000,
      ownMicroUsd: 439_500_000,
      verdict: 'agrees',
      hiddenParts: 0,
      shadowMicroUsd: 0,
      failingSince: null,
      problem: null,
    },
  } as const;
  const setup = 'An owner switches the audit log on in the settings.';
  const log: EventWatermark = {
    connectionId: 'anthropic',
    availability: 'available',
    changedAt: NOW - DAY_MS,
    readUntil: NOW - 10 * MINUTE_MS,
    newestEventAt: NOW - HOUR_MS,
    notBeforeAt: null,
    failingSince: null,
    misses: 0,
    problem: null,
  };
  const logs: Readonly<Record<string, EventWatermark | null>> = {
    unread: null,
    untold: { ...log, availability: null, readUntil: null },
    read: log,
    behind: { ...log, readUntil: NOW - 9 * DAY_MS },
    empty: { ...log, newestEventAt: null },
    off: { ...log, availability: 'not_enabled', readUntil: null },
    failing: { ...log, failingSince: NOW - 26 * HOUR_MS, misses: 312, problem: 'The provider <cannot> be reached.' },
  };
  const fine: Status = {
    now: NOW,
    connections: [
      anthropic,
      { ...anthropic, connectionId: 'openai', title: 'OpenAI', writable: false, costs: { kind: 'not_enabled' } },
    ],
    alerts: [],
    learning: { learning: 0, of: 13 },
    nextCalls: new Map(),
    paged: {
      first: [
        { id: 'U0ANA', name: 'Ana Ruiz', isActive: true },
        { id: 'S0SECURITY', name: null, isActive: true },
      ],
      admins: [{ id: 'U0EVE', name: 'Eve', isActive: false }],
    },
    approvals: [],
    audiences: [],
    missingScopes: [],
    unfinishedActions: [],
    endingGrants: [],
    outbox: { waiting: 0, dead: 0 },
    deadLetters: [],
    deliveries: { waitingSince: null, troubles: [], outlets: [] },
    expiringAdminKeys: [],
    failedJobs: [],
    restoring: new Map(),
    rotations: [],
    campaigns: [],
    lastDrill: null,
    audit: { count: 40, hash: 'f4b2a84f5d65aa' },
    slugs: new Map(),
  };
  const letter = { subjectId: 'alert_1', threadKey: 'alert:alert_1', state: 'dead', attempts: 1 } as const;
  const troubled: Status = {
    ...fine,
    connections: [
      anthropic,
      {
        ...anthropic,
        connectionId: 'openai',
        title: 'OpenAI',
        watermark: {
          ...anthropic.watermark,
          failingSince: NOW - 26 * HOUR_MS,
          missedPolls: 312,
          problem: 'OpenAI refuses the admin key. Make a new one and set OPENAI_ADMIN_KEY.',
        },
        costs: { ...anthropic.costs, ownMicroUsd: 412_000_000, verdict: 'drifts', shadowMicroUsd: 31_000_000 },
      },
    ],
    alerts: [leakAlert({ state: 'acknowledged', acknowledgedBy: 'slack:T0ACME/U0ANA' })],
    approvals: [],
    audiences: [],
    unfinishedActions: [stopAction({ state: 'failed', problem: 'Anthropic says no.' })],
    outbox: { waiting: 1, dead: 1 },
    deliveries: {
      waitingSince: NOW - 7 * MINUTE_MS,
      troubles: [
        {
          id: 'trouble_1',
          channel: '#ai-keys',
          problem: 'The bot is not in the channel. Invite it with /invite.',
          sinceAt: NOW - HOUR_MS,
          endedAt: null,
          toldUserIds: ['U0ANA', 'U0CHRIS'],
        },
        { id: 'trouble_2', channel: 'C0OLD', problem: 'It <is> gone.', sinceAt: NOW, endedAt: null, toldUserIds: [] },
      ],
      outlets: [
        { title: 'PagerDuty', host: 'events.pagerduty.com', sentAt: NOW - HOUR_MS, failingSince: null, problem: null },
        { title: 'The webhook', host: 'hooks.acme.example', sentAt: null, failingSince: null, problem: null },
        {
          title: 'Heartbeat',
          host: 'hc.acme.example',
          sentAt: NOW - HOUR_MS,
          failingSince: NOW - 55 * MINUTE_MS,
          problem: 'Not sent: Slack cannot be reached.',
        },
      ],
    },
    deadLetters: [
      {
        ...letter,
        id: 'out_1',
        kind: 'alert',
        notBeforeAt: NOW,
        createdAt: NOW,
        settledAt: NOW,
        refusedBy: null,
        problem: 'The bot is not in the channel. Invite it with /invite.',
      },
    ],
    failedJobs: [
      {
        id: 'run_1',
        job: 'sync-inventory',
        dueAt: NOW,
        startedAt: NOW,
        finishedAt: NOW,
        outcome: 'failed',
        problem: 'OpenAI cannot be reached.',
      },
    ],
    slugs: new Map([
      ['lin_1', 'staging-ci'],
      ['key_1', 'staging-ci'],
    ]),
  };

  test.each([
    ['fine', fine],
    ['troubled', troubled],
    ['starting', { ...fine, connections: [{ ...anthropic, watermark: null, costs: NOT_COMPARED }] }],
    ['empty', { ...fine, connections: [] }],
    [
      'logged',
      {
        ...fine,
        connections: Object.entries(logs).map(([title, watermark]) => ({
          ...anthropic,
          title,
          events: { watermark, setup },
        })),
      },
    ],
    [
      'unlisted',
      {
        ...fine,
        connections: [
          {
            ...anthropic,
            inventory: { ...anthropic.inventory, failingSince: NOW - 26 * HOUR_MS, problem: 'It <listed> nothing.' },
          },
          { ...anthropic, title: 'New', inventory: null },
        ],
      },
    ],
  ])('reads as agreed when all is %s', async (name, status) => {
    const rendered = statusView(status, STATUS_OPTIONS);

    await expectMessage(`status-${name}`, rendered);
    expectSameWords(rendered);
  });

  test('names the key of every alert and of every act that is not done', () => {
    const text = seen(statusView(troubled, STATUS_OPTIONS));

    expect(text).toContain('KS-142, staging-ci: acknowledged');
    expect(text).toContain('suspend of staging-ci, asked by @ana: failed');
  });

  test('shows ten of a kind and counts the rest', () => {
    const alerts = Array.from({ length: 14 }, () => leakAlert());

    expect(seen(statusView({ ...troubled, alerts }, STATUS_OPTIONS))).toContain('• and 4 more');
  });
});

describe('help', () => {
  test('lists every subcommand', async () => {
    const rendered = helpView(subcommands);

    await expectMessage('help', rendered);
    expectSameWords(rendered);
    for (const { name } of subcommands) expect(rendered.text).toContain(`/keys ${name}`);
  });

  test('answers an unknown subcommand with the nearest, if there is one', async () => {
    await expectMessage('unknown-near', unknownSubcommandView('stael', subcommands[2]));
    await expectMessage('unknown-far', unknownSubcommandView('x'.repeat(300), undefined));
  });
});

function expectSameWords(rendered: Parameters<typeof seen>[0]): void {
  const lines = seen(rendered)
    .split('\n')
    .filter((line) => !line.startsWith('[ '));
  expect(spoken(rendered).split('\n')).toEqual(lines);
}

test('amounts in another currency come with the rate and its day, once per message', () => {
  const locale = { ...LOCALE, currency: { code: 'EUR', usdRate: 0.9, rateDate: '2026-08-01' } };
  const euros = card({ acts: [], consoleUrl: null });
  const list = keyListView([keySummary(), keySummary()], { title: 'Keys', locale, now: NOW, paging: PAGING });

  for (const view of [keyCardView(euros, { locale, now: NOW }), list]) {
    expect(seen(view)).toContain('€98 in 30 days');
    expect(seen(view).match(/amounts in EUR at 0\.9 for \$1 \(2026-08-01\)/g)).toHaveLength(1);
  }
});
