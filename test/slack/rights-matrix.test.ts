import { describe, expect, test, vi } from 'vitest';
import type { ActionKind } from '../../src/domain/action.ts';
import type { Person } from '../../src/domain/authorise.ts';
import type { Environment } from '../../src/domain/key.ts';
import { accountOf, seenOf } from '../../src/services/actions/account.ts';
import type { Alone } from '../../src/services/actions/break-glass.ts';
import { actOf } from '../../src/services/actions/describe-consent.ts';
import type { RequestOutcome } from '../../src/services/actions/record-consented.ts';
import { requestAction } from '../../src/services/actions/request-action.ts';
import { requestOwnerDeletion } from '../../src/services/actions/request-owner-deletion.ts';
import { requestRetirement } from '../../src/services/actions/request-retirement.ts';
import { openRotation } from '../../src/services/rotation/open-rotation.ts';
import { approvalButtons } from '../../src/slack/actions/decide-approval.ts';
import { authorise } from '../../src/slack/authorise.ts';
import { encodeApproval } from '../../src/slack/button-value.ts';
import type { Identity, SlackContext } from '../../src/slack/context.ts';
import { type Bench, openBench, present } from '../support/bench-deps.ts';
import { fakeKey } from '../support/fake-provider.ts';
import { alertOn } from '../support/findings.ts';

// Some hundred requests against real stores.
vi.setConfig({ testTimeout: 60_000 });

const IDENTITY: Identity = {
  teamId: 'T1',
  botUserId: 'U0BOT',
  botId: 'B0BOT',
  workspaceUrl: null,
  appId: null,
  enterpriseId: null,
};
const ROLES = [
  'nobody',
  'owner who claims',
  'owner',
  'responder',
  'responder by group',
  'admin',
  'admin who is a guest',
  'admin of another workspace',
] as const;
type Who = (typeof ROLES)[number];
const KINDS = ['suspend', 'restore', 'revoke', 'delete_owner', 'retire'] as const;
type Kind = Extract<ActionKind, (typeof KINDS)[number]>;
const ENVIRONMENTS: readonly Environment[] = ['production', 'unknown', 'staging', 'development'];
const MODES = ['plain', 'alone, critical alert', 'alone, public key', 'alone without a reason'] as const;
type Mode = (typeof MODES)[number];

interface Case {
  readonly who: Who;
  readonly kind: Kind;
  readonly mode: Mode;
  readonly userId: string;
  readonly key: string;
}

const RIGHTS: Readonly<Record<Kind, readonly Who[]>> = {
  suspend: ['owner', 'responder', 'responder by group', 'admin'],
  restore: ['responder', 'responder by group', 'admin'],
  revoke: ['responder', 'responder by group', 'admin'],
  delete_owner: ['admin'],
  retire: ['responder', 'responder by group', 'admin'],
};
const MAY_BE_ALONE: readonly Who[] = ['responder', 'responder by group', 'admin'];

/** The rule as the documentation tells it, written down a second time. */
function expected({ who, kind, mode }: Case, environment: Environment): 'refused' | 'done' | 'waits' | 'done alone' {
  if (!RIGHTS[kind].includes(who)) return 'refused';
  if (mode !== 'plain' && !MAY_BE_ALONE.includes(who)) return 'refused';
  const isFinal = kind === 'revoke' || kind === 'delete_owner' || kind === 'retire';
  const isProduction = environment === 'production' || environment === 'unknown';
  if (!isFinal || !isProduction) return 'done';
  if (mode === 'plain') return 'waits';
  return mode === 'alone without a reason' ? 'refused' : 'done alone';
}

const CASES: readonly Case[] = ROLES.flatMap((who) =>
  KINDS.flatMap((kind) => MODES.map((mode) => ({ who, kind, mode }))),
).map((one, index) => ({ ...one, userId: `U${index}`, key: `key_${index}` }));

/** A key and a person of its own for every case, so that none stands in another one's way. */
async function world(environment: Environment): Promise<{ bench: Bench; context: SlackContext }> {
  const bench = openBench({ extras: ['deleteKeyOwner'] });
  for (const { kind, key } of CASES) {
    const owner = { kind: 'service_account', id: `svc_${key}`, name: key, email: null, hasAccess: true } as const;
    const status = kind === 'restore' ? 'inactive' : 'active';
    bench.provider.put(
      fakeKey(key, { label: `${key} of nobody`, status, ...(kind === 'delete_owner' ? { owner } : {}) }),
    );
  }
  await bench.sync();
  for (const { who, key, userId } of CASES) {
    const lineage = await bench.lineageOf(key);
    const owned = who.startsWith('owner') ? userId : null;
    const ownerStanding = who === 'owner who claims' ? 'claimed' : 'confirmed';
    await bench.store.write((tx) =>
      tx.lineages.update({ ...lineage, environment, ownerSlackId: owned, ownerStanding }),
    );
  }
  const idsOf = (who: string) => CASES.filter((one) => one.who.startsWith(who)).map(({ userId }) => userId);
  const responders = [
    ...CASES.filter(({ who }) => who === 'responder').map(({ userId }) => userId),
    'S0RESPONDERS',
    'U0SECOND',
  ];
  const roles = { admins: [...idsOf('admin'), 'U0BOSS'], responders, viewers: null };
  const directory = { ...bench.deps.directory, person: async (userId: string) => personOf(userId) };
  const deps = { ...bench.deps, directory, policy: { ...bench.deps.policy, roles } };
  return { bench: { ...bench, deps }, context: { deps, identity: IDENTITY } as unknown as SlackContext };
}

function personOf(userId: string): Person {
  const who = CASES.find((one) => one.userId === userId)?.who;
  return {
    userId,
    teamId: 'T1',
    name: userId,
    email: null,
    isActiveFullMember: who !== 'admin who is a guest',
    groupIds: who === 'responder by group' ? ['S0RESPONDERS'] : [],
  };
}

async function attempt(bench: Bench, context: SlackContext, one: Case): Promise<RequestOutcome> {
  const { who, kind, mode, userId } = one;
  const key = await bench.keyOf(one.key);
  const lineage = await bench.lineageOf(one.key);
  const gesture = { userId, teamId: who === 'admin of another workspace' ? 'T2' : 'T1' };
  const actor = await authorise(context, { gesture, act: actOf(kind), lineage });
  const alone: Alone | null = mode === 'plain' ? null : { isPublic: mode === 'alone, public key' };
  if (alone !== null) await authorise(context, { gesture, act: 'break_glass', lineage });
  const { generation } = key;
  const request = {
    actor,
    keyId: key.id,
    generation,
    alertId: null,
    reason: 'why not',
    typedSlug: lineage.slug,
    alone,
  };
  if (kind === 'retire') {
    const purpose = { kind: 'emergency', isPublic: true } as const;
    const opened = await openRotation(bench.deps, { ...request, purpose });
    return requestRetirement(bench.deps, { ...request, rotationId: opened.rotation.id });
  }
  if (kind !== 'delete_owner') return requestAction(bench.deps, { ...request, kind });
  const account = present(await accountOf({ providers: bench.deps.providers, repos: bench.store.read }, key));
  return requestOwnerDeletion(bench.deps, { ...request, seen: seenOf(account.keys.map(({ id }) => id)) });
}

function nameOf(outcome: RequestOutcome | null): string {
  if (outcome === null) return 'refused';
  if (outcome.kind === 'waits') return 'waits';
  return outcome.action.consent === null ? 'done' : 'done alone';
}

describe.each(ENVIRONMENTS)('on a key of environment %s', (environment) => {
  test(`each of ${CASES.length} combinations of role, act and consent does what the table says, and nothing else`, async () => {
    const { bench, context } = await world(environment);
    for (const { mode, key } of CASES) {
      if (mode === 'alone, critical alert') await alertOn(bench, key, { severity: 'critical' });
    }

    const found: string[] = [];
    const wanted: string[] = [];
    for (const one of CASES) {
      const name = `${one.who} · ${one.kind} · ${one.mode}`;
      const outcome = await attempt(bench, context, one).catch((error: { code?: string }) => {
        if (error.code !== 'forbidden') throw error;
        return null;
      });
      found.push(`${name}: ${nameOf(outcome)}`);
      wanted.push(`${name}: ${expected(one, environment)}`);
      const actions = await bench.store.read.actions.ofKey((await bench.keyOf(one.key)).id);
      expect([name, actions.length]).toEqual([name, expected(one, environment).startsWith('done') ? 1 : 0]);
    }

    expect(found).toEqual(wanted);
    expect(await bench.store.read.audit.verify(undefined)).toMatchObject({ ok: true });
  });
});

test('of all of them only those who could have asked can approve, and the asker never', async () => {
  const { bench, context } = await world('production');
  const approve = present(approvalButtons.find(({ id }) => id === 'approval_approve'));
  const found: string[] = [];
  const wanted: string[] = [];
  for (const kind of ['revoke', 'delete_owner', 'retire'] as const) {
    const asked = CASES.filter((one) => one.who === 'admin' && one.kind === kind && one.mode === 'plain');
    const asker = present(asked[0]);
    for (const approver of [
      asker,
      ...ROLES.map((who) => present(CASES.find((one) => one.who === who && one !== asker))),
    ]) {
      const outcome = await attempt(bench, context, asker);
      if (outcome.kind !== 'waits') throw new Error('it does not wait');
      const teamId = approver.who === 'admin of another workspace' ? 'T2' : 'T1';
      const click = {
        userId: approver.userId,
        teamId,
        triggerId: 't',
        channel: 'C1',
        viewId: null,
        isEphemeral: false,
        value: encodeApproval(outcome.approval.id),
        reply: async () => {},
        replace: async () => {},
      };
      await approve.run(context, click).catch((error: { code?: string }) => {
        if (error.code !== 'forbidden') throw error;
      });
      const state = (await bench.store.read.approvals.get(outcome.approval.id))?.state;
      const may = approver !== asker && RIGHTS[kind].includes(approver.who);
      found.push(`${kind} by ${approver.who} ${approver.userId}: ${state}`);
      wanted.push(`${kind} by ${approver.who} ${approver.userId}: ${may ? 'approved' : 'waiting'}`);
      // Back to the beginning for the next one.
      bench.raw().exec('DELETE FROM approvals; DELETE FROM actions');
    }
  }

  expect(found).toEqual(wanted);
});
