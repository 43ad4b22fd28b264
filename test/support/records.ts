import type { Action } from '../../src/domain/action.ts';
import { type Alert, NEW_ALERT } from '../../src/domain/alert.ts';
import { APPROVAL_MS, type Approval } from '../../src/domain/approval.ts';
import { type Key, type Lineage, NEW_LINEAGE } from '../../src/domain/key.ts';
import type { KnownLimits, ScopeLimits } from '../../src/domain/limits.ts';
import type { Store, UsageRow } from '../../src/ports/store.ts';

/** A round instant; the records of the tests lie around it. */
export const NOON = Date.UTC(2026, 2, 3, 12);

export function lineageOf(fields: Partial<Lineage> = {}): Lineage {
  const id = fields.id ?? 'lin_1';
  return {
    ...NEW_LINEAGE,
    id,
    slug: `slug-of-${id}`,
    environment: 'staging',
    ownerSlackId: null,
    createdAt: NOON,
    ...fields,
  };
}

export function keyOf(fields: Partial<Key> = {}): Key {
  const id = fields.id ?? 'key_1';
  return {
    id,
    lineageId: 'lin_1',
    connectionId: 'openai-main',
    providerId: 'openai',
    providerKeyId: `provider-${id}`,
    scopeId: 'proj_1',
    label: `label of ${id}`,
    hint: 'sk-…9f2a',
    status: 'active',
    generation: 1,
    createdAt: NOON,
    lastUsedAt: null,
    expiresAt: null,
    owner: null,
    kind: 'inference',
    firstSeenAt: NOON,
    lastSeenAt: NOON,
    goneAt: null,
    stoppedAt: null,
    announced: true,
    ...fields,
  };
}

export function usageOf(fields: Partial<UsageRow> = {}): UsageRow {
  return {
    connectionId: 'openai-main',
    keyId: 'key_1',
    model: 'gpt-5',
    endpoint: 'completions',
    variant: '',
    startAt: NOON,
    widthMs: 60_000,
    tokens: { uncachedInput: 100, cachedInput: 20, cacheWrite5m: 3, cacheWrite1h: 4, output: 50 },
    requests: 7,
    costMicroUsd: 1_234_567,
    priceSource: 'listed',
    priceVersion: '2026-01',
    ...fields,
  };
}

export function alertOf(fields: Partial<Alert> = {}): Alert {
  return {
    ...NEW_ALERT,
    id: 'alert_1',
    number: 1,
    lineageId: 'lin_1',
    keyId: 'key_1',
    state: 'open',
    severity: 'high',
    detectorIds: ['spend-spike'],
    headline: ['spending ', { money: 22_000_000 }, ' on ', { foreign: 'gpt-5' }],
    reason: ['Began ', { instant: NOON }, ', ', { lengthMs: 300_000 }, ' ago.'],
    evidence: { ratio: 560, model: 'gpt-5', isNew: true, none: null, models: ['gpt-5', 'o3'] },
    perKey: {},
    startedAt: NOON,
    openedAt: NOON + 1,
    lastFindingAt: NOON + 2,
    lostMicroUsd: 22_000_000,
    dataUntil: NOON + 3,
    ...fields,
  };
}

export function actionOf(fields: Partial<Action> = {}): Action {
  const id = fields.id ?? 'act_1';
  return {
    id,
    idempotencyKey: `suspend:key_1:${id}`,
    kind: 'suspend',
    keyId: 'key_1',
    alertId: null,
    requestedBy: 'slack:T1/U1',
    reason: 'leaked',
    state: 'pending',
    attempts: 0,
    notBeforeAt: NOON,
    requestedAt: NOON,
    executedAt: null,
    confirmedAt: null,
    verifiedAt: null,
    checkedUntil: null,
    usedAfterMicroUsd: null,
    problem: null,
    problemCode: null,
    params: null,
    consent: null,
    ...fields,
  };
}

export function approvalOf(fields: Partial<Approval> = {}): Approval {
  return {
    id: 'approval_1',
    idempotencyKey: 'revoke:key_1:1',
    kind: 'revoke',
    keyId: 'key_1',
    generation: 1,
    params: null,
    alertId: null,
    requestedBy: 'slack:T1/U1',
    reason: 'leaked',
    state: 'waiting',
    requestedAt: NOON,
    expiresAt: NOON + APPROVAL_MS,
    decidedBy: null,
    decidedAt: null,
    problem: null,
    actionId: null,
    ...fields,
  };
}

export function knownLimits(fields: Partial<KnownLimits> = {}): KnownLimits {
  return {
    connectionId: 'anthropic',
    scopeId: 'wrkspc_1',
    limits: limitsOf(),
    revision: 1,
    readAt: NOON,
    notBeforeAt: NOON,
    capRefusedAt: null,
    problem: null,
    ...fields,
  };
}

export function limitsOf(fields: Partial<ScopeLimits> = {}): ScopeLimits {
  return {
    spendLimit: { availability: 'available', monthlyMicroUsd: 500_000_000, enforcing: null },
    rateLimits: [{ id: 'rl_1#requests_per_minute', model: 'fake-1', kind: 'requests_per_minute', value: 4_000 }],
    models: { availability: 'available', mode: 'all', models: [] },
    ...fields,
  };
}

/** What alerts and actions refer to. */
export async function insertKey(store: Store, key: Key = keyOf()): Promise<void> {
  await store.write(async (tx) => {
    await tx.lineages.insert(lineageOf({ id: key.lineageId }));
    await tx.keys.insert(key);
  });
}
