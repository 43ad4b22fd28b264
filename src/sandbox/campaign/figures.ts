import { groupBy } from '../../domain/collections.ts';
import { isOver, type Rotation, stepOf } from '../../domain/rotation.ts';
import { parseEvidence } from '../../domain/rotation-evidence.ts';
import { MINUTE_MS } from '../../domain/time.ts';
import type { AuditRecord } from '../../ports/audit.ts';
import { rowsOf } from '../../services/campaigns/close-campaign.ts';
import { messageFigures, mostAtOnce, mostWithin, type RotationFigures } from '../figures/figures.ts';
import { figureFaults } from '../figures/verdict.ts';
import type { ApiCall } from '../slack/index.ts';
import type { Stage } from '../stage.ts';
import type { Fleet, FleetKey } from './fleet.ts';
import type { FleetWorld, WorldKey } from './fleet-world.ts';

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
  readonly figures: RotationFigures;
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
  const all = [...(await campaigns.closed(100)), ...(await campaigns.standing())];
  const ran = all.filter((one) => one.startedAt !== null);
  const rows = (await Promise.all(ran.map(({ id }) => rowsOf(stage.app.deps.store.read, id)))).flat();
  const rotations = rows.flatMap(({ rotation }) => rotation ?? []);
  const members = rows.map(({ member }) => member);
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
  const failedOfOverridden = fates.reduce((sum, { refused, isOverridden }) => sum + (isOverridden ? refused : 0), 0);
  const figures: RotationFigures = {
    rotated: fates.filter(({ kind }) => kind === 'rotated').length,
    blocked: fates.filter(({ kind }) => kind === 'blocked').length,
    overrides: rotations.filter((one) => overrideOf(one) !== null).length,
    liveNewKeysMax: Math.max(0, ...fates.map((fate) => fate.liveNewKeysMax)),
    oldRevokedBeforeVerified: fates.filter(({ isTooEarly }) => isTooEarly).length,
    failedConsumerCalls: fates.reduce((sum, { refused }) => sum + refused, 0),
    ...messages.figures,
    auditVerified: isWhole && fates.every(({ isTold }) => isTold),
    days,
  };
  const beside = {
    failedOfOverridden,
    maxEditsPerMinute: messages.details.maxEditsPerMinute,
    // One for each that was announced.
    rootMessages: all.filter(({ state }) => state !== 'planned').length,
  };
  return {
    figures,
    details: {
      keys: fleet.keys.length,
      failedOfOverridden,
      ...messages.details,
      reminders: members.reduce((sum, { reminded }) => sum + reminded, 0),
      approvals: entries.filter(({ verb }) => verb.endsWith('.approved')).length,
      alerts: (await alerts.unresolved()).length,
      unproven: [...figureFaults(figures, beside), ...fates.flatMap(({ problem }) => problem ?? [])],
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
  const verify = rotation && stepOf(rotation, 'verify');
  const verifiedAt = verify !== undefined && isOver(verify.state) && verify.at !== null ? verify.at : null;
  const stoppedAt = world.key(key.keyId)?.changes[0]?.at ?? null;
  const isBlocked = rotation?.steps.some(({ state, reason }) => state === 'blocked' && reason !== null) === true;
  const kind = rotation?.state === 'done' ? 'rotated' : isBlocked ? 'blocked' : 'open';
  return {
    kind,
    liveNewKeysMax: mostAtOnce(world.journal, new Set(fresh.map(({ id }) => id))),
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

/** Of what Slack was asked; direct messages are told apart. */
function messagesOf({ slack }: Stage) {
  const isDirect = ({ args }: ApiCall) => slack.workspace.channel(String(args['channel']))?.kind === 'im';
  const edits = slack.calls.filter(({ method, ok }) => method === 'chat.update' && ok);
  return {
    figures: messageFigures(slack, (call) => call.method === 'chat.update' || !isDirect(call)),
    details: {
      directMessages: slack.calls.filter((call) => call.method === 'chat.postMessage' && call.ok && isDirect(call))
        .length,
      maxEditsPerMinute: mostWithin(edits, MINUTE_MS),
    },
  };
}
