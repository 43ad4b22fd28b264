import type { Evidence, Severity } from '../domain/finding.ts';
import type { Hold } from '../domain/hold.ts';
import type { QuietCause, QuietFinding } from '../domain/quiet.ts';
import type { Sentence } from '../domain/sentence.ts';
import type { HoldRepo, QuietRepo, RollUpRepo } from '../ports/noise.ts';
import type { RepoContext } from './repo-context.ts';
import type { NewRow, Row } from './schema.ts';

export function holdRepo({ db, wake }: Pick<RepoContext, 'db' | 'wake'>): HoldRepo {
  return {
    async insert(hold) {
      await db.insertInto('holds').values(fromHold(hold)).execute();
      wake('timers');
    },
    async update(hold) {
      await db.updateTable('holds').set(fromHold(hold)).where('id', '=', hold.id).execute();
      wake('timers');
    },
    async get(id) {
      const row = await db.selectFrom('holds').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toHold(row);
    },
    async ofLineage(lineageId, since) {
      const rows = await db
        .selectFrom('holds')
        .selectAll()
        .where('lineage_id', '=', lineageId)
        .where('until_at', '>', since)
        .where((eb) => eb.or([eb('ended_at', 'is', null), eb('ended_at', '>', since)]))
        .orderBy('from_at')
        .orderBy('id')
        .execute();
      return rows.map(toHold);
    },
    async open() {
      const rows = await db
        .selectFrom('holds')
        .selectAll()
        .where('ended_at', 'is', null)
        .orderBy('until_at')
        .orderBy('id')
        .execute();
      return rows.map(toHold);
    },
    async moveToLineage(from, to) {
      await db.updateTable('holds').set({ lineage_id: to }).where('lineage_id', '=', from).execute();
    },
  };
}

export function quietRepo({ db }: Pick<RepoContext, 'db'>): QuietRepo {
  return {
    async insert(finding) {
      await db.insertInto('quiet_findings').values(fromQuiet(finding)).execute();
    },
    async update(finding) {
      await db.updateTable('quiet_findings').set(fromQuiet(finding)).where('id', '=', finding.id).execute();
    },
    async ofLineage(lineageId, since) {
      const rows = await db
        .selectFrom('quiet_findings')
        .selectAll()
        .where('lineage_id', '=', lineageId)
        .where('last_found_at', '>=', since)
        .orderBy('last_found_at', 'desc')
        .orderBy('id', 'desc')
        .execute();
      return rows.map(toQuiet);
    },
    async within({ from, to }) {
      const rows = await db
        .selectFrom('quiet_findings')
        .selectAll()
        .where('last_found_at', '>=', from)
        .where('first_found_at', '<', to)
        .orderBy('last_found_at', 'desc')
        .orderBy('id', 'desc')
        .execute();
      return rows.map(toQuiet);
    },
    async countOfHold(holdId) {
      const row = await db
        .selectFrom('quiet_findings')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('hold_id', '=', holdId)
        .executeTakeFirst();
      return Number(row?.count ?? 0);
    },
    async prune(before, limit) {
      const oldest = db
        .selectFrom('quiet_findings')
        .select('id')
        .where('last_found_at', '<', before)
        .orderBy('last_found_at')
        .orderBy('id')
        .limit(limit);
      const result = await db.deleteFrom('quiet_findings').where('id', 'in', oldest).executeTakeFirst();
      return Number(result.numDeletedRows);
    },
    async moveToLineage(from, to) {
      await db.updateTable('quiet_findings').set({ lineage_id: to }).where('lineage_id', '=', from).execute();
    },
  };
}

export function rollUpRepo({ db }: Pick<RepoContext, 'db'>): RollUpRepo {
  return {
    async postedSince(since) {
      const row = await db
        .selectFrom('alerts')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('opened_at', '>=', since)
        .where('roll_up', 'is', null)
        .where('test_of', 'is', null)
        .executeTakeFirst();
      return Number(row?.count ?? 0);
    },
    async idsOf(day) {
      const rows = await db.selectFrom('alerts').select('id').where('roll_up', '=', day).orderBy('number').execute();
      return rows.map(({ id }) => id);
    },
  };
}

function fromHold(hold: Hold): NewRow<'holds'> {
  const isWindow = hold.kind === 'expect';
  return {
    id: hold.id,
    kind: hold.kind,
    lineage_id: hold.lineageId,
    rule_id: isWindow ? null : hold.ruleId,
    ceiling_micro_usd: isWindow ? hold.ceilingMicroUsd : null,
    held_by: hold.by,
    reason: hold.reason,
    from_at: hold.fromAt,
    until_at: hold.untilAt,
    exceeded_at: isWindow ? hold.exceededAt : null,
    alert_id: isWindow ? hold.alertId : null,
    ended_at: hold.endedAt,
    ended_by: hold.endedBy,
  };
}

function toHold(row: Row<'holds'>): Hold {
  const base = {
    id: row.id,
    lineageId: row.lineage_id,
    by: row.held_by,
    reason: row.reason,
    fromAt: row.from_at,
    untilAt: row.until_at,
    endedAt: row.ended_at,
    endedBy: row.ended_by,
  };
  if (row.kind === 'mute') return { ...base, kind: 'mute', ruleId: row.rule_id ?? '' };
  const { ceiling_micro_usd: ceilingMicroUsd, exceeded_at: exceededAt, alert_id: alertId } = row;
  return { ...base, kind: 'expect', ceilingMicroUsd: ceilingMicroUsd ?? 0, exceededAt, alertId };
}

function fromQuiet(finding: QuietFinding): NewRow<'quiet_findings'> {
  return {
    id: finding.id,
    lineage_id: finding.lineageId,
    key_id: finding.keyId,
    detector_id: finding.detectorId,
    severity: finding.severity,
    cause: finding.cause,
    held_back: finding.heldBack,
    hold_id: finding.holdId,
    alert_id: finding.alertId,
    headline: JSON.stringify(finding.headline),
    reason: JSON.stringify(finding.reason),
    evidence: JSON.stringify(finding.evidence),
    started_at: finding.startedAt,
    observed_until: finding.observedUntil,
    cost_micro_usd: finding.costMicroUsd,
    first_found_at: finding.firstFoundAt,
    last_found_at: finding.lastFoundAt,
    times: finding.times,
  };
}

function toQuiet(row: Row<'quiet_findings'>): QuietFinding {
  return {
    id: row.id,
    lineageId: row.lineage_id,
    keyId: row.key_id,
    detectorId: row.detector_id,
    severity: row.severity as Severity,
    cause: row.cause as QuietCause,
    heldBack: row.held_back,
    holdId: row.hold_id,
    alertId: row.alert_id,
    headline: JSON.parse(row.headline) as Sentence,
    reason: JSON.parse(row.reason) as Sentence,
    evidence: JSON.parse(row.evidence) as Evidence,
    startedAt: row.started_at,
    observedUntil: row.observed_until,
    costMicroUsd: row.cost_micro_usd,
    firstFoundAt: row.first_found_at,
    lastFoundAt: row.last_found_at,
    times: row.times,
  };
}
