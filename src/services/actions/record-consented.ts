import { type Action, auditVerb, type Consent } from '../../domain/action.ts';
import { type Actor, actorText } from '../../domain/actor.ts';
import { type Approval, approvalMs, isBoundTo } from '../../domain/approval.ts';
import { AppError } from '../../domain/errors.ts';
import type { Key } from '../../domain/key.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { adminsToTell } from '../notices/admins-to-tell.ts';
import { lineageCounting } from '../rotation/named-keys.ts';
import { type Alone, breakGlass } from './break-glass.ts';
import {
  type Asked,
  type Decide,
  inRequest,
  insertAction,
  type RequestContext,
  type RequestDeps,
  type RequestInput,
  standingAction,
  type Wanted,
} from './record-request.ts';
import { isFinal, needsSecondPerson } from './second-person.ts';
import { announceApproval, settleApproval } from './settle-approval.ts';

/** The action that is under way now, or the approval that it waits for. */
export type RequestOutcome =
  | { readonly kind: 'recorded'; readonly action: Action }
  | { readonly kind: 'waits'; readonly approval: Approval };

export type ConsentDeps = RequestDeps & Pick<Deps, 'policy' | 'directory' | 'logger'>;

export interface ConsentInput extends RequestInput {
  /** Set where the person acts alone (break-glass); ignored where nobody else is needed. */
  readonly alone?: Alone | null;
}

/**
 * Writes an act down that may need a second person: it becomes an action at once where one is enough, or where somebody
 * acts alone with good reason, and waits for approval otherwise. All of it in one transaction.
 */
export async function recordConsented(deps: ConsentDeps, input: ConsentInput, decide: Decide): Promise<RequestOutcome> {
  const alone = input.alone ?? null;
  // Slack is asked before the transaction, never in it.
  const adminIds = alone === null ? [] : await adminsToTell(deps, userIdOf(input.actor));
  return inRequest(deps, input, async (asked, reason) => {
    const { tx, key } = asked;
    const alertId = input.alertId ?? (await alertAbout(tx, key));
    const wanted = await decide(asked);
    const standing = await standingAction(tx, wanted.idempotencyKey);
    if (standing !== null) return { kind: 'recorded', action: standing };
    const final = isFinal(deps, wanted.kind, key);
    if (final && input.actor.kind !== 'slack') throw onlyPeople(input.actor);
    const twoPeople = await needsSecondPerson({ deps, repos: tx }, { ...wanted, key });
    const request = { ...input, ...wanted, alertId, reason };
    if (twoPeople && alone === null) return { kind: 'waits', approval: await wait({ deps, tx }, request, asked) };
    const consent = twoPeople ? await actAlone({ deps, asked }, { ...request, alone, adminIds }) : null;
    const action = await insertAction({ deps, tx }, { ...request, consent }, key);
    const waiting = await tx.approvals.waitingFor(wanted.idempotencyKey);
    if (waiting !== undefined) await overtake({ deps, tx }, waiting, 'It is under way without this approval.');
    return { kind: 'recorded', action };
  });
}

/** A command names no alert; what it does to the key belongs to the one that stands open all the same. */
async function alertAbout(tx: Repos, key: Key): Promise<string | null> {
  const latest = await tx.alerts.latestOfLineage(await lineageCounting(tx, key));
  const isAbout = latest !== undefined && (latest.keyId === null || latest.keyId === key.id);
  return isAbout && latest.state !== 'resolved' ? latest.id : null;
}

type Request = RequestInput & Wanted;

async function actAlone(
  { deps, asked }: { readonly deps: ConsentDeps; readonly asked: Asked },
  { alone, adminIds, ...request }: Request & { readonly alone: Alone | null; readonly adminIds: readonly string[] },
): Promise<Consent> {
  const { actor } = request;
  if (actor.kind !== 'slack' || alone === null) throw onlyPeople(actor);
  const { tx, key } = asked;
  return breakGlass({ deps, tx }, { ...request, actor, alone, key, adminIds });
}

/** Asking twice for the same is one approval; the same act with other consequences takes its place. */
async function wait({ deps, tx }: RequestContext, request: Request, { key }: Asked): Promise<Approval> {
  const now = deps.clock.now();
  const bound = { ...request, keyId: key.id, generation: key.generation };
  const standing = await tx.approvals.waitingFor(request.idempotencyKey);
  if (standing !== undefined && standing.expiresAt > now && isBoundTo(standing, bound)) return standing;
  if (standing !== undefined) await replace({ deps, tx }, standing);
  const { kind, idempotencyKey, params, alertId, actor, reason } = request;
  const approval: Approval = {
    id: deps.ids.next('approval'),
    idempotencyKey,
    kind,
    keyId: key.id,
    generation: key.generation,
    params,
    alertId,
    requestedBy: actorText(actor),
    reason,
    state: 'waiting',
    requestedAt: now,
    expiresAt: now + approvalMs(kind),
    decidedBy: null,
    decidedAt: null,
    problem: null,
    actionId: null,
  };
  await tx.approvals.insert(approval);
  const detail = { approvalId: approval.id, reason, alertId, expiresAt: approval.expiresAt, ...request.detail };
  await tx.audit.append({ at: now, actor, verb: auditVerb(kind, 'approval_asked'), subject: key.id, detail });
  await announceApproval({ deps, tx }, approval);
  return approval;
}

async function replace(context: RequestContext, standing: Approval): Promise<void> {
  if (standing.expiresAt <= context.deps.clock.now()) {
    await settleApproval(context, standing, { event: 'expire', actor: null });
    return;
  }
  await overtake(context, standing, 'It was asked for anew, with other consequences.');
}

async function overtake(context: RequestContext, approval: Approval, problem: string): Promise<void> {
  await settleApproval(context, approval, { event: 'overtake', actor: null, problem });
}

function userIdOf(actor: Actor): string | null {
  return actor.kind === 'slack' ? actor.userId : null;
}

/** What acts by itself never does what nobody can take back. */
function onlyPeople(actor: Actor): AppError {
  return new AppError({
    code: 'forbidden',
    message: `${actorText(actor)} asked for an act that is for good`,
    publicMessage: 'Nothing was done: this cannot be undone, so only people may ask for it.',
  });
}
