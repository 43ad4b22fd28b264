import type { KeyAudit } from '../domain/key-audit.ts';

export interface KeyAuditRepo {
  insert(audit: KeyAudit): Promise<void>;
  update(audit: KeyAudit): Promise<void>;
  get(id: string): Promise<KeyAudit | undefined>;
  /** The one that is under way. */
  open(): Promise<KeyAudit | undefined>;
  /** Those that are over, the newest first. */
  closed(limit: number): Promise<readonly KeyAudit[]>;
}
