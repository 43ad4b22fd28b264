import type { Key } from '../../domain/key.ts';
import { isOver, type Rotation, stepOf } from '../../domain/rotation.ts';
import { BURN_HOURS, type BurnDown, hourStarts } from '../../domain/rotation-burndown.ts';
import { showsOf } from '../../domain/rotation-proof.ts';
import { GAP_HISTORY_MS, type Gaps, gapsOf, type Quiet, quietOf } from '../../domain/rotation-quiet.ts';
import { type Doubt, doubtsOf, type RotationTraffic } from '../../domain/rotation-traffic.ts';
import { DAY_MS, HOUR_MS, latest, MINUTE_MS } from '../../domain/time.ts';
import { isUse, totalTokens, type UsageBucket } from '../../domain/usage.ts';
import { horizonOf } from '../alerts/horizon.ts';
import type { Deps } from '../deps.ts';
import { keysCountedIn } from './named-keys.ts';
import { readTraffic } from './read-traffic.ts';
import { recallGaps } from './verification-memory.ts';

// Usage comes in buckets, and programs take a moment to end.
const RESTART_MS = 5 * MINUTE_MS;

/** Somebody who used the old key lately. */
export interface Caller {
  readonly model: string;
  readonly endpoint: string;
  /** Null where the provider does not count requests. */
  readonly requests: number | null;
  readonly tokens: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Starts of the hours in which it called. */
  readonly hours: readonly number[];
}

/** What the new key has shown since the rotation began. */
export interface NewKeyTraffic {
  readonly firstSeenAt: number | null;
  readonly requests: number | null;
  readonly models: readonly string[];
}

/** All that speaks for and against calling a move to the new key verified. */
export interface Verification {
  readonly traffic: RotationTraffic;
  readonly burnDown: BurnDown;
  readonly quiet: Quiet;
  readonly newKey: NewKeyTraffic | null;
  /** Of the time in which the old key has to be quiet, of a day at least; most use first. */
  readonly callers: readonly Caller[];
  /** Start of the newest bucket in which the old key was used. */
  readonly oldUsedAt: number | null;
  readonly doubts: readonly Doubt[];
}

type ReadDeps = Pick<Deps, 'store' | 'clock'>;

export async function readVerification(deps: ReadDeps, rotation: Rotation): Promise<Verification | null> {
  const { store, clock } = deps;
  const now = clock.now();
  const old = await store.read.keys.get(rotation.oldKeyId);
  if (old === undefined) return null;
  const traffic = await readTraffic(deps, rotation);
  const completeUntil = await completeUntilOf(deps, old);
  const until = completeUntil ?? now;
  const from = hourStarts(until)[0] ?? until - BURN_HOURS * HOUR_MS;
  const oldUses = (await store.read.usage.ofKeys([old.id], { from, to: now })).filter(isUse);
  const newUses = await newUsesOf(deps, rotation);
  const quiet = quietOf({
    kind: rotation.kind,
    hasEnded: showsOf(old.status) === 'ended',
    lastUsedAt: lastUseEnd(old, oldUses),
    knownFrom: now - GAP_HISTORY_MS,
    completeUntil,
    gaps: await gapsNow(deps, rotation),
  });
  return {
    traffic,
    burnDown: burnDownOf(oldUses, newUses, until),
    quiet,
    newKey: rotation.newKeyId === null ? null : newKeyOf(newUses),
    callers: callersOf([
      ...(await usesBefore(deps, old, { quiet, from, until })),
      ...oldUses.filter(({ startAt }) => startAt >= from),
    ]),
    oldUsedAt: oldUses.reduce<number | null>((at, { startAt }) => latest(at, startAt), old.lastUsedAt),
    doubts: doubtsOf(traffic, quiet, now),
  };
}

/** Older use of a key that is not quiet yet; in hours, and of eight days at most. */
async function usesBefore(
  { store }: ReadDeps,
  { id }: Key,
  { quiet, from, until }: { readonly quiet: Quiet; readonly from: number; readonly until: number },
): Promise<readonly UsageBucket[]> {
  const range = { from: until - quiet.neededMs, to: from };
  if (quiet.isQuiet || range.from >= range.to) return [];
  return (await store.read.usage.ofKeysFolded([id], range, HOUR_MS)).filter(isUse);
}

/** What was used before this is known; while usage cannot be read it stands still, so that blind time is no quiet time. */
async function completeUntilOf({ store, clock }: ReadDeps, { connectionId }: Key): Promise<number | null> {
  const watermark = await store.read.watermarks.get(connectionId);
  return watermark?.polledAt ? horizonOf(watermark, clock.now()).completeUntil : null;
}

/** The bucket that shows a use ends later than its start, which is what the key remembers. */
function lastUseEnd({ lastUsedAt }: Key, uses: readonly UsageBucket[]): number | null {
  return uses.reduce<number | null>((at, { startAt, widthMs }) => latest(at, startAt + widthMs), lastUsedAt);
}

async function newUsesOf(
  { store, clock }: ReadDeps,
  { newKeyId, startedAt }: Rotation,
): Promise<readonly UsageBucket[]> {
  if (newKeyId === null) return [];
  const range = { from: startedAt - DAY_MS, to: clock.now() };
  return (await store.read.usage.ofKeysFolded([newKeyId], range, HOUR_MS)).filter(isUse);
}

function newKeyOf(uses: readonly UsageBucket[]): NewKeyTraffic {
  return {
    firstSeenAt: uses.reduce<number | null>((at, { startAt }) => Math.min(at ?? startAt, startAt), null),
    requests: requestsOf(uses),
    models: [...new Set(uses.map(({ model }) => model))].sort(),
  };
}

/** Looked for once a day: five weeks of hours are a lot to read at every poll. */
async function gapsNow({ store, clock }: ReadDeps, { id, lineageId, newKeyId, startedAt }: Rotation): Promise<Gaps> {
  const now = clock.now();
  return recallGaps({ store, rotationId: id, now }, async () => {
    const keys = await keysCountedIn(store.read, lineageId);
    const from = startedAt - GAP_HISTORY_MS;
    const keyIds = keys.map((key) => key.id);
    const all = (await store.read.usage.ofKeysFolded(keyIds, { from, to: now }, HOUR_MS)).filter(isUse);
    // A model that only the new key calls says nothing of who calls with the old one.
    const models = new Set(all.filter(({ keyId }) => keyId !== newKeyId).map(({ model }) => model));
    const uses = all.filter(({ model }) => models.has(model));
    // Where the provider does not say when a key was made, its first use may be older than our first look.
    const known = [...keys.map((key) => key.createdAt ?? key.firstSeenAt), ...uses.map(({ startAt }) => startAt)];
    return gapsOf(
      uses.map(({ model, startAt, widthMs }) => ({ model, startAt, endAt: startAt + widthMs })),
      {
        from: Math.max(
          from,
          known.reduce((least, at) => Math.min(least, at), now),
        ),
        until: startedAt,
      },
    );
  });
}

function burnDownOf(old: readonly UsageBucket[], fresh: readonly UsageBucket[], until: number): BurnDown {
  const isCounted = [...old, ...fresh].some(({ requests }) => requests !== null);
  const countOf = ({ requests, tokens }: UsageBucket) => (isCounted ? (requests ?? 0) : totalTokens(tokens));
  const countIn = (buckets: readonly UsageBucket[], at: number) =>
    buckets.reduce((sum, one) => (one.startAt >= at && one.startAt < at + HOUR_MS ? sum + countOf(one) : sum), 0);
  const hours = hourStarts(until).map((startAt) => ({
    startAt,
    old: countIn(old, startAt),
    fresh: countIn(fresh, startAt),
  }));
  return { unit: isCounted ? 'request' : 'token', hours };
}

function callersOf(uses: readonly UsageBucket[]): readonly Caller[] {
  const groups = new Map<string, UsageBucket[]>();
  for (const use of uses) {
    const name = JSON.stringify([use.model, use.endpoint]);
    groups.set(name, [...(groups.get(name) ?? []), use]);
  }
  const callers = [...groups.values()].flatMap((own): Caller[] => {
    const [first] = own;
    if (first === undefined) return [];
    return [
      {
        model: first.model,
        endpoint: first.endpoint,
        requests: requestsOf(own),
        tokens: own.reduce((sum, { tokens }) => sum + totalTokens(tokens), 0),
        firstAt: Math.min(...own.map(({ startAt }) => startAt)),
        lastAt: Math.max(...own.map(({ startAt, widthMs }) => startAt + widthMs)),
        hours: [...new Set(own.map(({ startAt }) => Math.floor(startAt / HOUR_MS) * HOUR_MS))].sort((a, b) => a - b),
      },
    ];
  });
  return callers.sort((a, b) => (b.requests ?? b.tokens) - (a.requests ?? a.tokens));
}

/** Those who still call after everybody was said to read the new value: whoever was forgotten and is not found yet. */
export function callersSince(callers: readonly Caller[], rotation: Pick<Rotation, 'steps'>): readonly Caller[] {
  const { state, at } = stepOf(rotation, 'redeploy');
  if (!isOver(state) || at === null) return [];
  const newest = Math.max(0, ...callers.map(({ lastAt }) => lastAt));
  return callers.filter(({ lastAt }) => lastAt > at + RESTART_MS && lastAt > newest - DAY_MS);
}

function requestsOf(uses: readonly UsageBucket[]): number | null {
  const counted = uses.filter(({ requests }) => requests !== null);
  return counted.length === 0 ? null : counted.reduce((sum, { requests }) => sum + (requests ?? 0), 0);
}
