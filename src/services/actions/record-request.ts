import { type Action, type ActionKind, auditVerb, type Consent, isRefused } from '../../domain/action.ts';
import type { ActionParams } from '../../domain/action-params.ts';
import { type Actor, actorText } from '../../domain/actor.ts';
import { AppError } from '../../domain/errors.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import { scrubSecrets } from '../../domain/secret.ts';
import type { AuditEntry, Repos } from '../../ports/store.ts';
import { answerAlert } from '../alerts/acknowledge-alert.ts';
import { addAlertEvent, announceAlert } from '../alerts/announce.ts';
import type { Deps } from '../deps.ts';
import { auditSubject } from './audit-subject.ts';
import { isFinal } from './second-person.ts';
import { announceRotationOf } from './tell-rotation.ts';

export type RequestDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'providers' | 'outlets'>;

/** Where a request is written down. */
export interface RequestContext {
  readonly deps: Pick<Deps, 'clock' | 'ids' | 'outlets'>;
  readonly tx: Repos;
}

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
  /** Written down with it, unless the same act is under way or done already. */
  readonly withIt?: (tx: Repos, action: Action) => Promise<void>;
}

/** What is true in the transaction of a request. */
export interface Asked {
  readonly tx: Repos;
  readonly key: Key;
  readonly lineage: Lineage;
}

export const REASON_MAX = 300;

export type Decide = (asked: Asked) => Promise<Wanted>;

/**
 * Writes an action down that one person may ask for, with its audit entry and what the channel is told, in one
 * transaction. `decide` looks at what is true in it and throws what the person should know instead.
 */
export async function recordRequest(deps: RequestDeps, input: RequestInput, decide: Decide): Promise<Action> {
  return inRequest(deps, input, async (asked, reason) => {
    const wanted = await decide(asked);
    if (isFinal(deps, wanted.kind, asked.key)) throw needsConsent(wanted.kind);
    return insertAction({ deps, tx: asked.tx }, { ...input, ...wanted, reason, consent: null }, asked.key);
  });
}

/** Looks the key up in one transaction with what is written about it; the reason comes scrubbed. */
export async function inRequest<Result>(
  deps: RequestDeps,
  input: RequestInput,
  work: (asked: Asked, reason: string) => Promise<Result>,
): Promise<Result> {
  // People paste the leaked key itself into the reason.
  const reason = scrubSecrets(input.reason.trim()).slice(0, REASON_MAX);
  if (reason === '') throw invalid('Say in a few words why; it goes into the audit log.');
  return deps.store.write(async (tx) => {
    const key = await tx.keys.get(input.keyId);
    const lineage = key && (await tx.lineages.get(key.lineageId));
    if (key === undefined || lineage === undefined) throw invalid('This key is not in the inventory any more.');
    return work({ tx, key, lineage }, reason);
  });
}

export function refuseWrongSlug(lineage: Lineage, typedSlug: string | null): void {
  if (typedSlug?.trim() === lineage.slug) return;
  throw invalid(`Type ${lineage.slug} exactly to confirm.`);
}

export function invalid(publicMessage: string): AppError {
  return new AppError({ code: 'invalid_input', message: publicMessage, publicMessage });
}

function needsConsent(kind: ActionKind): AppError {
  return new AppError({
    code: 'internal',
    message: `${kind} is for good and was recorded without asking for consent`,
    publicMessage: 'Nothing was done: this cannot be undone, so it needs a second person.',
  });
}

/** What stands in the way of asking for the same act again: it is under way, or done. */
export async function standingAction(tx: Repos, idempotencyKey: string): Promise<Action | null> {
  const standing = await tx.actions.byIdempotencyKey(idempotencyKey);
  return standing === undefined || canTakeUp(standing) ? null : standing;
}

export type AgreedRequest = Pick<RequestInput, 'actor' | 'alertId' | 'reason'> & Wanted & Pick<Action, 'consent'>;

/** The action with its audit entry and what the channel is told. An act that is under way or done stays one act. */
export async function insertAction({ deps, tx }: RequestContext, input: AgreedRequest, key: Key): Promise<Action> {
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
    consent: input.consent,
  };
  const recorded = (await tx.actions.insert(action)) ? action : await takeUpAgain({ tx, now }, action);
  if (recorded === null) return (await tx.actions.byIdempotencyKey(action.idempotencyKey)) ?? action;

  await input.withIt?.(tx, recorded);
  const detail = { kind, keyId: key.id, reason, ...input.detail, ...consentDetail(input.consent) };
  const subject = auditSubject(action, key);
  const answered = await answerAlert({ deps, tx }, alertId, { actor, gesture: 'act' });
  await tx.audit.append({ at: now, actor, verb: auditVerb(kind, 'requested'), subject, detail });
  await announceRotationOf({ deps, tx }, recorded);
  if (alertId !== null) {
    await addAlertEvent(
      { deps, tx },
      { id: alertId },
      { kind: 'action_requested', actor, detail: { ...detail, ...answered } },
    );
    await announceAlert({ deps, tx }, { id: alertId });
  }
  return recorded;
}

function consentDetail(consent: Consent | null): Wanted['detail'] {
  if (consent === null) return {};
  switch (consent.kind) {
    case 'approved':
      return { approvedBy: consent.by };
    case 'alone':
      return { alone: consent.because };
    case 'policy':
      return { byPolicy: consent.rule };
  }
}

/** A refused one is tried at once when somebody asks again: they may have seen to it. */
function canTakeUp(standing: Action): boolean {
  if (standing.state === 'running') return false;
  return standing.state === 'failed' || standing.state === 'dismissed' || isRefused(standing);
}

/** Null: the same act is under way or done already. */
async function takeUpAgain({ tx, now }: { tx: Repos; now: number }, fresh: Action): Promise<Action | null> {
  const standing = await tx.actions.byIdempotencyKey(fresh.idempotencyKey);
  if (standing === undefined || !canTakeUp(standing)) return null;
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
    consent: fresh.consent,
  };
  await tx.actions.update(again);
  return again;
}
