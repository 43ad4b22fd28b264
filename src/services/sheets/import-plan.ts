import type { Key, KeyStatus, Lineage } from '../../domain/key.ts';
import type { AuditEntry } from '../../ports/audit.ts';
import type { LineageChange } from '../inventory/change-lineage.ts';

/** What is wrong in a sheet, and where. */
export interface CellFault {
  readonly line: number;
  /** The title at the head of the column; null: the line as a whole. */
  readonly column: string | null;
  readonly why: string;
}

/** What would be different, as a person reads it. */
export interface FieldChange {
  readonly field: string;
  readonly from: string;
  readonly to: string;
}

export interface LineageEdit {
  readonly before: Lineage;
  readonly after: Lineage;
  readonly entries: readonly Pick<AuditEntry, 'verb' | 'detail'>[];
  readonly words: readonly FieldChange[];
}

export type KeyFacts = Pick<Key, 'label' | 'hint' | 'createdAt' | 'status' | 'providerId'>;

/** Of a key that people registered; of every other the provider says what it is. */
export interface KeyEdit {
  readonly before: Key;
  readonly slug: string;
  readonly change: Partial<KeyFacts>;
  readonly words: readonly FieldChange[];
}

/** A key that nobody can list, as it was registered. */
export interface Registration {
  readonly slug: string;
  /** The provider as people call it. */
  readonly provider: string;
  readonly label: string;
  readonly hint: string | null;
  readonly createdAt: number | null;
  readonly status: KeyStatus;
  readonly facts: LineageChange;
}

export interface ImportPlan {
  readonly edits: readonly LineageEdit[];
  readonly keyEdits: readonly KeyEdit[];
  readonly added: readonly Registration[];
  readonly unchanged: number;
  /** Columns whose titles mean nothing here. */
  readonly ignored: readonly string[];
}

export type ImportReading =
  | { readonly ok: true; readonly plan: ImportPlan }
  /** The first of them, and how many there are. */
  | { readonly ok: false; readonly faults: readonly CellFault[]; readonly count: number };

/** So many are told one by one. */
export const FAULTS_TOLD = 20;

export function faultText({ line, column, why }: CellFault): string {
  return column === null ? `Line ${line}: ${why}` : `Line ${line}, column ${column}: ${why}`;
}

/** Whether applying it would change anything. */
export function isIdle({ edits, keyEdits, added }: ImportPlan): boolean {
  return edits.length + keyEdits.length + added.length === 0;
}
