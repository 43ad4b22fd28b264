import type { KeyCreation } from '../../domain/action-params.ts';
import { keyCreation } from '../../domain/action-params.ts';
import { AppError, isAppError } from '../../domain/errors.ts';
import type { ProviderKey } from '../../domain/key.ts';
import { isOver, type Rotation, stepOf } from '../../domain/rotation.ts';
import { LISTING_LAG_MS, type RotationSecret } from '../../domain/rotation-work.ts';
import type { MadeKey } from '../../ports/provider.ts';
import type { SecretStore, SecretVersion, StoredSecret } from '../../ports/secret-store.ts';
import { recordMadeKey } from '../rotation/record-made-key.ts';
import { type Act, type ActInput, noRight, type Proven, refOf } from './act.ts';
import { deleteStray, listNamed } from './strays.ts';

/** A creation that is under way, and all that it needs. */
interface Making extends ActInput {
  readonly rotation: Rotation;
  readonly wanted: KeyCreation;
  readonly store: SecretStore;
  readonly ownerId: string;
}

/**
 * Makes the key that takes over in a rotation and puts its value straight into the secret store. What an earlier try has
 * left is dealt with first: stored, it is the new key; otherwise nobody has its value, and it is deleted before another
 * one is made. Never two usable keys at a time, and the value is nowhere but in this call.
 */
export const createKey: Act = async (input) => {
  const making = await readMaking(input);
  const before = await preflight(making);
  const left = await settleLeftovers(making, before);
  if (left !== null) return proven(making, left.key, left);
  const secret = await begin(making, before);
  const made = await ask(making, secret);
  const kept = await keepMade(making, secret, made);
  const version = await put(making, kept, made);
  const key = await readBack(making, made);
  return proven(making, key, { secret: kept, version: version.version, already: false });
};

async function readMaking(input: ActInput): Promise<Making> {
  const { deps, action, key, provider } = input;
  const wanted = keyCreation.parse(action.params);
  const rotation = await deps.store.read.rotations.get(wanted.rotationId);
  if (rotation === undefined) throw overtaken('the rotation is not there any more');
  const store = deps.secretStores.get(wanted.store);
  if (store === undefined) {
    throw overtaken(`the secret store ${wanted.store} is not configured any more. Ask again when it is`);
  }
  if (provider.createKey === undefined || key.owner === null) {
    throw noRight(`connection ${key.connectionId} cannot create keys`);
  }
  return { ...input, rotation, wanted, store, ownerId: key.owner.id };
}

/** Nothing is made before it is known that its value can be stored. */
async function preflight({ store, wanted }: Making): Promise<StoredSecret | null> {
  await store.checkAccess(wanted.reference);
  return store.readCurrent(wanted.reference);
}

interface Stored {
  readonly secret: RotationSecret;
  readonly version: string;
  readonly already: boolean;
}

/** The key of an earlier try whose value has arrived; null: there is none, and no stray is left either. */
async function settleLeftovers(
  making: Making,
  current: StoredSecret | null,
): Promise<(Stored & { readonly key: ProviderKey }) | null> {
  const { deps, rotation, wanted } = making;
  const secret = await deps.store.read.rotationSecrets.get(rotation.id);
  const named = await listNamed(making, wanted.name);
  if (secret === undefined || secret.createBeganAt === null) {
    refuseOver(rotation);
    if (named.length > 0) throw nameTaken(wanted.name);
    return null;
  }
  const stored = current !== null && isStored(making, secret, current) ? current : null;
  const ours = stored === null ? undefined : named.find(({ id }) => id === secret.made?.providerKeyId);
  const strays = named.filter((key) => key !== ours);
  const isOfOthers = (key: ProviderKey) => key.id !== secret.made?.providerKeyId && key.owner?.id !== making.ownerId;
  if (strays.some(isOfOthers)) throw nameTaken(wanted.name);
  for (const stray of strays) await deleteStray(making, stray);
  if (ours !== undefined && stored !== null) return { key: ours, secret, version: stored.version, already: true };
  const lagUntil = secret.createBeganAt + LISTING_LAG_MS;
  // Its answer was lost, and the list may not show it yet.
  if (strays.length === 0 && secret.made === null && deps.clock.now() < lagUntil) {
    throw mayAppear(lagUntil - deps.clock.now());
  }
  if (isClosed(rotation)) await keep(making, { ...secret, createBeganAt: null, made: null });
  refuseOver(rotation);
  return null;
}

/** From here on a key of this name may be ours; what is stored now is what a roll-back goes back to. */
async function begin({ deps, rotation, wanted }: Making, current: StoredSecret | null): Promise<RotationSecret> {
  const now = deps.clock.now();
  const secret: RotationSecret = {
    rotationId: rotation.id,
    store: wanted.store,
    reference: wanted.reference,
    formerVersion: current?.version ?? null,
    formerFingerprint: current?.value ? deps.fingerprint(current.value) : null,
    seenAt: now,
    createBeganAt: now,
    made: null,
    attempts: 0,
    notBeforeAt: now,
    problem: null,
  };
  await keep({ deps }, secret);
  return secret;
}

async function ask(making: Making, secret: RotationSecret): Promise<MadeKey> {
  const { provider, key, ownerId, wanted } = making;
  if (provider.createKey === undefined) throw noRight('this connection cannot create keys');
  try {
    return await provider.createKey({ name: wanted.name, beside: refOf(key), ownerId });
  } catch (error) {
    // A refusal has made nothing; all else may have.
    if (!isAppError(error, 'provider_outcome_unknown')) await keep(making, { ...secret, createBeganAt: null });
    throw error;
  }
}

async function keepMade(making: Making, secret: RotationSecret, { providerKeyId, value }: MadeKey) {
  const made = { providerKeyId, fingerprint: making.deps.fingerprint(value), at: making.deps.clock.now() };
  const kept: RotationSecret = { ...secret, made };
  await keep(making, kept);
  return kept;
}

/** Whatever keeps the value from being stored for sure, the key is deleted again: nobody could ever use it. */
async function put(making: Making, secret: RotationSecret, { providerKeyId, value }: MadeKey): Promise<SecretVersion> {
  const { store, wanted } = making;
  const write = () => store.write(wanted.reference, value, { expected: secret.formerVersion });
  const giveUp = async (error: unknown): Promise<never> => {
    await deleteStray(making, { id: providerKeyId, hint: null });
    await keep(making, { ...secret, createBeganAt: null, made: null });
    throw isAppError(error, 'store_unavailable') ? error : notStored(making, error);
  };
  try {
    return await write();
  } catch (error) {
    if (!isAppError(error, 'store_outcome_unknown')) return giveUp(error);
    const arrived = await lookUp(making, secret);
    if (arrived !== null) return arrived;
  }
  try {
    return await write();
  } catch (error) {
    // It may have arrived: the next try reads the store first.
    if (isAppError(error, 'store_outcome_unknown')) throw error;
    // What is there now may be our own first write, which was slow.
    const arrived = isAppError(error, 'conflict') ? await lookUp(making, secret) : null;
    return arrived ?? giveUp(error);
  }
}

async function lookUp(making: Making, secret: RotationSecret): Promise<SecretVersion | null> {
  const { store, wanted } = making;
  const current = await store.readCurrent(wanted.reference).catch((cause: unknown) => {
    throw unknownOutcome(store.title, cause);
  });
  return current !== null && isStored(making, secret, current) ? current : null;
}

/** The key as the provider lists it; a second one of its name is what a lost answer has left. */
async function readBack(making: Making, made: MadeKey): Promise<ProviderKey> {
  const named = await listNamed(making, making.wanted.name);
  for (const stray of named.filter(({ id }) => id !== made.providerKeyId)) await deleteStray(making, stray);
  return named.find(({ id }) => id === made.providerKeyId) ?? unlisted(making, made);
}

function unlisted({ key, wanted }: Making, { providerKeyId, hint, createdAt }: MadeKey): ProviderKey {
  const { scopeId, owner } = key;
  const fresh = { status: 'active', lastUsedAt: null, expiresAt: null, kind: 'inference' } as const;
  return { id: providerKeyId, scopeId, label: wanted.name, hint, createdAt, owner, ...fresh };
}

function proven(making: Making, key: ProviderKey, { secret, version, already }: Stored): Proven {
  const { deps, provider, rotation, store, wanted } = making;
  const proof = store.capabilities.readBack === 'value' ? ('fingerprint' as const) : ('version' as const);
  const { formerVersion, made } = secret;
  const place = { store: wanted.store, reference: wanted.reference };
  const stored = { ...place, proof, version, formerVersion, fingerprint: made?.fingerprint ?? null };
  return {
    already,
    statuses: new Map(),
    limits: null,
    detail: { rotationId: rotation.id, newKey: key.id, name: wanted.name, ...place },
    record: (tx) => recordMadeKey({ deps, tx, provider }, { rotationId: rotation.id, key, stored }),
  };
}

/** By its value where the store gives it back, else by its having changed since we began. */
function isStored({ deps }: Pick<Making, 'deps'>, secret: RotationSecret, current: StoredSecret): boolean {
  if (secret.made === null) return false;
  if (current.value !== null) return deps.fingerprint(current.value) === secret.made.fingerprint;
  return current.version !== secret.formerVersion;
}

async function keep({ deps }: Pick<ActInput, 'deps'>, secret: RotationSecret): Promise<void> {
  await deps.store.write((tx) => tx.rotationSecrets.put(secret));
}

function isClosed(rotation: Rotation): boolean {
  return rotation.state !== 'open' || isOver(stepOf(rotation, 'generate').state);
}

function refuseOver(rotation: Rotation): void {
  if (isClosed(rotation)) throw overtaken('the rotation has gone on without it');
}

function overtaken(why: string): AppError {
  return new AppError({
    code: 'conflict',
    message: `the key is not made: ${why}`,
    publicMessage: `No key was made: ${why}.`,
  });
}

function nameTaken(name: string): AppError {
  return new AppError({
    code: 'conflict',
    message: `a key named ${name} is there already`,
    publicMessage: `No key was made: one named ${name} is there already, and it is not of our making. If it is the new key, choose it; otherwise delete or rename it, then ask again.`,
  });
}

function mayAppear(retryAfterMs: number): AppError {
  return new AppError({
    code: 'provider_outcome_unknown',
    message: 'an earlier creation is still open',
    publicMessage:
      'The provider did not confirm the new key. Before another is made, its key list is given the time to show the first one.',
    retryAfterMs,
  });
}

function unknownOutcome(title: string, cause: unknown): AppError {
  return new AppError({
    code: 'store_outcome_unknown',
    message: `${title}: the write is unconfirmed and cannot be read back`,
    publicMessage: `${title} did not confirm the new value and cannot be read just now. Keysteward looks before it does anything else.`,
    cause,
  });
}

function notStored({ store, wanted }: Making, cause: unknown): AppError {
  const said = cause instanceof AppError ? ` ${cause.publicMessage}` : '';
  const why = isAppError(cause, 'conflict') ? 'was changed by somebody else meanwhile' : 'does not take the new value';
  return new AppError({
    code: 'conflict',
    message: `${store.name} ${wanted.reference} ${why}`,
    publicMessage: `${store.title} (${wanted.reference}) ${why}, so the new key was deleted again: nobody has it, and the old one works on.${said} See to the store, then ask again.`,
    cause,
  });
}
