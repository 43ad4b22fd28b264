import { groupBy } from '../../domain/collections.ts';
import { isOver, type Rotation, stepOf } from '../../domain/rotation.ts';
import { parseEvidence } from '../../domain/rotation-evidence.ts';
import type { AuditRecord } from '../../ports/audit.ts';
import type { ApiCall } from '../slack/index.ts';
import type { Stage } from '../stage.ts';
import type { Fleet, FleetKey } from './fleet.ts';
import type { FleetWorld, WorldKey } from './fleet-world.ts';

/** What a campaign came to, as the providers' books, the workspace and the database show it. */
export interface CampaignFigures {
  readonly rotated: number;
  /** Not rotated, and the record says why. */
  readonly blocked: number;
  /** Verified although something spoke against it, with a reason. */
  readonly overrides: number;
  /** New keys of one lineage that worked at the same time, at most. */
  readonly liveNewKeysMax: number;
  readonly oldRevokedBeforeVerified: number;
  /** Requests of the company's own that a stopped key refused. */
  readonly failedConsumerCalls: number;
  readonly rootMessages: number;
  readonly threadMessages: number;
  readonly edits: number;
  /** Posts that were tried in one second and one channel of business time, at most; Slack takes one. */
  readonly maxPostsPerSecond: number;
  /** The log's chain is whole, and it tells of each rotated key what the providers' books show. */
  readonly auditVerified: boolean;
  readonly days: number;
}

/** For people: what the figures do not say. */
export interface CampaignDetails {
  readonly keys: number;
  /** Of the failed calls, those whose old key was ended by override: somebody knew and said why. */
  readonly failedOfOverridden: number;
  readonly directMessages: number;
  readonly reminders: number;
  /** Edits in one minute, at most. */
  readonly maxEditsPerMinute: number;
  /** Clicks that a second person had to make. */
  readonly approvals: number;
  /** Alerts about keys that nobody stole. */
  readonly alerts: number;
  /** What does not stand as it should at the end; empty when all is proven. */
  readonly unproven: readonly string[];
}

export interface CampaignResult {
  readonly figures: CampaignFigures;
  readonly details: CampaignDetails;
}

interface Ended {
  readonly fleet: Fleet;
  readonly world: FleetWorld;
  readonly days: number;
}

const AUDIT_PAGE = 100_000;

export async function resultOf(stage: Stage, { fleet, world, days }: Ended): Promise<CampaignResult> {
  const { alerts, audit, campaigns, keys } = stage.app.deps.store.read;
  const ran = [...(await campaigns.closed(100)), ...(await campaigns.standing())].filter(
    (one) => one.startedAt !== null,
  );
  const rotations = (await Promise.all(ran.map(({ id }) => campaigns.rotations(id)))).flat();
  const members = (await Promise.all(ran.map(({ id }) => campaigns.members(id)))).flat();
  const idOf = new Map((await keys.all()).map(({ id, providerKeyId }) => [providerKeyId, id]));
  const byOldKey = new Map(rotations.map((rotation) => [rotation.oldKeyId, rotation]));
  const entries = await audit.page({ subjects: null, verbs: ['rotation.', 'key.'] }, { offset: 0, limit: AUDIT_PAGE });
  const told = groupBy(entries, ({ subject }) => subject);
  const fates = fleet.keys.map((key) => {
    const oldId = idOf.get(key.keyId) ?? '';
    const rotation = byOldKey.get(oldId);
    return fateOf({
      key,
      world,
      rotation,
      told: [...(told.get(rotation?.id ?? '') ?? []), ...(told.get(oldId) ?? [])],
    });
  });
  const isWhole = (await audit.verify(undefined)).ok;
  const messages = messagesOf(stage);
  return {
    figures: {
      rotated: fates.filter(({ kind }) => kind === 'rotated').length,
      blocked: fates.filter(({ kind }) => kind === 'blocked').length,
      overrides: rotations.filter((one) => overrideOf(one) !== null).length,
      liveNewKeysMax: Math.max(0, ...fates.map((fate) => fate.liveNewKeysMax)),
      oldRevokedBeforeVerified: fates.filter(({ isTooEarly }) => isTooEarly).length,
      failedConsumerCalls: fates.reduce((sum, { refused }) => sum + refused, 0),
      ...messages.figures,
      auditVerified: isWhole && fates.every(({ isTold }) => isTold),
      days,
    },
    details: {
      keys: fleet.keys.length,
      failedOfOverridden: fates.reduce((sum, { refused, isOverridden }) => sum + (isOverridden ? refused : 0), 0),
      ...messages.details,
      reminders: members.reduce((sum, { reminded }) => sum + reminded, 0),
      approvals: entries.filter(({ verb }) => verb.endsWith('.approved')).length,
      alerts: (await alerts.unresolved()).length,
      unproven: [...(isWhole ? [] : ['the audit chain is broken']), ...fates.flatMap(({ problem }) => problem ?? [])],
    },
  };
}

interface Fate {
  readonly kind: 'rotated' | 'blocked' | 'open';
  readonly liveNewKeysMax: number;
  readonly isTooEarly: boolean;
  readonly isTold: boolean;
  readonly isOverridden: boolean;
  /** Requests that its old or new keys refused. */
  readonly refused: number;
  readonly problem: string | null;
}

interface Lookup {
  readonly key: FleetKey;
  readonly world: FleetWorld;
  readonly rotation: Rotation | undefined;
  /** The audit log on the rotation and the old key. */
  readonly told: readonly AuditRecord[];
}

/** What the providers' books say of one key, held against the record. */
function fateOf(lookup: Lookup): Fate {
  const { key, world, rotation, told } = lookup;
  const fresh = world.keysOf(key.provider).filter(({ name }) => rotation !== undefined && name === rotation.newName);
  const together = fresh.map(({ createdAt }) => fresh.filter((one) => worksAt(world, one, createdAt)).length);
  const verify = rotation && stepOf(rotation, 'verify');
  const verifiedAt = verify !== undefined && isOver(verify.state) && verify.at !== null ? verify.at : null;
  const stoppedAt = world.key(key.keyId)?.changes[0]?.at ?? null;
  const isBlocked = rotation?.steps.some(({ state, reason }) => state === 'blocked' && reason !== null) === true;
  const kind = rotation?.state === 'done' ? 'rotated' : isBlocked ? 'blocked' : 'open';
  return {
    kind,
    liveNewKeysMax: Math.max(0, ...together),
    isTooEarly: stoppedAt !== null && (verifiedAt === null || stoppedAt < verifiedAt),
    isTold: kind !== 'rotated' || (stoppedAt !== null && tells(told, stoppedAt)),
    isOverridden: rotation !== undefined && overrideOf(rotation) !== null,
    refused: [key.keyId, ...fresh.map(({ id }) => id)].reduce((sum, id) => sum + world.refusedCalls(id), 0),
    problem: problemOf(lookup, { kind, fresh }),
  };
}

function problemOf(
  { key: { keyId, name }, world }: Lookup,
  { kind, fresh }: Pick<Fate, 'kind'> & { readonly fresh: readonly WorldKey[] },
): string | null {
  const state = world.stateOf(keyId);
  if (kind === 'open') return `${name} is neither rotated nor blocked with a reason`;
  if (kind === 'blocked') return state === 'active' ? null : `the old key of ${name} is stopped although it is blocked`;
  if (fresh.filter(({ id }) => world.stateOf(id) === 'active').length !== 1) {
    return `${name} has not exactly one new key that works`;
  }
  return state === 'archived' || state === 'deleted' ? null : `the old key of ${name} is not revoked`;
}

function worksAt(world: FleetWorld, { id, createdAt }: WorldKey, at: number): boolean {
  return createdAt <= at && world.stateOf(id, at) === 'active';
}

/** Verified first, stopped by somebody who is named, and seen to have ended. */
function tells(told: readonly AuditRecord[], stoppedAt: number): boolean {
  const isStep = (step: string) => (entry: AuditRecord) =>
    entry.verb === 'rotation.step.done' && entry.detail['step'] === step;
  const isVerified = told.some((entry) => isStep('verify')(entry) && entry.at <= stoppedAt);
  const isAsked = told.some(({ verb, at }) => /^key\.(revoke|retire)\.requested$/.test(verb) && at <= stoppedAt);
  return isVerified && isAsked && told.some((entry) => isStep('revoke')(entry) && entry.at >= stoppedAt);
}

function overrideOf(rotation: Rotation) {
  return parseEvidence('verify', stepOf(rotation, 'verify').evidence)?.override ?? null;
}

/** Of what Slack was asked. */
function messagesOf({ slack }: Stage) {
  const isDirect = (channel: unknown) => slack.workspace.channel(String(channel))?.kind === 'im';
  const tried = slack.calls.filter(({ method }) => method === 'chat.postMessage');
  const posted = tried.filter(({ ok }) => ok);
  const inChannel = posted.filter(({ args }) => !isDirect(args['channel']));
  const threadMessages = inChannel.filter(({ args }) => args['thread_ts'] !== undefined).length;
  const edits = slack.calls.filter(({ method, ok }) => method === 'chat.update' && ok);
  return {
    figures: {
      rootMessages: inChannel.length - threadMessages,
      threadMessages,
      edits: edits.length,
      maxPostsPerSecond: mostIn(tried, 1_000),
    },
    details: { directMessages: posted.length - inChannel.length, maxEditsPerMinute: mostIn(edits, 60_000, false) },
  };
}

/** The most calls that lie closer together than `lengthMs`, by channel or in all. */
function mostIn(calls: readonly ApiCall[], lengthMs: number, byChannel = true): number {
  const places = groupBy(calls, ({ args }) => (byChannel ? args['channel'] : null));
  let most = 0;
  for (const place of places.values()) {
    let first = 0;
    for (const [index, { at }] of place.entries()) {
      while ((place[first]?.at ?? at) <= at - lengthMs) first += 1;
      most = Math.max(most, index - first + 1);
    }
  }
  return most;
}
