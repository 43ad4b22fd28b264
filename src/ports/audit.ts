import type { Actor } from '../domain/actor.ts';

/** An entry of the audit log as it is stored. */
export interface AuditRecord {
  readonly seq: number;
  readonly at: number;
  /** Actor text. */
  readonly actor: string;
  readonly verb: string;
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AuditQuery {
  /** Null: whatever it is about. */
  readonly subjects: readonly string[] | null;
  /** Only verbs that begin like one of these; null: all. */
  readonly verbs: readonly string[] | null;
  /** Only from this instant on; absent: from the first. */
  readonly since?: number;
}

export interface AuditReader {
  count(query: AuditQuery): Promise<number>;
  /** Newest first. */
  page(query: AuditQuery, place: { readonly offset: number; readonly limit: number }): Promise<readonly AuditRecord[]>;
}

export interface AuditEntry {
  readonly at: number;
  readonly actor: Actor;
  /** `key.suspend.requested`, `alert.opened` … */
  readonly verb: string;
  readonly subject: string;
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
}
