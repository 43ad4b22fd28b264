import type { Action } from '../../../src/domain/action.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import type { Grant, GrantTold } from '../../../src/domain/grant.ts';
import type { InventoryEntry } from '../../../src/domain/inventory-entry.ts';
import type { Key, Lineage } from '../../../src/domain/key.ts';
import { US_DOLLAR } from '../../../src/domain/money.ts';
import type { Rotation } from '../../../src/domain/rotation.ts';
import { quietSince } from '../../../src/domain/staleness.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/domain/time.ts';
import type { ProviderCapabilities } from '../../../src/ports/provider.ts';
import type { Impact } from '../../../src/services/actions/describe-impact.ts';
import type { AlertCard } from '../../../src/services/alerts/describe-alert.ts';
import { entryOf } from '../../../src/services/inventory/describe-entries.ts';
import { noInsights } from '../../../src/services/inventory/key-insights.ts';
import type { KeySummary } from '../../../src/services/inventory/list-keys.ts';
import type { ScopeCard } from '../../../src/services/limits/describe-scope.ts';
import type { RotationCard } from '../../../src/services/rotation/describe-rotation.ts';
import type { EarlyEndCard } from '../../../src/services/rotation/early-end.ts';
import type { Verification } from '../../../src/services/rotation/read-verification.ts';
import { NO_WORK } from '../../../src/services/rotation/read-work.ts';
import type { Locale } from '../../../src/slack/views/text.ts';
import { actionOf, alertOf, keyOf, knownLimits, lineageOf } from '../../support/records.ts';
import { rotationOf } from '../../support/rotations.ts';

/** A Saturday night, when the key of the examples leaks. */
export const BEGAN = Date.UTC(2026, 9, 17, 2, 10);
export const NOW = BEGAN + 10 * MINUTE_MS;
export const LOCALE: Locale = { currency: US_DOLLAR, timezone: 'UTC' };

const CAPABILITIES: ProviderCapabilities = {
  disable: 'reversible',
  create: 'none',
  capScope: 'workspace',
  lastUsed: 'usage',
  usagePerKey: true,
  costPerKey: false,
  spendAlerts: 'console',
  survivesStop: [
    { what: 'batches', longestMs: DAY_MS },
    { what: 'minted_tokens', longestMs: 2 * HOUR_MS },
  ],
};

export function stagingLineage(fields: Partial<Lineage> = {}): Lineage {
  return lineageOf({ slug: 'staging-ci', environment: 'staging', ownerSlackId: 'U0DEE', ...fields });
}

export function stagingKey(fields: Partial<Key> = {}): Key {
  return keyOf({
    connectionId: 'anthropic',
    providerId: 'anthropic',
    scopeId: 'wrkspc_1',
    label: 'staging-ci',
    hint: 'sk-ant-api03-fbx...iLEw',
    createdAt: BEGAN - 260 * DAY_MS,
    firstSeenAt: BEGAN - 30 * DAY_MS,
    lastUsedAt: BEGAN - 3 * HOUR_MS,
    ...fields,
  });
}

export function leakAlert(fields: Partial<Alert> = {}): Alert {
  return alertOf({
    number: 142,
    severity: 'critical',
    headline: ['spending 560x its usual hour'],
    reason: [
      { money: 22_100_000 },
      ' in ',
      { lengthMs: 5 * MINUTE_MS },
      '; a usual hour is ',
      { money: 470_000 },
      '. Began ',
      { instant: BEGAN },
      ', about ',
      { money: 265_000_000 },
      ' an hour at this rate. Also: first use of ',
      { foreign: 'claude-opus-4-1' },
      ' on this key at ',
      { instant: BEGAN - MINUTE_MS },
      '.',
    ],
    startedAt: BEGAN,
    openedAt: NOW,
    lastFindingAt: NOW,
    lostMicroUsd: 22_100_000,
    dataUntil: NOW - 5 * MINUTE_MS,
    ...fields,
  });
}

export function stopAction(fields: Partial<Action> = {}): Action {
  return actionOf({
    requestedBy: 'slack:T0ACME/U0ANA',
    reason: 'spend that nobody here can explain',
    requestedAt: NOW + MINUTE_MS,
    alertId: 'alert_1',
    ...fields,
  });
}

export function alertCard(fields: Partial<AlertCard> = {}): AlertCard {
  return {
    alert: leakAlert(),
    lineage: stagingLineage(),
    key: stagingKey(),
    providerTitle: 'Anthropic',
    scopeName: 'Staging',
    capabilities: CAPABILITIES,
    acts: ['suspend', 'revoke'],
    consoleSteps: null,
    lastAction: null,
    rotation: null,
    approval: null,
    events: [],
    nextCall: null,
    otherKeys: [],
    keyCosts: [],
    afterlife: null,
    blind: null,
    scope: scopeCard(),
    grants: [],
    account: null,
    ...fields,
  };
}

/** The old key of a planned rotation that has come as far as its new key. */
export function earlyCard(fields: Partial<EarlyEndCard> = {}): EarlyEndCard {
  const caller = { model: 'claude-haiku-4-5', endpoint: 'messages', requests: 12, tokens: 4_000 };
  return {
    rotationId: 'rot_1',
    reasons: ['store', 'redeploy', 'verify'],
    doubts: ['old_key_busy', 'new_key_silent'],
    withinMs: 24 * HOUR_MS,
    callers: [{ ...caller, firstAt: NOW - HOUR_MS, lastAt: NOW, hours: [NOW - HOUR_MS, NOW] }],
    ...fields,
  };
}

/** A leaking hour at the end of a quiet day. */
export function impactOf(fields: Partial<Impact> = {}): Impact {
  return {
    lastHour: { requests: 1_240, costMicroUsd: 22_100_000 },
    lastDay: { requests: 1_730, costMicroUsd: 27_400_000 },
    models: ['claude-opus-4-1', 'claude-haiku-4-5'],
    endpoints: ['messages'],
    watermark: { newestUsageAt: NOW - 5 * MINUTE_MS, failingSince: null },
    siblings: [],
    afterlife: { survivors: CAPABILITIES.survivesStop, batchesMicroUsd: null },
    early: null,
    ...fields,
  };
}

/** A cap of $500 that two other keys share. */
export function scopeCard(fields: Partial<ScopeCard> = {}): ScopeCard {
  return {
    capScope: 'workspace',
    known: knownLimits(),
    sharedWith: ['load-test', 'prod-api'],
    productionSibling: 'prod-api',
    ...fields,
  };
}

/** A cap that was raised for launch week. */
export function capGrant(fields: Partial<Grant> = {}): Grant {
  return {
    id: 'grant_1',
    kind: 'set_spend_limit',
    target: 'set_spend_limit:anthropic:wrkspc_1',
    keyId: 'key_1',
    alertId: null,
    change: { scopeId: 'wrkspc_1', from: 500_000_000, to: 800_000_000 },
    untilAt: NOW + DAY_MS,
    grantedBy: 'slack:T0ACME/U0ANA',
    reason: 'launch week needs more',
    grantedAt: NOW - DAY_MS,
    actionId: 'act_1',
    restoreActionId: null,
    warnedAt: null,
    endedAt: null,
    outcome: null,
    ...fields,
  };
}

/** What people are told of it. */
export function grantTold(fields: Partial<GrantTold> = {}): GrantTold {
  return {
    grantId: 'grant_1',
    kind: 'set_spend_limit',
    slug: 'staging-ci',
    from: '$500 a month',
    to: '$800 a month',
    by: 'slack:T0ACME/U0ANA',
    untilAt: NOW + DAY_MS,
    formerMicroUsd: 500_000_000,
    outcome: null,
    found: null,
    spentMicroUsd: 620_000_000,
    upperUntilAt: null,
    ...fields,
  };
}

/** As the inventory shows it where nothing else is known. */
export function entryOfSummary(summary: KeySummary): InventoryEntry {
  return entryOf(summary, {
    month: new Map(),
    emails: new Map(),
    insights: noInsights,
    policy: { caps: { monthly: [] } },
  });
}

export function keySummary(fields: Partial<KeySummary> = {}): KeySummary {
  const key = fields.key ?? stagingKey();
  return {
    key,
    quietSince: quietSince(key, 'listed'),
    lineage: stagingLineage(),
    providerTitle: 'Anthropic',
    scopeName: 'Staging',
    last30dMicroUsd: 108_400_000,
    called: [],
    ...fields,
  };
}

/** A rotation that was started from the alert of the examples, ten minutes ago. */
export function rotationCard(
  fields: Partial<RotationCard> = {},
  rotation: Partial<Rotation> = {},
  states: Parameters<typeof rotationOf>[1] = {},
): RotationCard {
  const who = { startedBy: 'slack:T0ACME/U0ANA', driver: 'slack:T0ACME/U0ANA' };
  const begun = { startedAt: BEGAN, alertId: 'alert_1', reason: 'it was in a public repository' };
  return {
    rotation: rotationOf({ ...who, ...begun, ...rotation }, states),
    lineage: stagingLineage(),
    oldKey: stagingKey(),
    newKey: null,
    providerTitle: 'Anthropic',
    scopeName: 'Staging',
    createSteps: { url: 'https://console.example/keys', steps: ['Choose Create Key, in workspace wrkspc_1.'] },
    stopSteps: null,
    acts: ['suspend', 'revoke'],
    alert: { number: 142, place: { channel: 'C0AIKEYS', ts: '1792203600.000100' } },
    newName: 'staging-ci-2026-10-17',
    work: NO_WORK,
    end: { canRetire: true, underWay: null, retired: null, byPolicyAt: null, approval: null },
    ...fields,
  };
}

/** A new key that is in use, and an old one that somebody still calls now and then. */
export function verificationOf(fields: Partial<Verification> = {}): Verification {
  const sum = (requests: number | null, tokens: number) => ({ requests, tokens, costMicroUsd: tokens * 10 });
  const old = { lastHour: sum(12, 9_000), lastDay: sum(340, 81_000), lastSeenAt: NOW - 8 * MINUTE_MS };
  const until = Math.floor(NOW / HOUR_MS) * HOUR_MS;
  return {
    traffic: { oldKey: old, newKey: old, dataUntil: NOW - 5 * MINUTE_MS, blindSince: null },
    burnDown: {
      unit: 'request',
      hours: Array.from({ length: 24 }, (_, index) => ({
        startAt: until - (24 - index) * HOUR_MS,
        old: Math.max(0, 100 - index * 6),
        fresh: index < 8 ? 0 : index * 7,
      })),
    },
    quiet: {
      neededMs: 26 * HOUR_MS,
      quietMs: 3 * HOUR_MS,
      since: NOW - 3 * HOUR_MS,
      isQuiet: false,
      readyAt: NOW + 23 * HOUR_MS,
      mayCome: [
        { model: 'claude-opus-4-8', gapMs: 12 * DAY_MS, lastAt: NOW - 5 * DAY_MS, isOnce: false },
        { model: 'claude-sonnet-4-6', gapMs: 15 * DAY_MS, lastAt: NOW - 20 * DAY_MS, isOnce: true },
      ],
    },
    newKey: { firstSeenAt: NOW - 16 * HOUR_MS, requests: 1_840, models: ['claude-haiku-4-5'] },
    callers: [
      {
        model: 'claude-haiku-4-5',
        endpoint: 'messages',
        requests: 340,
        tokens: 81_000,
        firstAt: NOW - 20 * HOUR_MS,
        lastAt: NOW - 3 * HOUR_MS,
        hours: [until - 20 * HOUR_MS, until - 3 * HOUR_MS],
      },
    ],
    oldUsedAt: NOW - 3 * HOUR_MS,
    doubts: ['old_key_not_quiet'],
    ...fields,
  };
}

/** What a card says of the key's cap of its own, and of what it could cost. */
export const CARD_RISK = {
  own: { microUsd: 500_000_000, origin: 'policy', enforced: true },
  overshoot: { hourMicroUsd: 12_000_000, ownMicroUsd: 2_600_000, providerMicroUsd: 3_000_000 },
  radius: {
    worst48hMicroUsd: 4_800_000_000,
    boundedBy: 'rate',
    stoppedBy: 'people',
    withinMinutes: 10,
    isTheoretical: false,
    assumptions: ['all models that it may call are used at once, each as fast as its rate limits allow'],
  },
  watch: {
    who: ['U0ANA'],
    where: { channel: '#ai-keys', direct: ['U0DEE'], webhooks: 0 },
    withinMs: 600_000,
    next: [{ step: 'admins', afterMs: 2_400_000 }],
    gaps: ['learning'],
  },
} as const;
