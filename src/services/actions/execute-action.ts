import { type Action, auditVerb, isLimitAct, isRefused, isStop, retryDelayMs } from '../../domain/action.ts';
import { actorText, systemActor } from '../../domain/actor.ts';
import { groupBy } from '../../domain/collections.ts';
import { AppError, isAppError, isRetryable, publicMessageOf, toError } from '../../domain/errors.ts';
import { type Key, stoppedSince } from '../../domain/key.ts';
import type { Repos } from '../../ports/store.ts';
import { recordLimits } from '../limits/record-limits.ts';
import { type ExecuteDeps, noRight, type Proven } from './act.ts';
import { acts } from './acts.ts';
import { auditSubject } from './audit-subject.ts';
import { CAP_KEEPER, POLICY_ACTORS } from './policy-stop.ts';
import { tellAlerts } from './tell-alerts.ts';
import { announceRotationOf, tellSetback } from './tell-rotation.ts';

/**
 * Carries out every action that is due: those of one key or scope oldest first, others side by side, since a provider
 * that hangs must not keep a leaking key of another one alive. Never two runs at a time: what stands as running
 * is what an earlier run could not settle, and is taken up again.
 */
export async function runDueActions(deps: ExecuteDeps): Promise<void> {
  await deps.store.write((tx) => tx.actions.releaseRunning());
  const failures: unknown[] = [];
  const lanes = groupBy(await deps.store.read.actions.due(deps.clock.now()), laneOf);
  const inOrder = async (actions: readonly Action[]): Promise<void> => {
    for (const { id } of actions) {
      // An action that cannot be settled must not hold up the ones behind it.
      await executeAction(deps, id).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all([...lanes.values()].map(inOrder));
  if (failures.length > 0) throw failures[0];
}

/**
 * Claim → act and read back → settle. Safe to run again after a crash at any point. Throws when the result cannot be
 * written down: the action then stays running.
 */
export async function executeAction(deps: ExecuteDeps, actionId: string): Promise<void> {
  const claimed = await claim(deps, actionId);
  if (claimed === null) return;
  let proven: Proven;
  try {
    proven = await carryOut(deps, claimed);
  } catch (error) {
    await postpone(deps, claimed, error);
    return;
  }
  await settle(deps, claimed, proven);
}

/** Two changes of one scope must not pass each other between reading and writing, whatever key they were asked from. */
function laneOf({ kind, keyId, params }: Action): string {
  // Making a key takes its time, and must not hold up the stop of the one that it takes over from.
  if (kind === 'create_key') return `create:${keyId}`;
  return isLimitAct(kind) && params !== null && 'scopeId' in params ? `scope:${params.scopeId}` : keyId;
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

async function carryOut(deps: ExecuteDeps, { action, key }: Claimed): Promise<Proven> {
  const provider = deps.providers.get(key.connectionId);
  if (provider === undefined) throw noRight(`connection ${key.connectionId} is configured no more`);
  return acts[action.kind]({ deps, provider, action, key });
}

/** The provider shows it. A stop is not proven by that alone: `proveStops` watches the usage. */
async function settle(deps: ExecuteDeps, { action, key }: Claimed, proven: Proven): Promise<void> {
  const now = deps.clock.now();
  const { kind } = action;
  const stage = isStop(kind) ? 'confirmed' : 'verified';
  await deps.store.write(async (tx) => {
    if (!(await isStillOurs(tx, action))) return;
    await tx.actions.update({ ...action, ...shownAt(action, proven, now), state: stage });
    await keepStatuses({ deps, tx }, action, proven);
    await proven.record?.(tx);
    if (proven.limits !== null) {
      const { scopeId, read } = proven.limits;
      await recordLimits({ deps, tx }, { connectionId: key.connectionId, scopeId }, read);
    }
    await tx.audit.append({
      at: now,
      actor: systemActor('run-actions'),
      verb: auditVerb(kind, stage),
      subject: auditSubject(action, key),
      detail: { ...proven.detail, requestedBy: action.requestedBy, attempts: action.attempts },
    });
    if (kind === 'create_key') return;
    await announceRotationOf({ deps, tx }, action);
    // It was used although the provider showed it as stopped: showing it again proves nothing new.
    const isOldNews = proven.already && action.usedAfterMicroUsd !== null;
    const detail = { ...proven.detail, kind, ...undoOf(action, await tx.keys.get(key.id)) };
    const told = isOldNews ? null : ({ kind: `action_${stage}`, detail } as const);
    const follow =
      isOldNews || isLimitAct(kind) || kind === 'rename' ? null : kind === 'restore' ? 'release' : 'contain';
    await tellAlerts({ deps, tx }, { action, told, follow, keyIds: [...proven.statuses.keys()] });
  });
  deps.logger.info(`action ${stage}`, { action: action.id, kind, ...proven.detail });
}

/** What policy has stopped by itself can be taken back from the line in the thread that tells it. */
function undoOf({ kind, requestedBy }: Action, key: Key | undefined) {
  if (kind !== 'suspend' || !POLICY_ACTORS.has(requestedBy) || key === undefined) return {};
  const atCap = requestedBy === actorText(CAP_KEEPER);
  return { undoKeyId: key.id, undoGeneration: key.generation, ...(atCap ? { atCap } : {}) };
}

function shownAt({ kind, executedAt, usedAfterMicroUsd }: Action, { already }: Proven, now: number): Partial<Action> {
  return {
    executedAt: already ? (executedAt ?? now) : now,
    confirmedAt: now,
    verifiedAt: isStop(kind) ? null : now,
    checkedUntil: null,
    usedAfterMicroUsd: already ? usedAfterMicroUsd : null,
    problem: null,
    problemCode: null,
  };
}

/** Keys that went with another one get an audit entry of their own: nobody had asked about them. */
async function keepStatuses(
  { deps, tx }: { readonly deps: ExecuteDeps; readonly tx: Repos },
  action: Action,
  { statuses }: Proven,
): Promise<void> {
  const now = deps.clock.now();
  for (const [keyId, status] of statuses) {
    const key = await tx.keys.get(keyId);
    if (key === undefined || key.status === status) continue;
    const goneAt = status === 'gone' ? now : key.goneAt;
    const stoppedAt = stoppedSince(key, status, now);
    await tx.keys.update({ ...key, status, generation: key.generation + 1, goneAt, stoppedAt });
    if (keyId === action.keyId) continue;
    const detail = { status, with: action.keyId, requestedBy: action.requestedBy };
    const actor = systemActor('run-actions');
    await tx.audit.append({ at: now, actor, verb: 'key.deleted_with_owner', subject: keyId, detail });
  }
}

async function postpone(deps: ExecuteDeps, { action, key }: Claimed, error: unknown): Promise<void> {
  const now = deps.clock.now();
  const refused = !isRetryable(error);
  const again = !refused || staysWanted(action, error);
  const { kind, attempts } = action;
  const retryAfterMs = error instanceof AppError ? error.retryAfterMs : undefined;
  const problem = publicMessageOf(error);
  await deps.store.write(async (tx) => {
    if (!(await isStillOurs(tx, action))) return;
    await tx.actions.update({
      ...action,
      state: again ? 'pending' : 'failed',
      notBeforeAt: again ? now + retryDelayMs({ attempts, retryAfterMs, refused }) : action.notBeforeAt,
      problem,
      problemCode: error instanceof AppError ? error.code : 'internal',
    });
    // A try that will be repeated is told once, and once more when it turns out to be refused.
    const isNews = !again || (refused ? !isRefused(action) : action.problem === null);
    if (!isNews && problem === action.problem) return;
    const stage = !again ? 'failed' : refused ? 'refused' : 'delayed';
    const verb = auditVerb(kind, stage);
    const subject = auditSubject(action, key);
    if (isNews)
      await tx.audit.append({ at: now, actor: systemActor('run-actions'), verb, subject, detail: { problem } });
    if (kind === 'create_key') {
      await tellSetback({ deps, tx }, action, again ? null : problem);
      return;
    }
    await announceRotationOf({ deps, tx }, action);
    const told = isNews ? ({ kind: `action_${stage}`, detail: { kind, problem } } as const) : null;
    await tellAlerts({ deps, tx }, { action, told, follow: null, keyIds: [] });
  });
  deps.logger.warn('action not done', { action: action.id, kind, again, error: toError(error) });
}

/** What was asked for about a key is tried until it is done or given up by a person, unless the key has changed since. */
function staysWanted({ kind }: Action, error: unknown): boolean {
  return !isLimitAct(kind) && !isAppError(error, 'conflict');
}

/** False when another process has taken the action over during the call. */
async function isStillOurs(tx: Repos, action: Action): Promise<boolean> {
  const standing = await tx.actions.get(action.id);
  return standing?.state === 'running' && standing.attempts === action.attempts;
}
