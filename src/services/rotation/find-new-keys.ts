import { actorText, systemActor } from '../../domain/actor.ts';
import { groupBy } from '../../domain/collections.ts';
import { disownedBy } from '../../domain/detectors/new-key.ts';
import type { Key } from '../../domain/key.ts';
import { isOver, type Rotation, stepOf, withStep } from '../../domain/rotation.ts';
import { looseName } from '../../domain/rotation-work.ts';
import { MINUTE_MS } from '../../domain/time.ts';
import type { OpenRotation } from '../../ports/rotation.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { saveRotation } from './announce-rotation.ts';
import { creationOf, isUnderWay } from './creation-of.ts';

const FINDER = systemActor('find-new-keys');
// The provider's clock may be behind ours.
const CLOCK_SKEW_MS = 5 * MINUTE_MS;
/** Of more than these nobody could tell which one it is: each of them is told as a key that nobody announced. */
const ASKED_MAX = 5;

/** What the key list says of the key that a rotation waits for. */
export type Found =
  | { readonly kind: 'none' }
  /** Named exactly as agreed, made since the rotation began, in its scope: there is no other way to read it. */
  | { readonly kind: 'exact'; readonly key: Key }
  /** A person has to say which one it is. */
  | { readonly kind: 'unclear'; readonly keys: readonly Key[] }
  /** Left by a try of ours whose outcome was lost: nobody has its value. */
  | { readonly kind: 'strays'; readonly keys: readonly Key[] };

const NONE: Found = { kind: 'none' };

export type FindRepos = Pick<Repos, 'actions' | 'keys' | 'rotations' | 'rotationSecrets' | 'told'>;

/** Looks for the new key among those that appeared in the old one's scope since the rotation began. */
export async function findNewKey(repos: FindRepos, rotation: Rotation): Promise<Found> {
  const old = await repos.keys.get(rotation.oldKeyId);
  const isWaiting = rotation.state === 'open' && rotation.newKeyId === null && rotation.newName !== null;
  if (!isWaiting || old === undefined || rotation.kind === 'drill') return NONE;
  const fresh = await freshKeys(repos, rotation, old);
  const exact = fresh.filter(({ label }) => label === rotation.newName);
  if (exact.length > 0 && (await isOurMaking(repos, rotation))) return { kind: 'strays', keys: exact };
  const [only, ...more] = exact;
  if (only !== undefined) return more.length === 0 ? { kind: 'exact', key: only } : { kind: 'unclear', keys: exact };
  const near = fresh.filter(({ label }) => looseName(label) === looseName(rotation.newName ?? ''));
  const guess = near.length > 0 ? near : fresh.length <= ASKED_MAX ? fresh : [];
  return guess.length === 0 ? NONE : { kind: 'unclear', keys: guess };
}

async function freshKeys({ keys, rotations, told }: FindRepos, rotation: Rotation, old: Key): Promise<readonly Key[]> {
  const since = rotation.startedAt - CLOCK_SKEW_MS;
  const appeared = (await keys.newIn({ ...placeOf(old), since })).filter(
    ({ id, kind, status }) => id !== old.id && kind === 'inference' && status === 'active',
  );
  if (appeared.length === 0) return [];
  const open = await rotations.allOpen();
  // A key that another rotation waits for, replaces or has got already is not meant.
  const others = open.filter(({ id }) => id !== rotation.id);
  const taken = new Set(others.flatMap(({ newKeyId, oldKeyId }) => [newKeyId, oldKeyId]));
  const awaited = new Set(others.map(({ newName }) => newName));
  const disowned = await told.among(appeared.map(({ id }) => disownedBy(id)));
  return appeared.filter(({ id, label }) => !taken.has(id) && !awaited.has(label) && !disowned.has(disownedBy(id)));
}

/** Of those that wait, the ones for which something has appeared: a look at each place, however many wait there. */
export async function withNewcomers(
  { keys, rotations }: Pick<FindRepos, 'keys' | 'rotations'>,
  waiting: readonly OpenRotation[],
): Promise<readonly OpenRotation[]> {
  const open = await rotations.allOpen();
  const taken = new Set(open.flatMap(({ newKeyId, oldKeyId }) => [newKeyId, oldKeyId]));
  const awaited = new Set(open.map(({ newName }) => newName));
  const found: OpenRotation[] = [];
  for (const there of groupBy(waiting, ({ oldKey }) => JSON.stringify([oldKey.providerId, oldKey.scopeId])).values()) {
    const since = Math.min(...there.map(({ rotation }) => rotation.startedAt)) - CLOCK_SKEW_MS;
    const [first] = there;
    const appeared = first === undefined ? [] : await keys.newIn({ ...placeOf(first.oldKey), since });
    const free = appeared.filter(({ id }) => !taken.has(id)).map(({ label }) => label);
    const hasStranger = free.some((label) => !awaited.has(label));
    found.push(
      ...there.filter(({ rotation: { newName } }) => hasStranger || (newName !== null && free.includes(newName))),
    );
  }
  return found;
}

function placeOf({ providerId, scopeId }: Key): Pick<Key, 'providerId' | 'scopeId'> {
  return { providerId, scopeId };
}

/** A key of the agreed name may be one of ours: while one is being made, and as long as the fate of one is open. */
async function isOurMaking(repos: FindRepos, rotation: Rotation): Promise<boolean> {
  const secret = await repos.rotationSecrets.get(rotation.id);
  if (secret !== undefined && secret.createBeganAt !== null) return true;
  return isUnderWay(await creationOf(repos, rotation));
}

async function findings(repos: FindRepos): Promise<readonly { readonly rotation: Rotation; readonly key: Key }[]> {
  const found: { rotation: Rotation; key: Key }[] = [];
  const open = await repos.rotations.allOpen();
  const waiting = open.filter(({ newKeyId, newName, paused }) => newKeyId === null && newName !== null && !paused);
  if (waiting.length === 0) return [];
  // Of many that wait only a few have a key of their name.
  const named = await repos.keys.labelled(waiting.flatMap(({ newName }) => newName ?? []));
  const labels = new Set(named.map(({ label }) => label));
  for (const rotation of waiting) {
    if (rotation.newName === null || !labels.has(rotation.newName)) continue;
    const seen = await findNewKey(repos, rotation);
    if (seen.kind === 'exact') found.push({ rotation, key: seen.key });
  }
  return found;
}

/** Now where a key that was waited for is in the list; a list that changes wakes the timers. */
export async function nextFindAt({ store, clock }: Pick<Deps, 'store' | 'clock'>): Promise<number | null> {
  return (await findings(store.read)).length > 0 ? clock.now() : null;
}

/** Ticks *generate* of every rotation whose key a person has made as agreed. */
export async function tickFoundKeys(deps: Pick<Deps, 'store' | 'clock' | 'ids'>): Promise<void> {
  for (const { rotation } of await findings(deps.store.read)) {
    await deps.store.write(async (tx) => {
      const before = await tx.rotations.get(rotation.id);
      const found = before && (await findNewKey(tx, before));
      if (before === undefined || found?.kind !== 'exact') return;
      const { id: newKeyId, providerKeyId } = found.key;
      // Somebody has said before that it is made.
      if (isOver(stepOf(before, 'generate').state)) {
        const after = { ...before, newKeyId, revision: before.revision + 1 };
        const news = { actor: FINDER, verb: 'rotation.key_named', detail: { newKeyId } };
        await saveRotation({ deps, tx }, { before, after }, news);
        return;
      }
      const evidence = { proof: 'shown', how: 'found', providerKeyId } as const;
      const change = { step: 'generate', event: 'complete', by: actorText(FINDER), at: deps.clock.now() } as const;
      const after = withStep({ ...before, newKeyId }, { ...change, reason: null, evidence });
      const detail = { step: 'generate', newKeyId };
      await saveRotation({ deps, tx }, { before, after }, { actor: FINDER, verb: 'rotation.step.done', detail });
    });
  }
}
