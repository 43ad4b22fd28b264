import { type Action, idempotencyKeyOf, PROOF, retryDelayMs } from '../../domain/action.ts';
import { systemActor } from '../../domain/actor.ts';
import { type Alert, nextState } from '../../domain/alert.ts';
import { groupBy } from '../../domain/collections.ts';
import { AppError, isAppError, isRetryable, publicMessageOf, toError } from '../../domain/errors.ts';
import type { Key, KeyStatus } from '../../domain/key.ts';
import type { KeyRef, Provider } from '../../ports/provider.ts';
import type { Repos } from '../../ports/store.ts';
import { addAlertEvent, announceAlert } from '../alerts/announce.ts';
import type { Deps } from '../deps.ts';

type ExecuteDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'providers' | 'logger'>;

/**
 * Carries out every action that is due: those of one key oldest first, those of different keys side by side, since a
 * provider that hangs must not keep a leaking key of another one alive. Never two runs at a time: what stands as running
 * is what an earlier run could not settle, and is taken up again.
 */
export async function runDueActions(deps: ExecuteDeps): Promise<void> {
  await deps.store.write((tx) => tx.actions.releaseRunning());
  const failures: unknown[] = [];
  const byKey = groupBy(await deps.store.read.actions.due(deps.clock.now()), ({ keyId }) => keyId);
  const inOrder = async (actions: readonly Action[]): Promise<void> => {
    for (const { id } of actions) {
      // An action that cannot be settled must not hold up the ones behind it.
      await executeAction(deps, id).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all([...byKey.values()].map(inOrder));
  if (failures.length > 0) throw failures[0];
}

/**
 * Claim → call the provider → read back → settle. Safe to run again after a crash at any point. Throws when the result
 * cannot be written down: the action then stays running.
 */
export async function executeAction(deps: ExecuteDeps, actionId: string): Promise<void> {
  const claimed = await claim(deps, actionId);
  if (claimed === null) return;
  const { action, key } = claimed;
  let status: KeyStatus;
  try {
    refuseOvertaken(action, key);
    status = await actAndReadBack(deps, action, key);
  } catch (error) {
    await postpone(deps, action, error);
    return;
  }
  await settle(deps, action, status);
}

interface Claimed {
  readonly action: Action;
  readonly key: Key;
}

async function claim(deps: ExecuteDeps, actionId: string): Promise<Claimed | null> {
  return deps.store.write(async (tx) => {
    const action = await tx.actions.get(actionId);
    if (action?.state !== 'pending' || action.notBeforeAt > deps.clock.now()) return null;
    const key = await tx.keys.get(action.keyId);
    if (key === undefined) return null;
    const running: Action = { ...action, state: 'running', attempts: action.attempts + 1 };
    await tx.actions.update(running);
    return { action: running, key };
  });
}

/** A key that was stopped or started again since the request is left alone; a revocation is final and stays wanted. */
function refuseOvertaken(action: Action, key: Key): void {
  if (action.kind === 'revoke' || PROOF[action.kind].has(key.status)) return;
  if (action.idempotencyKey === idempotencyKeyOf(action.kind, key)) return;
  throw new AppError({
    code: 'conflict',
    message: `${action.kind} was asked for another state of ${key.id}, which is ${key.status} now`,
    publicMessage: `The key has changed since and is ${key.status} now. Ask again if it is still wanted.`,
  });
}

async function actAndReadBack(deps: ExecuteDeps, action: Action, key: Key): Promise<KeyStatus> {
  const provider = deps.providers.get(key.connectionId);
  const ref: KeyRef = { providerKeyId: key.providerKeyId, scopeId: key.scopeId };
  const act = provider?.[`${action.kind}Key`];
  if (provider === undefined || act === undefined) {
    throw new AppError({
      code: 'not_supported',
      message: `connection ${key.connectionId} cannot ${action.kind}`,
      publicMessage: 'Keysteward has no right to do this any more. Use the provider’s console.',
    });
  }
  // An earlier try may have been applied although its answer was lost.
  if (action.attempts > 1) {
    const status = await provider.readKeyStatus(ref);
    if (PROOF[action.kind].has(status)) return status;
  }
  try {
    await act.call(provider, ref);
  } catch (error) {
    // Somebody else may have been faster: a key that is not there any more is stopped, and can never be restored.
    if (action.kind === 'restore' || !isAppError(error, 'provider_not_found')) throw error;
  }
  return readBack(provider, ref, action);
}

async function readBack(provider: Provider, ref: KeyRef, action: Action): Promise<KeyStatus> {
  const status = await provider.readKeyStatus(ref).catch((cause: unknown) => {
    // What was accepted is not a refusal, whatever keeps the proof from being read.
    throw new AppError({
      code: 'provider_outcome_unknown',
      message: `${action.kind} was accepted but cannot be read back`,
      publicMessage: `The provider accepted it, but the key cannot be read back. ${publicMessageOf(cause)}`,
      cause,
    });
  });
  if (PROOF[action.kind].has(status)) return status;
  throw new AppError({
    code: 'provider_outcome_unknown',
    message: `${action.kind} was accepted but the key reads back as ${status}`,
    publicMessage: `The provider accepted it, but still shows the key as ${status}.`,
  });
}

async function settle(deps: ExecuteDeps, action: Action, status: KeyStatus): Promise<void> {
  const now = deps.clock.now();
  await deps.store.write(async (tx) => {
    if (!(await isStillOurs(tx, action))) return;
    const verified: Action = { ...action, state: 'verified', executedAt: now, verifiedAt: now, problem: null };
    await tx.actions.update(verified);
    const key = await tx.keys.get(action.keyId);
    if (key !== undefined && key.status !== status) {
      const goneAt = status === 'gone' ? now : key.goneAt;
      await tx.keys.update({ ...key, status, generation: key.generation + 1, goneAt });
    }
    await tx.audit.append({
      at: now,
      actor: systemActor('run-actions'),
      verb: `key.${action.kind}.verified`,
      subject: action.keyId,
      detail: { status, requestedBy: action.requestedBy, attempts: action.attempts },
    });
    await tellAlert({ deps, tx }, action, { kind: 'action_verified', detail: { kind: action.kind, status } });
  });
  deps.logger.info('action verified', { action: action.id, kind: action.kind, status });
}

async function postpone(deps: ExecuteDeps, action: Action, error: unknown): Promise<void> {
  const now = deps.clock.now();
  const again = isRetryable(error);
  const retryAfterMs = error instanceof AppError ? error.retryAfterMs : undefined;
  const problem = publicMessageOf(error);
  await deps.store.write(async (tx) => {
    if (!(await isStillOurs(tx, action))) return;
    await tx.actions.update({
      ...action,
      state: again ? 'pending' : 'failed',
      notBeforeAt: again ? now + retryDelayMs(action.attempts, retryAfterMs) : action.notBeforeAt,
      problem,
    });
    // A try that will be repeated is told once; a refusal is told each time it was asked for.
    if (again && action.problem !== null) return;
    await tx.audit.append({
      at: now,
      actor: systemActor('run-actions'),
      verb: again ? `key.${action.kind}.delayed` : `key.${action.kind}.failed`,
      subject: action.keyId,
      detail: { problem },
    });
    const kind = again ? 'action_delayed' : 'action_failed';
    await tellAlert({ deps, tx }, action, { kind, detail: { kind: action.kind, problem } });
  });
  deps.logger.warn('action not done', { action: action.id, kind: action.kind, again, error: toError(error) });
}

/** False when another process has taken the action over during the call. */
async function isStillOurs(tx: Repos, action: Action): Promise<boolean> {
  const standing = await tx.actions.get(action.id);
  return standing?.state === 'running' && standing.attempts === action.attempts;
}

interface Told {
  readonly kind: 'action_verified' | 'action_delayed' | 'action_failed';
  readonly detail: Readonly<Record<string, string>>;
}

/** The lineage's open alert follows its key: stopped means contained, started again means released. */
async function tellAlert(context: TellContext, action: Action, told: Told): Promise<void> {
  const { deps, tx } = context;
  const actor = systemActor('run-actions');
  for (const alert of await alertsOf(tx, action)) {
    if (told.kind === 'action_verified') await follow(context, action, alert);
    await addAlertEvent({ deps, tx }, alert, { ...told, actor });
    await announceAlert({ deps, tx }, alert);
  }
}

interface TellContext {
  readonly deps: ExecuteDeps;
  readonly tx: Repos;
}

async function follow({ deps, tx }: TellContext, action: Action, alert: Alert): Promise<void> {
  const now = deps.clock.now();
  // Stopping a sister key of the lineage does not contain what another key is doing.
  const blamed = alert.keyId === null || alert.keyId === action.keyId;
  const event = action.kind === 'restore' ? 'release' : 'contain';
  const state = (blamed ? nextState(alert.state, event) : null) ?? alert.state;
  const after: Alert = {
    ...alert,
    state,
    containedAt: state === 'contained' ? (alert.containedAt ?? now) : null,
    // Whoever starts the key again answers for it.
    acknowledgedBy: state === 'acknowledged' ? (alert.acknowledgedBy ?? action.requestedBy) : alert.acknowledgedBy,
    revision: alert.revision + 1,
  };
  await tx.alerts.update(after);
  if (state === alert.state) return;
  const detail = { from: alert.state, to: state };
  await tx.audit.append({
    at: now,
    actor: systemActor('run-actions'),
    verb: `alert.${state}`,
    subject: alert.id,
    detail,
  });
}

/** The alert that it was asked from, and the one that stands open: a click can come from an old message. */
async function alertsOf(tx: Repos, action: Action): Promise<readonly Alert[]> {
  const asked = action.alertId === null ? undefined : await tx.alerts.get(action.alertId);
  const key = await tx.keys.get(action.keyId);
  const latest = key && (await tx.alerts.latestOfLineage(key.lineageId));
  const standing = latest?.state === 'resolved' || latest?.id === asked?.id ? undefined : latest;
  return [asked, standing].filter((alert) => alert !== undefined);
}
