import { type Actor, actorText } from '../../domain/actor.ts';
import { AppError } from '../../domain/errors.ts';
import {
  type AuditEvent,
  auditAfter,
  auditRefreshed,
  type KeyAudit,
  nextAuditStep,
  startedAudit,
} from '../../domain/key-audit.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { cleanReason } from '../rotation/open-rotation.ts';
import { type AuditContext, postAudit, postReport, postStep } from './announce-audit.ts';
import { type FigureDeps, type TakenFigures, takeFigures } from './take-figures.ts';

export type LeadDeps = FigureDeps & Pick<Deps, 'ids'>;

export interface Led {
  readonly audit: KeyAudit;
  readonly isNew: boolean;
}

/** Begins an audit, or goes on with the one that is under way, with fresh figures for what is open. */
export async function leadAudit(deps: LeadDeps, actor: Actor): Promise<Led> {
  const taken = await takeFigures(deps);
  return deps.store.write(async (tx) => {
    const standing = await tx.keyAudits.open();
    if (standing !== undefined) return { audit: await refresh({ deps, tx }, standing, taken), isNew: false };
    const at = deps.clock.now();
    const audit = startedAudit(deps.ids.next('kaud'), { ...taken, at, by: actorText(actor) });
    await tx.keyAudits.insert(audit);
    const detail = { ...taken.figures, score: taken.score };
    await tx.audit.append({ at, actor, verb: 'key_audit.started', subject: audit.id, detail });
    await postAudit({ deps, tx }, audit.id);
    const first = nextAuditStep(audit);
    if (first !== null) await postStep({ deps, tx }, audit.id, first);
    return { audit, isNew: true };
  });
}

async function refresh(context: AuditContext, audit: KeyAudit, { figures }: TakenFigures): Promise<KeyAudit> {
  const fresh = auditRefreshed(audit, figures);
  const next = nextAuditStep(audit);
  if (fresh !== null) {
    await context.tx.keyAudits.update(fresh);
    await postAudit(context, audit.id);
    if (next !== null) await postStep(context, audit.id, next);
  }
  return fresh ?? audit;
}

export interface AuditChange {
  readonly actor: Actor;
  readonly auditId: string;
  readonly event: AuditEvent;
}

/** A step is over, or open again, or the audit ends; the last step that is over closes it with its report. */
export async function changeAudit(deps: LeadDeps, { actor, auditId, event }: AuditChange): Promise<KeyAudit> {
  const clean = 'reason' in event ? { ...event, reason: cleanReason(event.reason) } : event;
  const taken = await takeFigures(deps);
  return deps.store.write(async (tx) => {
    const before = await tx.keyAudits.get(auditId);
    if (before === undefined) throw noAudit(auditId);
    const at = deps.clock.now();
    const after = auditAfter(before, clean, { ...taken, at, by: actorText(actor) });
    // Somebody was faster with the same: it is as they want it.
    if (after === null) return refuseUnlessSame(before, clean);
    await tx.keyAudits.update(after);
    await record({ deps, tx }, actor, { before, after, event: clean });
    await tell({ deps, tx }, after, clean);
    return after;
  });
}

const VERBS = {
  done: 'key_audit.step_done',
  skip: 'key_audit.step_skipped',
  reopen: 'key_audit.step_reopened',
  end: 'key_audit.ended',
} as const satisfies Readonly<Record<AuditEvent['kind'], string>>;

interface Change {
  readonly before: KeyAudit;
  readonly after: KeyAudit;
  readonly event: AuditEvent;
}

async function record({ deps, tx }: AuditContext, actor: Actor, { before, after, event }: Change): Promise<void> {
  const at = deps.clock.now();
  const { kind, ...detail } = event;
  await tx.audit.append({ at, actor, verb: VERBS[kind], subject: before.id, detail });
  if (after.state !== 'done') return;
  const scores = { scoreBefore: after.scoreBefore, scoreAfter: after.scoreAfter };
  await tx.audit.append({ at, actor, verb: 'key_audit.done', subject: before.id, detail: scores });
}

async function tell(context: AuditContext, after: KeyAudit, event: AuditEvent): Promise<void> {
  await postAudit(context, after.id);
  const next = nextAuditStep(after);
  if (event.kind !== 'end') await postStep(context, after.id, event.step);
  else if (next !== null) await postStep(context, after.id, next);
  if (after.state !== 'open') await postReport(context, after.id);
  else if (next !== null && event.kind !== 'end' && next !== event.step) await postStep(context, after.id, next);
}

function refuseUnlessSame(audit: KeyAudit, event: AuditEvent): KeyAudit {
  if (audit.state === 'open') return audit;
  const isSame = event.kind === 'end' || audit.steps.some(({ step, state }) => step === event.step && state !== 'open');
  if (isSame && event.kind !== 'reopen') return audit;
  throw new AppError({
    code: 'conflict',
    message: `key audit ${audit.id} is ${audit.state}`,
    publicMessage: 'Nothing was changed: this audit is over. `/keys audit` begins another.',
  });
}

export async function auditNamed({ keyAudits }: Pick<Repos, 'keyAudits'>, auditId: string): Promise<KeyAudit> {
  const audit = await keyAudits.get(auditId);
  if (audit === undefined) throw noAudit(auditId);
  return audit;
}

function noAudit(auditId: string): AppError {
  return new AppError({
    code: 'not_found',
    message: `no key audit ${auditId}`,
    publicMessage: 'There is no such audit. `/keys audit` begins one.',
  });
}
