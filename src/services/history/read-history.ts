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
  readonly lineages: readonly Lineage[] | null;
  /** Whether entries about people's rights and about settings are told, too. */
  readonly withSettings: boolean;
  readonly pageOf: (total: number) => { readonly offset: number; readonly limit: number };
}

// What everybody who may look may read; the rest is about rights and settings.
const OPEN_VERBS = ['key.', 'lineage.', 'alert.', 'scope.', 'rotation.', 'grant.', 'usage.', 'notice.'];

/** A page of the audit log, with names instead of ids. */
export async function readHistory(
  deps: HistoryDeps,
  { lineages, withSettings, pageOf }: HistoryQuery,
): Promise<History> {
  const { audit } = deps.store.read;
  const query: AuditQuery = {
    subjects: lineages === null ? null : await subjectsOfAll(deps, lineages),
    verbs: withSettings ? null : OPEN_VERBS,
  };
  const total = await audit.count(query);
  const records = await audit.page(query, pageOf(total));
  const nameOf = await namesFor(deps, records);
  return { total, entries: records.map((record) => ({ ...record, name: nameOf(record.subject) })) };
}

async function subjectsOfAll(deps: HistoryDeps, lineages: readonly Lineage[]): Promise<readonly string[]> {
  const subjects = await Promise.all(lineages.map((lineage) => subjectsOf(deps, lineage)));
  return [...new Set(subjects.flat())];
}

/** The lineage itself, its keys, alerts, rotations and grants, and the scopes whose limits hold for it. */
async function subjectsOf({ store }: HistoryDeps, { id }: Lineage): Promise<readonly string[]> {
  const keys = await store.read.keys.ofLineage(id);
  const alerts = await store.read.alerts.idsOfLineage(id);
  const rotations = await store.read.rotations.idsOfLineage(id);
  const grants = await store.read.grants.idsOfKeys(keys.map((key) => key.id));
  const scopes = keys.flatMap(({ connectionId, scopeId }) => (scopeId === null ? [] : [`${connectionId}:${scopeId}`]));
  return [id, ...keys.map((key) => key.id), ...alerts, ...rotations, ...grants, ...scopes];
}

async function namesFor(deps: HistoryDeps, records: readonly AuditRecord[]) {
  const names = new Map<string, string>();
  for (const { key, lineage } of await listAllKeys(deps)) {
    names.set(key.id, lineage.slug);
    names.set(lineage.id, lineage.slug);
  }
  for (const { connectionId, id, name } of await deps.store.read.scopes.all()) names.set(`${connectionId}:${id}`, name);
  for (const { subject } of records) {
    const name = names.has(subject) ? undefined : await nameOfRecord(deps, subject, names);
    if (name !== undefined) names.set(subject, name);
  }
  return (subject: string) => names.get(subject) ?? null;
}

/** Of an alert, a rotation or a grant. */
async function nameOfRecord(
  { store }: HistoryDeps,
  subject: string,
  names: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  const { alerts, rotations, grants } = store.read;
  if (subject.startsWith('alert_')) {
    const alert = await alerts.get(subject);
    return (
      alert && `${alertName(alert)} (${alert.testOf === null ? (names.get(alert.lineageId) ?? 'a key') : 'a test'})`
    );
  }
  if (subject.startsWith('rot_')) return names.get((await rotations.get(subject))?.lineageId ?? '');
  return subject.startsWith('grant_') ? names.get((await grants.get(subject))?.keyId ?? '') : undefined;
}
