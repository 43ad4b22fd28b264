import { type Kysely, sql } from 'kysely';
import type { Alert, AlertState } from '../domain/alert.ts';
import type { Evidence, Severity } from '../domain/finding.ts';
import type { Sentence } from '../domain/sentence.ts';
import type { AlertEvent, AlertRepo } from '../ports/store.ts';
import type { RepoContext } from './repo-context.ts';
import type { Database, NewRow, Row } from './schema.ts';

type HistoryMethod = 'addFinding' | 'evidenceSince' | 'pruneFindings' | 'addEvent' | 'getEvent' | 'events';

type Context = Pick<RepoContext, 'db' | 'wake'>;

export function alertRepo(context: Context): AlertRepo {
  return { ...alertRows(context), ...alertLists(context.db), ...alertHistory(context.db) };
}

type ListMethod = 'unresolved' | 'timed' | 'legitimateEpisodes';

function alertRows({ db, wake }: Context): Omit<AlertRepo, HistoryMethod | ListMethod> {
  return {
    async insert(alert) {
      await db.insertInto('alerts').values(fromAlert(alert)).execute();
      wake('timers');
    },
    async update(alert) {
      await db.updateTable('alerts').set(fromAlert(alert)).where('id', '=', alert.id).execute();
      wake('timers');
    },
    async get(id) {
      const row = await db.selectFrom('alerts').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toAlert(row);
    },
    async latestOfLineage(lineageId) {
      const row = await db
        .selectFrom('alerts')
        .selectAll()
        .where('lineage_id', '=', lineageId)
        .orderBy(sql`CASE WHEN state = 'resolved' THEN 1 ELSE 0 END`)
        .orderBy('number', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && toAlert(row);
    },
    lastExpected: (lineageId) => lastExpected(db, lineageId),
    idsOfLineage: (lineageId) => idsOfLineage(db, lineageId),
    async moveToLineage(from, to) {
      await db.updateTable('alerts').set({ lineage_id: to }).where('lineage_id', '=', from).execute();
      await db.updateTable('findings').set({ lineage_id: to }).where('lineage_id', '=', from).execute();
    },
    async nextNumber() {
      const row = await db
        .selectFrom('alerts')
        .select((eb) => eb.fn.max('number').as('highest'))
        .executeTakeFirst();
      return Number(row?.highest ?? 0) + 1;
    },
  };
}

function alertLists(db: Kysely<Database>): Pick<AlertRepo, ListMethod> {
  return {
    async unresolved() {
      const rows = await db
        .selectFrom('alerts')
        .selectAll()
        .where('state', '!=', 'resolved')
        .where('test_of', 'is', null)
        .orderBy('number')
        .execute();
      return rows.map(toAlert);
    },
    async timed() {
      const rows = await db
        .selectFrom('alerts')
        .selectAll()
        .where('state', '!=', 'resolved')
        .where((eb) =>
          eb.or([eb('escalation', 'is not', null), eb('snoozed_until', 'is not', null), eb('test_of', 'is not', null)]),
        )
        .orderBy('number')
        .execute();
      return rows.map(toAlert);
    },
    async legitimateEpisodes(lineageId, { from, to }) {
      const rows = await db
        .selectFrom('alerts')
        .select(['started_at', 'closed_at'])
        .where('lineage_id', '=', lineageId)
        .where('verdict', '=', 'legitimate')
        .where('started_at', '<', to)
        .where('closed_at', '>', from)
        .orderBy('started_at')
        .execute();
      return rows.map((row) => ({ startedAt: row.started_at, closedAt: row.closed_at ?? row.started_at }));
    },
  };
}

function alertHistory(db: Kysely<Database>): Pick<AlertRepo, HistoryMethod> {
  return {
    async addFinding(finding) {
      if (await isKept(db, finding)) return;
      await db
        .insertInto('findings')
        .values({
          id: finding.id,
          alert_id: finding.alertId,
          detector_id: finding.detectorId,
          lineage_id: finding.lineageId,
          key_id: finding.keyId,
          severity: finding.severity,
          dedupe_key: finding.dedupeKey,
          started_at: finding.startedAt,
          observed_until: finding.observedUntil,
          cost_micro_usd: finding.costMicroUsd,
          evidence: JSON.stringify(finding.evidence),
          found_at: finding.foundAt,
        })
        .execute();
    },
    async evidenceSince(detectorId, since) {
      const rows = await db
        .selectFrom('findings')
        .select(['lineage_id', 'evidence'])
        .where('detector_id', '=', detectorId)
        .where('found_at', '>=', since)
        .orderBy('found_at')
        .execute();
      return rows.map((row) => ({ lineageId: row.lineage_id, evidence: JSON.parse(row.evidence) as Evidence }));
    },
    pruneFindings: (before, limit) => pruneFindings(db, before, limit),
    ...alertEvents(db),
  };
}

function alertEvents(db: Kysely<Database>): Pick<AlertRepo, 'addEvent' | 'getEvent' | 'events'> {
  return {
    async addEvent(event) {
      await db
        .insertInto('alert_events')
        .values({
          id: event.id,
          alert_id: event.alertId,
          at: event.at,
          kind: event.kind,
          actor: event.actor,
          detail: JSON.stringify(event.detail),
        })
        .execute();
    },
    async getEvent(id) {
      const row = await db.selectFrom('alert_events').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toEvent(row);
    },
    async events(alertId) {
      const rows = await db
        .selectFrom('alert_events')
        .selectAll()
        .where('alert_id', '=', alertId)
        .orderBy('id')
        .execute();
      return rows.map(toEvent);
    },
  };
}

/** A poll that a crash cut short reads the same usage again and finds the same in it. */
async function isKept(db: Kysely<Database>, finding: Parameters<AlertRepo['addFinding']>[0]): Promise<boolean> {
  const same = await db
    .selectFrom('findings')
    .select('id')
    .where('alert_id', '=', finding.alertId)
    .where('detector_id', '=', finding.detectorId)
    .where('observed_until', '=', finding.observedUntil)
    .where('evidence', '=', JSON.stringify(finding.evidence))
    .executeTakeFirst();
  return same !== undefined;
}

/** What an alert that stands was opened for is kept, however old. */
async function pruneFindings(db: Kysely<Database>, before: number, limit: number): Promise<number> {
  const over = db.selectFrom('alerts').select('id').where('state', '=', 'resolved');
  const oldest = db
    .selectFrom('findings')
    .select('id')
    .where('found_at', '<', before)
    .where('alert_id', 'in', over)
    .orderBy('found_at')
    .orderBy('id')
    .limit(limit);
  const result = await db.deleteFrom('findings').where('id', 'in', oldest).executeTakeFirst();
  return Number(result.numDeletedRows);
}

function fromAlert(alert: Alert): NewRow<'alerts'> {
  return {
    id: alert.id,
    number: alert.number,
    lineage_id: alert.lineageId,
    key_id: alert.keyId,
    state: alert.state,
    severity: alert.severity,
    detector_ids: JSON.stringify(alert.detectorIds),
    headline: JSON.stringify(alert.headline),
    reason: JSON.stringify(alert.reason),
    evidence: JSON.stringify(alert.evidence),
    started_at: alert.startedAt,
    opened_at: alert.openedAt,
    last_finding_at: alert.lastFindingAt,
    lost_micro_usd: alert.lostMicroUsd,
    data_until: alert.dataUntil,
    contained_at: alert.containedAt,
    closed_at: alert.closedAt,
    acknowledged_by: alert.acknowledgedBy,
    revision: alert.revision,
    per_key: JSON.stringify(alert.perKey),
    snoozed_until: alert.snoozedUntil,
    escalation: alert.escalation && JSON.stringify(alert.escalation),
    called: JSON.stringify(alert.called),
    owner_ask: alert.ownerAsk && JSON.stringify(alert.ownerAsk),
    verdict: alert.verdict,
    expected: alert.expected && JSON.stringify(alert.expected),
    test_of: alert.testOf,
    roll_up: alert.rollUp,
  };
}

export function toAlert(row: Row<'alerts'>): Alert {
  return {
    id: row.id,
    number: row.number,
    lineageId: row.lineage_id,
    keyId: row.key_id,
    state: row.state as AlertState,
    severity: row.severity as Severity,
    detectorIds: JSON.parse(row.detector_ids) as string[],
    headline: JSON.parse(row.headline) as Sentence,
    reason: JSON.parse(row.reason) as Sentence,
    evidence: JSON.parse(row.evidence) as Evidence,
    startedAt: row.started_at,
    openedAt: row.opened_at,
    lastFindingAt: row.last_finding_at,
    lostMicroUsd: row.lost_micro_usd,
    dataUntil: row.data_until,
    containedAt: row.contained_at,
    closedAt: row.closed_at,
    acknowledgedBy: row.acknowledged_by,
    revision: row.revision,
    perKey: JSON.parse(row.per_key) as Alert['perKey'],
    snoozedUntil: row.snoozed_until,
    escalation: row.escalation === null ? null : (JSON.parse(row.escalation) as Alert['escalation']),
    called: JSON.parse(row.called) as Alert['called'],
    ownerAsk: row.owner_ask === null ? null : (JSON.parse(row.owner_ask) as Alert['ownerAsk']),
    verdict: row.verdict as Alert['verdict'],
    expected: row.expected === null ? null : (JSON.parse(row.expected) as Alert['expected']),
    testOf: row.test_of,
    rollUp: row.roll_up,
  };
}

function toEvent(row: Row<'alert_events'>): AlertEvent {
  return {
    id: row.id,
    alertId: row.alert_id,
    at: row.at,
    kind: row.kind,
    actor: row.actor,
    detail: JSON.parse(row.detail) as AlertEvent['detail'],
  };
}

async function lastExpected(db: Kysely<Database>, lineageId: string): Promise<Alert | undefined> {
  const row = await db
    .selectFrom('alerts')
    .selectAll()
    .where('lineage_id', '=', lineageId)
    .where('expected', 'is not', null)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && toAlert(row);
}

async function idsOfLineage(db: Kysely<Database>, lineageId: string): Promise<readonly string[]> {
  const rows = await db.selectFrom('alerts').select('id').where('lineage_id', '=', lineageId).execute();
  return rows.map(({ id }) => id);
}
