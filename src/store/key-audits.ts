import type { KeyAudit } from '../domain/key-audit.ts';
import type { KeyAuditRepo } from '../ports/key-audits.ts';
import type { RepoContext } from './repo-context.ts';
import type { NewRow, Row } from './schema.ts';

export function keyAuditRepo({ db }: Pick<RepoContext, 'db'>): KeyAuditRepo {
  const all = () => db.selectFrom('key_audits').selectAll();
  return {
    async insert(audit) {
      await db.insertInto('key_audits').values(fromAudit(audit)).execute();
    },
    async update(audit) {
      await db.updateTable('key_audits').set(fromAudit(audit)).where('id', '=', audit.id).execute();
    },
    async get(id) {
      const row = await all().where('id', '=', id).executeTakeFirst();
      return row && toAudit(row);
    },
    async open() {
      const row = await all().where('state', '=', 'open').executeTakeFirst();
      return row && toAudit(row);
    },
    async closed(limit) {
      const query = all().where('state', '!=', 'open').orderBy('closed_at', 'desc').orderBy('id', 'desc');
      return (await query.limit(limit).execute()).map(toAudit);
    },
  };
}

function fromAudit(audit: KeyAudit): NewRow<'key_audits'> {
  return {
    id: audit.id,
    state: audit.state,
    started_at: audit.startedAt,
    started_by: audit.startedBy,
    closed_at: audit.closedAt,
    closed_by: audit.closedBy,
    close_reason: audit.closeReason,
    steps: JSON.stringify(audit.steps),
    score_before: audit.scoreBefore,
    score_after: audit.scoreAfter,
    revision: audit.revision,
  };
}

function toAudit(row: Row<'key_audits'>): KeyAudit {
  return {
    id: row.id,
    state: row.state as KeyAudit['state'],
    startedAt: row.started_at,
    startedBy: row.started_by,
    closedAt: row.closed_at,
    closedBy: row.closed_by,
    closeReason: row.close_reason,
    steps: JSON.parse(row.steps),
    scoreBefore: row.score_before,
    scoreAfter: row.score_after,
    revision: row.revision,
  };
}
