import { type Action, type ActionKind, auditVerb, isRefused } from '../../domain/action.ts';
import type { ActionParams } from '../../domain/action-params.ts';
import { type Actor, actorText } from '../../domain/actor.ts';
import { AppError } from '../../domain/errors.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import { scrubSecrets } from '../../domain/secret.ts';
import type { AuditEntry, Repos } from '../../ports/store.ts';
import { addAlertEvent, announceAlert } from '../alerts/announce.ts';
import type { Deps } from '../deps.ts';
import { auditSubject } from './audit-subject.ts';

export type RequestDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'providers'>;

export interface RequestInput {
  readonly actor: Actor;
  readonly keyId: string;
  readonly alertId: string | null;
  readonly reason: string;
  /** What the person typed to confirm. */
  readonly typedSlug: string | null;
}

/** What is asked for, once it is found fit. */
export interface Wanted {
  readonly kind: ActionKind;
  readonly idempotencyKey: string;
  readonly params: ActionParams | null;
  /** For the audit log and the alert's thread, besides the reason. */
  readonly detail: NonNullable<AuditEntry['detail']>;
}

interface Asked {
  readonly tx: Repos;
  readonly key: Key;
  readonly lineage: Lineage;
}

export const REASON_MAX = 300;

/**
 * Writes an action down with its audit entry and what the channel is told, in one transaction. `decide` looks at what is
 * true in it and throws what the person should know instead.
 */
export async function recordRequest(
  deps: RequestDeps,
  input: RequestInput,
  decide: (asked: Asked) => Promise<Wanted>,
): Promise<Action> {
  // People paste the leaked key itself into the reason.
  const reason = scrubSecrets(input.reason.trim()).slice(0, REASON_MAX);
  if (reason === '') throw invalid('Say in a few words why; it goes into the audit log.');
  return deps.store.write(async (tx) => {
    const key = await tx.keys.get(input.keyId);
    const lineage = key && (await tx.lineages.get(key.lineageId));
    if (key === undefined || lineage === undefined) throw invalid('This key is not in the inventory any more.');
    const wanted = await decide({ tx, key, lineage });
    return insertAction({ deps, tx }, { ...input, ...wanted, reason }, key);
  });
}

export function refuseWrongSlug(lineage: Lineage, typedSlug: string | null): void {
  if (typedSlug?.trim() === lineage.slug) return;
  throw invalid(`Type ${lineage.slug} exactly to confirm.`);
}

export function invalid(publicMessage: string): AppError {
  return new AppError({ code: 'invalid_input', message: publicMessage, publicMessage });
}

/** The same inside of a transaction, for what is asked together with another change. */
export async function insertAction(
  { deps, tx }: { readonly deps: Pick<Deps, 'clock' | 'ids'>; readonly tx: Repos },
  input: Omit<RequestInput, 'typedSlug'> & Wanted,
  key: Key,
): Promise<Action> {
  const now = deps.clock.now();
  const { actor, kind, reason, alertId } = input;
  const action: Action = {
    id: deps.ids.next('act'),
    idempotencyKey: input.idempotencyKey,
    kind,
    keyId: key.id,
    params: input.params,
    alertId,
    requestedBy: actorText(actor),
    reason,
    state: 'pending',
    attempts: 0,
    notBeforeAt: now,
    requestedAt: now,
    executedAt: null,
    confirmedAt: null,
    verifiedAt: null,
    checkedUntil: null,
    usedAfterMicroUsd: null,
    problem: null,
    problemCode: null,
  };
  const recorded = (await tx.actions.insert(action)) ? action : await takeUpAgain({ tx, now }, action);
  if (recorded === null) return (await tx.actions.byIdempotencyKey(action.idempotencyKey)) ?? action;

  const detail = { kind, keyId: key.id, reason, ...input.detail };
  const subject = auditSubject(action, key);
  await tx.audit.append({ at: now, actor, verb: auditVerb(kind, 'requested'), subject, detail });
  if (alertId !== null) {
    await addAlertEvent({ deps, tx }, { id: alertId }, { kind: 'action_requested', actor, detail });
    await announceAlert({ deps, tx }, { id: alertId });
  }
  return recorded;
}

/** Null: the same act is under way or done already. One that was refused is tried at once: somebody may have seen to it. */
async function takeUpAgain({ tx, now }: { tx: Repos; now: number }, fresh: Action): Promise<Action | null> {
  const standing = await tx.actions.byIdempotencyKey(fresh.idempotencyKey);
  if (standing === undefined || standing.state === 'running') return null;
  if (standing.state !== 'failed' && standing.state !== 'dismissed' && !isRefused(standing)) return null;
  const again: Action = {
    ...standing,
    state: 'pending',
    keyId: fresh.keyId,
    params: fresh.params,
    alertId: fresh.alertId ?? standing.alertId,
    requestedBy: fresh.requestedBy,
    reason: fresh.reason,
    requestedAt: now,
    notBeforeAt: now,
    problem: null,
    problemCode: null,
  };
  await tx.actions.update(again);
  return again;
}
