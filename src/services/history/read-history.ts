import { alertName } from '../../domain/alert.ts';
import type { Lineage } from '../../domain/key.ts';
import type { AuditQuery, AuditRecord } from '../../ports/audit.ts';
import type { Deps } from '../deps.ts';
import { listAllKeys } from '../inventory/list-keys.ts';

type HistoryDeps = Pick<Deps, 'store' | 'clock' | 'providers'>;

export interface HistoryEntry extends AuditRecord {
  /** What people call the subject: a slug, `KS-142`, a scope's name; null where it has no name. */
  readonly name: string | null;
}

export interface History {
  readonly total: number;
  /** Newest first. */
  readonly entries: readonly HistoryEntry[];
}

export interface HistoryQuery {
  /** Null: of everything. */
  readonly lineage: Lineage | null;
  /** Whether entries about people's rights and about settings are told, too. */
  readonly withSettings: boolean;
  readonly pageOf: (total: number) => { readonly offset: number; readonly limit: number };
}

// What everybody who may look may read; the rest is about rights and settings.
const OPEN_VERBS = ['key.', 'lineage.', 'alert.', 'scope.', 'rotation.', 'usage.', 'notice.'];

/** A page of the audit log, with names instead of ids. */
export async function readHistory(
  deps: HistoryDeps,
  { lineage, withSettings, pageOf }: HistoryQuery,
): Promise<History> {
  const { audit } = deps.store.read;
  const query: AuditQuery = {
    subjects: lineage === null ? null : await subjectsOf(deps, lineage),
    verbs: withSettings ? null : OPEN_VERBS,
  };
  const total = await audit.count(query);
  const records = await audit.page(query, pageOf(total));
  const nameOf = await namesFor(deps, records);
  return { total, entries: records.map((record) => ({ ...record, name: nameOf(record.subject) })) };
}

/** The lineage itself, its keys, its alerts, and the scopes whose limits hold for it. */
async function subjectsOf({ store }: HistoryDeps, { id }: Lineage): Promise<readonly string[]> {
  const keys = await store.read.keys.ofLineage(id);
  const alerts = await store.read.alerts.idsOfLineage(id);
  const scopes = keys.flatMap(({ connectionId, scopeId }) => (scopeId === null ? [] : [`${connectionId}:${scopeId}`]));
  return [...new Set([id, ...keys.map((key) => key.id), ...alerts, ...scopes])];
}

async function namesFor(deps: HistoryDeps, records: readonly AuditRecord[]) {
  const names = new Map<string, string>();
  for (const { key, lineage } of await listAllKeys(deps)) {
    names.set(key.id, lineage.slug);
    names.set(lineage.id, lineage.slug);
  }
  for (const { connectionId, id, name } of await deps.store.read.scopes.all()) names.set(`${connectionId}:${id}`, name);
  for (const { subject } of records) {
    if (!subject.startsWith('alert_') || names.has(subject)) continue;
    const alert = await deps.store.read.alerts.get(subject);
    if (alert !== undefined) names.set(subject, `${alertName(alert)} (${names.get(alert.lineageId) ?? 'a key'})`);
  }
  return (subject: string) => names.get(subject) ?? null;
}
