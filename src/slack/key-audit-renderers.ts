import { AUDIT_STEPS } from '../domain/key-audit.ts';
import { KEY_AUDIT, KEY_AUDIT_REPORT, KEY_AUDIT_STEP } from '../services/key-audits/announce-audit.ts';
import { describeAudit } from '../services/key-audits/describe-audit.ts';
import type { OutboxRenderer, RenderContext } from './outbox-renderer.ts';
import { keyAuditReportView, keyAuditStepView, keyAuditView } from './views/key-audit.ts';

const rootRenderer: OutboxRenderer = {
  kind: KEY_AUDIT,
  async render({ deps, locale }, auditId) {
    const card = await describeAudit(deps, auditId);
    if (card === undefined) return null;
    return { ...keyAuditView(card, locale), channel: deps.policy.channels.alerts, inThreadOf: null };
  },
};

const stepRenderer: OutboxRenderer = {
  kind: KEY_AUDIT_STEP,
  async render(context, subject) {
    const [auditId = '', name = ''] = subject.split(':');
    const card = await describeAudit(context.deps, auditId);
    const step = AUDIT_STEPS.find((one) => one === name);
    if (card === undefined || step === undefined) return null;
    return { ...keyAuditStepView(card, step, context.locale), ...inThread(context, auditId) };
  },
};

const reportRenderer: OutboxRenderer = {
  kind: KEY_AUDIT_REPORT,
  async render(context, auditId) {
    const card = await describeAudit(context.deps, auditId);
    if (card === undefined || card.audit.state === 'open') return null;
    return { ...keyAuditReportView(card, context.locale), ...inThread(context, auditId) };
  },
};

export const keyAuditRenderers: readonly OutboxRenderer[] = [rootRenderer, stepRenderer, reportRenderer];

function inThread({ deps }: RenderContext, auditId: string) {
  return { channel: deps.policy.channels.alerts, inThreadOf: { kind: KEY_AUDIT, subjectId: auditId } };
}
