import type { AuditStep } from '../../domain/key-audit.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

/** The outbox's names: the audit's message, and what stands in its thread. */
export const KEY_AUDIT = 'key_audit';
export const KEY_AUDIT_STEP = 'key_audit_step';
export const KEY_AUDIT_REPORT = 'key_audit_report';

export interface AuditContext {
  readonly deps: Pick<Deps, 'clock' | 'ids'>;
  readonly tx: Repos;
}

export function stepSubject(auditId: string, step: AuditStep): string {
  return `${auditId}:${step}`;
}

export function postAudit(context: AuditContext, auditId: string): Promise<void> {
  return enqueue(context, { kind: KEY_AUDIT, subjectId: auditId, auditId });
}

/** The message of a step, or what it says now. */
export function postStep(context: AuditContext, auditId: string, step: AuditStep): Promise<void> {
  return enqueue(context, { kind: KEY_AUDIT_STEP, subjectId: stepSubject(auditId, step), auditId });
}

export function postReport(context: AuditContext, auditId: string): Promise<void> {
  return enqueue(context, { kind: KEY_AUDIT_REPORT, subjectId: auditId, auditId });
}

/** One order for all of an audit: nothing can reply to a message that is not there yet. */
function enqueue(
  { deps, tx }: AuditContext,
  { auditId, ...row }: { readonly kind: string; readonly subjectId: string; readonly auditId: string },
): Promise<void> {
  const createdAt = deps.clock.now();
  return tx.outbox.enqueue({ ...row, id: deps.ids.next('out'), threadKey: `key_audit:${auditId}`, createdAt });
}
