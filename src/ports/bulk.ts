import type { Key, Lineage } from '../domain/key.ts';
import type { AuditEntry } from './audit.ts';

/** Many rows in few statements; a slice of some hundred takes milliseconds. */
export interface BulkRepo {
  /** By id: what is there is replaced. */
  putLineages(lineages: readonly Lineage[]): Promise<void>;
  /** By id: what is there is replaced. */
  putKeys(keys: readonly Key[]): Promise<void>;
  audit(entries: readonly AuditEntry[]): Promise<void>;
}
