import { PROOF } from '../../domain/action.ts';
import { AppError, isAppError, isRetryable, publicMessageOf } from '../../domain/errors.ts';
import type { ProviderKey } from '../../domain/key.ts';
import { MAKER, rotationIdOf } from '../rotation/creation-of.ts';
import { type ActInput, noRight, notShown } from './act.ts';

/** The live keys of exactly this name beside the old key, as the provider lists them now. */
export async function listNamed({ deps, provider, key }: ActInput, name: string): Promise<readonly ProviderKey[]> {
  const scopes = (await deps.store.read.scopes.all()).filter(
    ({ id, providerId }) => id === key.scopeId && providerId === key.providerId,
  );
  const listed = await provider.listKeys(scopes);
  return listed.filter(
    ({ label, scopeId, status, kind }) =>
      label === name && scopeId === key.scopeId && status === 'active' && kind === 'inference',
  );
}

/** Deletes a key that we have made and whose value is nowhere; proven, or thrown what keeps it alive. */
export async function deleteStray(
  { deps, provider, key, action }: ActInput,
  stray: Pick<ProviderKey, 'id' | 'hint'>,
): Promise<void> {
  const ref = { providerKeyId: stray.id, scopeId: key.scopeId };
  if (provider.revokeKey === undefined) throw noRight(`connection ${key.connectionId} cannot delete keys`);
  try {
    await provider.revokeKey(ref);
  } catch (error) {
    if (!isAppError(error, 'provider_not_found')) throw isRetryable(error) ? error : undeletable(stray, error);
  }
  const status = await provider.readKeyStatus(ref);
  if (!PROOF.revoke.has(status)) throw notShown('the key that was made in vain', status);
  await deps.store.write((tx) =>
    tx.audit.append({
      at: deps.clock.now(),
      actor: MAKER,
      verb: 'rotation.stray_deleted',
      subject: rotationIdOf(action) ?? action.id,
      detail: { providerKeyId: stray.id, status },
    }),
  );
}

function undeletable({ id, hint }: Pick<ProviderKey, 'id' | 'hint'>, cause: unknown): AppError {
  const name = hint ?? id;
  return new AppError({
    code: 'provider_rejected',
    message: `the stray ${id} cannot be deleted`,
    publicMessage: `A try has left the key ${name}, whose value is stored nowhere, and the provider does not let Keysteward delete it. Delete it in the provider’s console; no other key is made before it is gone. ${publicMessageOf(cause)}`,
    cause,
  });
}
