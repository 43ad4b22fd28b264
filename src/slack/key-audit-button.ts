import { z } from 'zod';
import { AUDIT_STEPS, type AuditStep } from '../domain/key-audit.ts';
import { buttonCodec } from './button-value.ts';

/** What a button or modal of an audit carries; `step` null: it is about the audit as a whole. */
export interface KeyAuditButton {
  readonly auditId: string;
  readonly step: AuditStep | null;
}

const codec = buttonCodec(z.strictObject({ a: z.string().max(64), s: z.enum(AUDIT_STEPS).nullable() }));

export function encodeKeyAuditButton({ auditId, step }: KeyAuditButton): string {
  return codec.encode({ a: auditId, s: step });
}

export function decodeKeyAuditButton(text: string): KeyAuditButton {
  const { a, s } = codec.decode(text);
  return { auditId: a, step: s };
}
