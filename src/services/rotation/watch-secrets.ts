import { retryDelayMs } from '../../domain/action.ts';
import { isRetryable, publicMessageOf } from '../../domain/errors.ts';
import { isOver, type Rotation, stepOf } from '../../domain/rotation.ts';
import type { RotationSecret } from '../../domain/rotation-work.ts';
import type { Deps } from '../deps.ts';
import { announceRotation } from './announce-rotation.ts';
import { type SecretPlace, secretPlaceOf } from './places.ts';

// Whoever stores by hand can be believed: it is not worth asking for ever.
const MAX_TRIES = 6;

type WatchDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'places' | 'secretStores' | 'fingerprint'>;

interface Unseen {
  readonly rotation: Rotation;
  readonly place: SecretPlace;
  readonly secret: RotationSecret | null;
}

/** Rotations of which it is not known yet what their secret was before. */
async function unseen(deps: Pick<WatchDeps, 'store' | 'places' | 'secretStores'>): Promise<readonly Unseen[]> {
  const { rotations, rotationSecrets } = deps.store.read;
  const found: Unseen[] = [];
  for (const { rotation, oldKey, lineage } of await rotations.openWithKeys()) {
    if (rotation.kind === 'drill' || isOver(stepOf(rotation, 'store').state)) continue;
    const place = secretPlaceOf(deps, { lineage, oldKey });
    if (place === null) continue;
    const secret = (await rotationSecrets.get(rotation.id)) ?? null;
    if (secret !== null && (secret.seenAt !== null || secret.attempts >= MAX_TRIES)) continue;
    found.push({ rotation, place, secret });
  }
  return found;
}

export async function nextWatchAt(
  deps: Pick<WatchDeps, 'store' | 'clock' | 'places' | 'secretStores'>,
): Promise<number | null> {
  const due = (await unseen(deps)).map(({ secret }) => secret?.notBeforeAt ?? deps.clock.now());
  return due.length === 0 ? null : Math.min(...due);
}

/** Notes what is stored as a rotation begins: what comes later differs from it, and a roll-back goes back to it. */
export async function watchSecrets(deps: WatchDeps): Promise<void> {
  for (const one of await unseen(deps)) {
    if ((one.secret?.notBeforeAt ?? 0) <= deps.clock.now()) await watch(deps, one);
  }
}

async function watch(deps: WatchDeps, { rotation, place, secret }: Unseen): Promise<void> {
  const { clock, fingerprint, store } = deps;
  const attempts = (secret?.attempts ?? 0) + 1;
  const seen = await place.store.readCurrent(place.reference).then(
    (current) => ({
      formerVersion: current?.version ?? null,
      formerFingerprint: current?.value ? fingerprint(current.value) : null,
      seenAt: clock.now(),
      problem: null,
    }),
    (error: unknown) => ({
      formerVersion: null,
      formerFingerprint: null,
      seenAt: null,
      problem: publicMessageOf(error),
      refused: !isRetryable(error),
    }),
  );
  const { refused = false, ...facts } = { refused: false, ...seen };
  await store.write(async (tx) => {
    const standing = await tx.rotationSecrets.get(rotation.id);
    // Whoever makes the key by API has looked meanwhile.
    if (standing !== undefined && standing.seenAt !== null) return;
    await tx.rotationSecrets.put({
      rotationId: rotation.id,
      store: place.store.name,
      reference: place.reference,
      createBeganAt: standing?.createBeganAt ?? null,
      made: standing?.made ?? null,
      attempts,
      notBeforeAt: clock.now() + retryDelayMs({ attempts, retryAfterMs: undefined, refused }),
      ...facts,
    });
    await announceRotation({ deps, tx }, rotation);
  });
}
