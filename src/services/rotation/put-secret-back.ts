import { retryDelayMs } from '../../domain/action.ts';
import { AppError, publicMessageOf, toError } from '../../domain/errors.ts';
import { type Rotation, stepOf } from '../../domain/rotation.ts';
import { parseEvidence } from '../../domain/rotation-evidence.ts';
import { standingOf } from '../../domain/rotation-standing.ts';
import type { RotationSecret } from '../../domain/rotation-work.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { announceRotation } from './announce-rotation.ts';
import { restoreSecret } from './restore-secret.ts';

// From seconds to an hour apart: about a day in all, and then a person has to do it.
const MAX_TRIES = 32;

type PutDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'secretStores' | 'fingerprint' | 'logger'>;

/** What became of the secret, for the record; `later`: it is tried again. */
export type SecretBack =
  | { readonly kind: 'settled'; readonly words: string | null }
  | { readonly kind: 'by_hand'; readonly words: string }
  | { readonly kind: 'later' };

/** A former secret that could not be put back yet. */
export interface Restoring {
  readonly problem: string;
  readonly nextTryAt: number;
}

const WORDS = {
  restored: 'The former value is back; restart who uses it.',
  as_before: 'The former value is the current one.',
  simulated: 'simulated',
} as const;

/** Puts the former value back, or notes why not and when it is tried again. What the store shows decides, so it may be run again. */
export async function putSecretBack(deps: PutDeps, rotation: Rotation): Promise<SecretBack> {
  if (stepOf(rotation, 'store').state !== 'done') return { kind: 'settled', words: null };
  try {
    const restored = await restoreSecret(deps, rotation);
    if (restored.kind === 'by_hand') return { kind: 'by_hand', words: restored.steps.join(' ') };
    return { kind: 'settled', words: WORDS[restored.kind] };
  } catch (error) {
    return setBack(deps, rotation, error);
  }
}

/** When the next try is due; tries of earlier steps do not count. */
export async function nextTryAt(repos: Pick<Repos, 'rotationSecrets'>, rotation: Rotation): Promise<number> {
  return (await restoringOf(repos, rotation))?.nextTryAt ?? 0;
}

/** What keeps a roll-back from its end; null: nothing, or it is none. */
export async function restoringOf(
  { rotationSecrets }: Pick<Repos, 'rotationSecrets'>,
  rotation: Rotation,
): Promise<Restoring | null> {
  if (standingOf(rotation) !== 'rolling_back') return null;
  const secret = await rotationSecrets.get(rotation.id);
  return secret?.problem ? { problem: secret.problem, nextTryAt: secret.notBeforeAt } : null;
}

/** In the transaction that begins a roll-back: what could not be read before is no problem of this. */
export async function forgetTries({ rotationSecrets }: Repos, { id }: Rotation): Promise<void> {
  const secret = await rotationSecrets.get(id);
  if (secret !== undefined) await rotationSecrets.put({ ...secret, attempts: 0, notBeforeAt: 0, problem: null });
}

async function setBack(deps: PutDeps, rotation: Rotation, error: unknown): Promise<SecretBack> {
  const problem = publicMessageOf(error);
  deps.logger.warn('secret not restored', { rotation: rotation.id, error: toError(error) });
  return deps.store.write(async (tx) => {
    const secret = (await tx.rotationSecrets.get(rotation.id)) ?? fromEvidence(rotation, deps.clock.now());
    if (secret === null || secret.attempts + 1 >= MAX_TRIES) return { kind: 'by_hand', words: problem };
    const attempts = secret.attempts + 1;
    const retryAfterMs = error instanceof AppError ? error.retryAfterMs : undefined;
    // As for what is refused: whatever it is, a person may have to put it right.
    const notBeforeAt = deps.clock.now() + retryDelayMs({ attempts, retryAfterMs, refused: true });
    await tx.rotationSecrets.put({ ...secret, attempts, notBeforeAt, problem });
    await announceRotation({ deps, tx }, rotation);
    return { kind: 'later' };
  });
}

/** Of a secret that was stored by hand and never watched. */
function fromEvidence(rotation: Rotation, now: number): RotationSecret | null {
  const kept = parseEvidence('store', stepOf(rotation, 'store').evidence);
  if (kept === null || kept.store === null || kept.reference === null) return null;
  const { store, reference, formerVersion } = kept;
  const place = { rotationId: rotation.id, store, reference, formerVersion, formerFingerprint: null };
  return { ...place, seenAt: now, createBeganAt: null, made: null, attempts: 0, notBeforeAt: now, problem: null };
}
