import type { Kysely } from 'kysely';
import { type Actor, actorText } from '../domain/actor.ts';
import { inSlices } from '../domain/collections.ts';
import type { AuditQuery, AuditRecord } from '../ports/audit.ts';
import type { AuditEntry, AuditHead, AuditRepo } from '../ports/store.ts';
import type { RepoContext } from './repo-context.ts';
import type { Database, Row } from './schema.ts';

/** The hash before the first row. */
export const GENESIS = 'genesis';
const VERIFY_CHUNK = 1_000;
const APPEND_CHUNK = 500;

/** Many entries in their order, as `append` would write them one by one. */
export async function appendAll(
  { db, ids, sign }: Pick<RepoContext, 'db' | 'ids' | 'sign'>,
  entries: readonly AuditEntry[],
): Promise<void> {
  let head = await headOf(db);
  for (const slice of inSlices(entries, APPEND_CHUNK)) {
    const rows = slice.map((entry) => {
      const row = chained(entry, head, { ids, sign });
      head = { count: row.seq, hash: row.hash };
      return row;
    });
    await db.insertInto('audit').values(rows).execute();
  }
}

function chained(entry: AuditEntry, head: AuditHead, { ids, sign }: Pick<RepoContext, 'ids' | 'sign'>): Row<'audit'> {
  const row = {
    seq: head.count + 1,
    id: ids.next('audit'),
    at: entry.at,
    actor: JSON.stringify(entry.actor),
    verb: entry.verb,
    subject: entry.subject,
    detail: JSON.stringify(entry.detail ?? {}),
    previous_hash: head.hash,
  };
  return { ...row, hash: sign(signedText(row)) };
}

export function auditRepo({ db, ids, sign }: Pick<RepoContext, 'db' | 'ids' | 'sign'>): AuditRepo {
  return {
    async append(entry) {
      const row = chained(entry, await headOf(db), { ids, sign });
      await db.insertInto('audit').values(row).execute();
    },
    head: () => headOf(db),
    async count(query) {
      const { rows } = await matching(db, query)
        .select((eb) => eb.fn.countAll<number>().as('rows'))
        .executeTakeFirstOrThrow();
      return Number(rows);
    },
    async page(query, { offset, limit }) {
      const rows = await matching(db, query).selectAll().orderBy('seq', 'desc').limit(limit).offset(offset).execute();
      return rows.map(toRecord);
    },
    verify: (expected) => verifyChain({ db, sign }, expected),
  };
}

function matching(db: Kysely<Database>, { subjects, verbs, since }: AuditQuery) {
  return db
    .selectFrom('audit')
    .$if(subjects !== null, (query) => query.where('subject', 'in', subjects ?? []))
    .$if(since !== undefined, (query) => query.where('at', '>=', since ?? 0))
    .$if(verbs !== null, (query) =>
      query.where((eb) => eb.or((verbs ?? []).map((verb) => eb('verb', 'like', `${verb}%`)))),
    );
}

function toRecord({ seq, at, actor, verb, subject, detail }: Row<'audit'>): AuditRecord {
  const text = actorText(JSON.parse(actor) as Actor);
  return { seq, at, actor: text, verb, subject, detail: JSON.parse(detail) as AuditRecord['detail'] };
}

async function headOf(db: Kysely<Database>): Promise<AuditHead> {
  const row = await db.selectFrom('audit').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst();
  return row === undefined ? { count: 0, hash: GENESIS } : { count: row.seq, hash: row.hash };
}

/** Whether an entry carries the signature of this secret; says nothing about its place in the chain. */
export function isSigned(row: Row<'audit'>, sign: RepoContext['sign']): boolean {
  return row.hash === sign(signedText(row));
}

function signedText(row: Omit<Row<'audit'>, 'hash'>): string {
  return JSON.stringify([row.seq, row.id, row.at, row.actor, row.verb, row.subject, row.detail, row.previous_hash]);
}

/** Walks the chain; `expectedHead` is a head written down earlier, which must still be in it. */
async function verifyChain(
  { db, sign }: Pick<RepoContext, 'db' | 'sign'>,
  expectedHead: string | undefined,
): Promise<{ ok: boolean; count: number; head: string; problem: string | null }> {
  let previous = GENESIS;
  let count = 0;
  let headSeen = expectedHead === undefined || expectedHead === GENESIS;
  const broken = (problem: string) => ({ ok: false, count, head: previous, problem });

  for (;;) {
    const rows = await db
      .selectFrom('audit')
      .selectAll()
      .where('seq', '>', count === 0 ? Number.MIN_SAFE_INTEGER : count)
      .orderBy('seq')
      .limit(VERIFY_CHUNK)
      .execute();
    if (rows.length === 0) break;
    for (const row of rows) {
      if (row.seq < 1) return broken(`entry ${row.seq} does not belong to the log`);
      if (row.seq !== count + 1) return broken(`entry ${count + 1} is missing`);
      if (row.previous_hash !== previous) return broken(`entry ${row.seq} does not follow the one before it`);
      if (!isSigned(row, sign)) return broken(`entry ${row.seq} was changed`);
      previous = row.hash;
      count = row.seq;
      headSeen ||= row.hash === expectedHead;
    }
  }
  if (!headSeen)
    return broken('the head given is not in the log: entries were removed or replaced after it was written down');
  return { ok: true, count, head: previous, problem: null };
}
