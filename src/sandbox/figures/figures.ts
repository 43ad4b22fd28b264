import { isOver, type Rotation, stepOf } from '../../domain/rotation.ts';
import { parseEvidence } from '../../domain/rotation-evidence.ts';
import type { ApiCall, SlackStandIn } from '../slack/index.ts';
import type { Stage } from '../stage.ts';
import type { KeyState, World, WorldKey } from '../world/index.ts';

/** What rotations came to, counted from the provider's own records, Slack's, and the database. */
export interface RotationFigures {
  readonly rotated: number;
  /** Not rotated, and the record says why. */
  readonly blocked: number;
  /** Verified although something spoke against it, with a reason. */
  readonly overrides: number;
  /** New keys for one old key that worked at the same instant, at most. */
  readonly liveNewKeysMax: number;
  /** Old keys that were stopped before the new one was verified, and without an override. */
  readonly oldRevokedBeforeVerified: number;
  /** Requests of the company's own that a stopped key refused. */
  readonly failedConsumerCalls: number;
  readonly rootMessages: number;
  readonly threadMessages: number;
  readonly edits: number;
  /** Posts in one second and channel of business time, at most; Slack takes one. */
  readonly maxPostsPerSecond: number;
  readonly auditVerified: boolean;
  readonly days: number;
}

/** What became of one key. */
export interface Fate {
  readonly kind: 'rotated' | 'blocked' | 'open';
  readonly hasOverride: boolean;
  readonly liveNewKeysMax: number;
  readonly isTooEarly: boolean;
  readonly refused: number;
  /** How often the provider ended the old key for good. */
  readonly endings: number;
  readonly newKeysThatWork: number;
}

const ENDED: ReadonlySet<KeyState> = new Set(['archived', 'deleted']);

/** What the world says of an old key and of those that came for it, held against the record. */
export function fateOf(
  { world, clock }: Pick<Stage, 'world' | 'clock'>,
  { old, made, rotation }: { old: WorldKey; made: readonly WorldKey[]; rotation: Rotation | undefined },
): Fate {
  const now = clock.now();
  const verify = rotation && stepOf(rotation, 'verify');
  const verifiedAt = verify !== undefined && isOver(verify.state) ? verify.at : null;
  const hasOverride = (parseEvidence('verify', verify?.evidence)?.override ?? null) !== null;
  const stoppedAt = world.changesOf(old.id).find(({ at, state }) => at >= world.startAt && state !== 'active')?.at;
  const isBlocked = rotation?.steps.some(({ state, reason }) => state === 'blocked' && reason !== null) === true;
  return {
    kind: rotation?.state === 'done' ? 'rotated' : isBlocked ? 'blocked' : 'open',
    hasOverride,
    liveNewKeysMax: mostAtOnce(world, made),
    isTooEarly: stoppedAt !== undefined && !hasOverride && (verifiedAt === null || stoppedAt < verifiedAt),
    refused: [old, ...made].reduce((sum, key) => sum + refusedOf(world, key, now), 0),
    endings: world.changesOf(old.id).filter(({ at, state }) => at >= world.startAt && ENDED.has(state)).length,
    newKeysThatWork: made.filter(({ id }) => world.stateOf(id, now) === 'active').length,
  };
}

/** Of what Slack has taken since `since`, by channel and second. */
export function messageFigures({ calls }: Pick<SlackStandIn, 'calls'>, isCounted: (call: ApiCall) => boolean) {
  const taken = calls.filter((call) => call.ok && isCounted(call));
  const posts = taken.filter(({ method }) => method === 'chat.postMessage');
  const perSecond = new Map<string, number>();
  for (const call of posts) perSecond.set(secondOf(call), (perSecond.get(secondOf(call)) ?? 0) + 1);
  const threadMessages = posts.filter(({ args }) => args['thread_ts'] !== undefined).length;
  return {
    rootMessages: posts.length - threadMessages,
    threadMessages,
    edits: taken.filter(({ method }) => method === 'chat.update').length,
    maxPostsPerSecond: Math.max(0, ...perSecond.values()),
  };
}

function secondOf({ args, at }: ApiCall): string {
  return `${String(args['channel'])} ${Math.floor(at / 1_000)}`;
}

/** By the order of changes and not by their instants: time stands still while the app works. */
function mostAtOnce(world: World, made: readonly WorldKey[]): number {
  const ids = new Set(made.map(({ id }) => id));
  const live = new Set<string>();
  let most = 0;
  for (const { keyId, state } of world.journal().filter((change) => ids.has(change.keyId))) {
    if (state === 'active') live.add(keyId);
    else live.delete(keyId);
    most = Math.max(most, live.size);
  }
  return most;
}

function refusedOf(world: World, { id, createdAt }: WorldKey, now: number): number {
  return world.truth.refusedRequests({ keyId: id, from: Math.max(world.startAt, createdAt), to: now });
}
