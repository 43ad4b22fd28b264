import { groupBy } from '../../domain/collections.ts';
import { isOver, type Rotation, stepOf } from '../../domain/rotation.ts';
import { parseEvidence } from '../../domain/rotation-evidence.ts';
import { SECOND_MS } from '../../domain/time.ts';
import type { ApiCall } from '../slack/index.ts';
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
  /** Old keys that were stopped before the new one was verified; by override, with a reason, counts as verified. */
  readonly oldRevokedBeforeVerified: number;
  /** Requests of the company's own that a stopped key refused. */
  readonly failedConsumerCalls: number;
  readonly rootMessages: number;
  readonly threadMessages: number;
  readonly edits: number;
  /** Posts that were tried within one second of business time in one channel, at most; Slack takes one. */
  readonly maxPostsPerSecond: number;
  /** The log's chain is whole, and of many keys it tells for each what the providers' books show. */
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
    liveNewKeysMax: mostAtOnce(world.journal(), new Set(made.map(({ id }) => id))),
    isTooEarly: stoppedAt !== undefined && !hasOverride && (verifiedAt === null || stoppedAt < verifiedAt),
    refused: [old, ...made].reduce((sum, key) => sum + refusedOf(world, key, now), 0),
    endings: world.changesOf(old.id).filter(({ at, state }) => at >= world.startAt && ENDED.has(state)).length,
    newKeysThatWork: made.filter(({ id }) => world.stateOf(id, now) === 'active').length,
  };
}

/** Of what Slack has taken, as far as it is counted. */
export function messageFigures(
  { calls }: { readonly calls: readonly ApiCall[] },
  isCounted: (call: ApiCall) => boolean,
) {
  const counted = calls.filter(isCounted);
  const tried = counted.filter(({ method }) => method === 'chat.postMessage');
  const posts = tried.filter(({ ok }) => ok);
  const threadMessages = posts.filter(({ args }) => args['thread_ts'] !== undefined).length;
  return {
    rootMessages: posts.length - threadMessages,
    threadMessages,
    edits: counted.filter(({ method, ok }) => method === 'chat.update' && ok).length,
    maxPostsPerSecond: Math.max(0, ...[...groupBy(tried, placeOf).values()].map((own) => mostWithin(own, SECOND_MS))),
  };
}

function placeOf({ args }: ApiCall): string {
  return String(args['channel']);
}

/** The most of these that lie closer together than that, oldest first. */
export function mostWithin(calls: readonly Pick<ApiCall, 'at'>[], lengthMs: number): number {
  let [first, most] = [0, 0];
  for (const [index, { at }] of calls.entries()) {
    while ((calls[first]?.at ?? at) <= at - lengthMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

/** Keys of these that worked together, by the order of changes and not by their instants: time stands still while the app works. */
export function mostAtOnce(
  journal: readonly { readonly keyId: string; readonly state: string }[],
  keyIds: ReadonlySet<string>,
): number {
  const live = new Set<string>();
  let most = 0;
  for (const { keyId, state } of journal) {
    if (!keyIds.has(keyId)) continue;
    if (state === 'active') live.add(keyId);
    else live.delete(keyId);
    most = Math.max(most, live.size);
  }
  return most;
}

function refusedOf(world: World, { id, createdAt }: WorldKey, now: number): number {
  return world.truth.refusedRequests({ keyId: id, from: Math.max(world.startAt, createdAt), to: now });
}
