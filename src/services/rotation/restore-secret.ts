import { isAppError } from '../../domain/errors.ts';
import { type Rotation, stepOf } from '../../domain/rotation.ts';
import { type EvidenceOf, parseEvidence } from '../../domain/rotation-evidence.ts';
import type { SecretStore, StoredSecret } from '../../ports/secret-store.ts';
import type { Deps } from '../deps.ts';
import { MAKER } from './creation-of.ts';

export type Restored =
  | { readonly kind: 'restored' | 'simulated' }
  /** The former value is current already: nothing was stored, or somebody was faster. */
  | { readonly kind: 'as_before' }
  /** What a person does, in whole sentences. */
  | { readonly kind: 'by_hand'; readonly steps: readonly string[] };

/**
 * Puts the value back that was current before the rotation stored its own. What somebody has stored since is left alone.
 * Safe to run again: what the store shows decides.
 */
export async function restoreSecret(
  deps: Pick<Deps, 'store' | 'clock' | 'secretStores' | 'fingerprint'>,
  rotation: Rotation,
): Promise<Restored> {
  if (rotation.kind === 'drill') return { kind: 'simulated' };
  const evidence = parseEvidence('store', stepOf(rotation, 'store').evidence);
  const secret = await deps.store.read.rotationSecrets.get(rotation.id);
  const name = evidence?.store ?? secret?.store ?? null;
  const store = name === null ? undefined : deps.secretStores.get(name);
  const reference = evidence?.reference ?? secret?.reference;
  if (store === undefined || reference === undefined) {
    return byHand(['Put the value of the old key back where it is kept.']);
  }
  const former = secret?.formerVersion ?? evidence?.formerVersion ?? null;
  const fingerprint = secret?.formerFingerprint ?? null;
  const isFormer = (current: StoredSecret | null) =>
    current?.value ? deps.fingerprint(current.value) === fingerprint : current?.version === former;
  const current = await store.readCurrent(reference);
  if (isFormer(current)) return { kind: 'as_before' };
  if (evidence === null || !isOurs(deps, evidence, current)) {
    return byHand([`${store.title} (${reference}) was changed since. Look which value belongs there.`]);
  }
  if (store.restore === undefined || former === null) {
    return byHand([`Put the value of the old key back into ${store.title}:`, ...store.byHand(reference)]);
  }
  await restore(store, { reference, former, isFormer });
  await deps.store.write((tx) =>
    tx.audit.append({
      at: deps.clock.now(),
      actor: MAKER,
      verb: 'rotation.secret_restored',
      subject: rotation.id,
      detail: { store: store.name, reference, version: former },
    }),
  );
  return { kind: 'restored' };
}

interface Wanted {
  readonly reference: string;
  readonly former: string;
  readonly isFormer: (current: StoredSecret | null) => boolean;
}

/** A lost answer is looked up. */
async function restore(store: SecretStore, { reference, former, isFormer }: Wanted): Promise<void> {
  try {
    await store.restore?.(reference, former);
  } catch (error) {
    if (!isAppError(error, 'store_outcome_unknown')) throw error;
    if (!isFormer(await store.readCurrent(reference))) throw error;
  }
}

function isOurs(
  { fingerprint }: Pick<Deps, 'fingerprint'>,
  evidence: EvidenceOf<'store'>,
  current: StoredSecret | null,
): boolean {
  if (current?.value) return fingerprint(current.value) === evidence.fingerprint;
  return current !== null && current.version === evidence.version;
}

function byHand(steps: readonly string[]): Restored {
  return { kind: 'by_hand', steps };
}
