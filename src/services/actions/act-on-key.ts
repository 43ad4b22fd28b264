import { type Action, type ActionKind, idempotencyKeyOf, type KeyActKind, PROOF } from '../../domain/action.ts';
import { retirement } from '../../domain/action-params.ts';
import { earlyReasons, wasTold } from '../../domain/early-end.ts';
import { AppError, isAppError } from '../../domain/errors.ts';
import type { Key, KeyStatus } from '../../domain/key.ts';
import type { Provider } from '../../ports/provider.ts';
import { toldIn } from '../rotation/early-end.ts';
import { type Act, type ExecuteDeps, noRight, notShown, type Proven, refOf, unproven } from './act.ts';

/** Suspends, restores or revokes one key. */
export function actOnKey(kind: KeyActKind): Act {
  return async ({ deps, provider, action, key }) => {
    refuseOvertaken(kind, action, key);
    const act = provider[`${kind}Key`];
    if (act === undefined) throw noRight(`connection ${key.connectionId} cannot ${kind}`);
    const ref = refOf(key);
    // An earlier try may have been applied although its answer was lost.
    if (action.attempts > 1) {
      const status = await provider.readKeyStatus(ref);
      if (PROOF[kind].has(status)) return proven(key, status, true);
    }
    if (kind === 'revoke') await refuseTakenBack(deps, action, key);
    try {
      await act.call(provider, ref);
    } catch (error) {
      // Somebody else may have been faster: a key that is not there any more is stopped, and can never be restored.
      if (kind === 'restore' || !isAppError(error, 'provider_not_found')) throw error;
    }
    return proven(key, await readBack(provider, key, kind), false);
  };
}

/** Suspends a key that a rotation has replaced, in the generation that two people have agreed on. */
export const retireKey: Act = async ({ provider, action, key }) => {
  const { generation } = retirement.parse(action.params);
  if (PROOF.suspend.has(key.status)) return proven(key, await readBack(provider, key, 'suspend'), true);
  if (key.generation !== generation) throw overtaken('retire', key);
  if (provider.suspendKey === undefined) throw noRight(`connection ${key.connectionId} cannot suspend`);
  const ref = refOf(key);
  if (action.attempts > 1) {
    const status = await provider.readKeyStatus(ref);
    if (PROOF.suspend.has(status)) return proven(key, status, true);
  }
  try {
    await provider.suspendKey(ref);
  } catch (error) {
    if (!isAppError(error, 'provider_not_found')) throw error;
  }
  return proven(key, await readBack(provider, key, 'suspend'), false);
};

/** A key that was stopped or started again since the request is left alone; a revocation is final and stays wanted. */
function refuseOvertaken(kind: KeyActKind, action: Action, key: Key): void {
  if (kind === 'revoke' || PROOF[kind].has(key.status)) return;
  if (action.idempotencyKey === idempotencyKeyOf(kind, key)) return;
  throw overtaken(kind, key);
}

/**
 * A key that is suspended spends nothing, so its end waits when the new key is not verified any more: the end of a grace,
 * above all. Whoever wants a working key gone stays wanted, and the record of the rotation says so.
 */
async function refuseTakenBack({ store }: Pick<ExecuteDeps, 'store'>, action: Action, key: Key): Promise<void> {
  const rotation = key.status === 'inactive' ? await store.read.rotations.openOfOldKey(key.id) : undefined;
  if (rotation === undefined || wasTold(toldIn(action), rotation, earlyReasons(rotation))) return;
  throw new AppError({
    code: 'conflict',
    message: `the new key of ${rotation.id} is not verified any more`,
    publicMessage:
      'The new key is not verified any more, so the old one stays suspended. Ask again if it is still wanted.',
  });
}

function overtaken(kind: ActionKind, key: Key): AppError {
  return new AppError({
    code: 'conflict',
    message: `${kind} was asked for another state of ${key.id}, which is ${key.status} now`,
    publicMessage: `The key has changed since and is ${key.status} now. Ask again if it is still wanted.`,
  });
}

async function readBack(provider: Provider, key: Key, kind: KeyActKind): Promise<KeyStatus> {
  const status = await provider.readKeyStatus(refOf(key)).catch((cause: unknown) => {
    throw unproven('the key', cause);
  });
  if (PROOF[kind].has(status)) return status;
  throw notShown('the key', status);
}

function proven(key: Key, status: KeyStatus, already: boolean): Proven {
  return { already, statuses: new Map([[key.id, status]]), limits: null, detail: { status } };
}
