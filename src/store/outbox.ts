import { type Kysely, sql } from 'kysely';
import { type MessageRepo, type OutboxPart, type OutboxRepo, type OutboxRow, PAGE_PREFIX } from '../ports/outbox.ts';
import type { RepoContext } from './repo-context.ts';
import type { Database, Row } from './schema.ts';

// Order holds per thread: what waits behind an earlier row is not due, whatever its own not-before says.
const firstOfItsThread = sql<boolean>`NOT EXISTS (SELECT 1 FROM outbox AS earlier
  WHERE earlier.thread_key = outbox.thread_key AND earlier.state IN ('pending', 'sending') AND earlier.id < outbox.id)`;

// Kinds are our own words; `_` stands for itself and for any other character.
const isPage = sql<boolean>`kind LIKE ${sql.lit(`${PAGE_PREFIX}%`)}`;
const isMessage = sql<boolean>`kind NOT LIKE ${sql.lit(`${PAGE_PREFIX}%`)}`;

type Context = Pick<RepoContext, 'db' | 'wake'>;
type ChangeMethod = 'enqueue' | 'update' | 'releaseSending' | 'prune';

export function outboxRepo(context: Context): OutboxRepo {
  return { ...changes(context), ...queries(context) };
}

function changes({ db, wake }: Context): Pick<OutboxRepo, ChangeMethod> {
  return {
    async enqueue(row) {
      await db
        .insertInto('outbox')
        .values({
          id: row.id,
          kind: row.kind,
          subject_id: row.subjectId,
          thread_key: row.threadKey,
          state: 'pending',
          attempts: 0,
          not_before_at: row.notBeforeAt ?? row.createdAt,
          created_at: row.createdAt,
          settled_at: null,
          problem: null,
          refused_by: null,
        })
        .onConflict((conflict) =>
          conflict.columns(['kind', 'subject_id']).where('state', '=', sql.lit('pending')).doNothing(),
        )
        .execute();
      wake('outbox');
    },
    update: (row) => updateRow(db, row),
    async releaseSending(part) {
      const rows = await db.selectFrom('outbox').selectAll().where('state', '=', 'sending').where(only(part)).execute();
      for (const row of rows) await updateRow(db, { ...toOutboxRow(row), state: 'pending' });
      return rows.length;
    },
    async prune(before, limit) {
      const oldest = db
        .selectFrom('outbox')
        .select('id')
        .where('state', 'in', ['sent', 'dismissed'])
        .where('settled_at', '<', before)
        .orderBy('settled_at')
        .orderBy('id')
        .limit(limit);
      const result = await db.deleteFrom('outbox').where('id', 'in', oldest).executeTakeFirst();
      return Number(result.numDeletedRows);
    },
  };
}

function queries({ db }: Context): Omit<OutboxRepo, ChangeMethod> {
  return {
    async due(now, limit, part = 'messages') {
      const rows = await db
        .selectFrom('outbox')
        .selectAll()
        .where('state', '=', 'pending')
        .where(only(part))
        .where('not_before_at', '<=', now)
        .where(firstOfItsThread)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(toOutboxRow);
    },
    begun: () => begunRows({ db }),
    async nextDueAt(part = 'messages') {
      const row = await db
        .selectFrom('outbox')
        .select((eb) => eb.fn.min('not_before_at').as('at'))
        .where('state', '=', 'pending')
        .where(only(part))
        .where(firstOfItsThread)
        .executeTakeFirst();
      return instantOf(row?.at);
    },
    async oldestWaitingAt() {
      const row = await db
        .selectFrom('outbox')
        .select((eb) => eb.fn.min('created_at').as('at'))
        .where('state', 'in', ['pending', 'sending'])
        .where(isMessage)
        .executeTakeFirst();
      return instantOf(row?.at);
    },
    about: (kind, subjectPrefix) => rowsAbout(db, kind, subjectPrefix),
    async counts() {
      const rows = await db
        .selectFrom('outbox')
        .select(['state', (eb) => eb.fn.countAll<number>().as('count')])
        .where('state', '!=', 'sent')
        .groupBy('state')
        .execute();
      const countOf = (...states: string[]) =>
        rows.filter((row) => states.includes(row.state)).reduce((sum, row) => sum + Number(row.count), 0);
      return { waiting: countOf('pending', 'sending'), dead: countOf('dead') };
    },
    async dead() {
      const rows = await db.selectFrom('outbox').selectAll().where('state', '=', 'dead').orderBy('id').execute();
      return rows.map(toOutboxRow);
    },
  };
}

async function rowsAbout(db: Kysely<Database>, kind: string, subjectPrefix: string): Promise<readonly OutboxRow[]> {
  const rows = await db
    .selectFrom('outbox')
    .selectAll()
    .where('kind', '=', kind)
    .where('subject_id', 'like', `${subjectPrefix}%`)
    .orderBy('id')
    .execute();
  // In LIKE our own ids' `_` stands for any character.
  return rows.filter((row) => row.subject_id.startsWith(subjectPrefix)).map(toOutboxRow);
}

/** Undefined: all rows. */
function only(part: OutboxPart | undefined) {
  return part === undefined ? sql<boolean>`1 = 1` : part === 'pages' ? isPage : isMessage;
}

function instantOf(at: number | string | null | undefined): number | null {
  return at === null || at === undefined ? null : Number(at);
}

async function updateRow(db: Kysely<Database>, row: OutboxRow): Promise<void> {
  if (row.state === 'pending') {
    // What waits already would render the same subject: this row is earlier in its thread and takes its place.
    const waiting = await db
      .selectFrom('outbox')
      .select('id')
      .where('kind', '=', row.kind)
      .where('subject_id', '=', row.subjectId)
      .where('state', '=', 'pending')
      .where('id', '!=', row.id)
      .executeTakeFirst();
    if (waiting !== undefined) await db.deleteFrom('outbox').where('id', '=', waiting.id).execute();
  }
  if (row.state === 'dead' || row.state === 'sent') await settleDead(db, row);
  await db
    .updateTable('outbox')
    .set({
      state: row.state,
      attempts: row.attempts,
      not_before_at: row.notBeforeAt,
      problem: row.problem,
      settled_at: row.settledAt,
      refused_by: row.refusedBy,
    })
    .where('id', '=', row.id)
    .execute();
}

/** An earlier row of the subject that was given up says nothing that this one does not. */
async function settleDead(db: Kysely<Database>, row: OutboxRow): Promise<void> {
  await db
    .updateTable('outbox')
    .set({ state: 'dismissed', settled_at: row.settledAt })
    .where('kind', '=', row.kind)
    .where('subject_id', '=', row.subjectId)
    .where('state', '=', 'dead')
    .where('id', '!=', row.id)
    .execute();
}

function toOutboxRow(row: Row<'outbox'>): OutboxRow {
  return {
    id: row.id,
    kind: row.kind,
    subjectId: row.subject_id,
    threadKey: row.thread_key,
    state: row.state as OutboxRow['state'],
    attempts: row.attempts,
    notBeforeAt: row.not_before_at,
    createdAt: row.created_at,
    settledAt: row.settled_at,
    problem: row.problem,
    refusedBy: row.refused_by,
  };
}

export function messageRepo(db: Kysely<Database>): MessageRepo {
  return {
    async get(kind, subjectId) {
      const row = await db
        .selectFrom('messages')
        .selectAll()
        .where('kind', '=', kind)
        .where('subject_id', '=', subjectId)
        .executeTakeFirst();
      return row && toMessage(row);
    },
    async at(channel, ts) {
      const row = await db
        .selectFrom('messages')
        .selectAll()
        .where('channel', '=', channel)
        .where('ts', '=', ts)
        .executeTakeFirst();
      return row && toMessage(row);
    },
    async about(kind, subjectPrefix) {
      const rows = await db
        .selectFrom('messages')
        .selectAll()
        .where('kind', '=', kind)
        .where('subject_id', 'like', `${subjectPrefix}%`)
        .orderBy('subject_id')
        .execute();
      return rows.filter((row) => row.subject_id.startsWith(subjectPrefix)).map(toMessage);
    },
    async put(message) {
      const values = {
        channel: message.channel,
        ts: message.ts,
        rendered_hash: message.renderedHash,
        posted_at: message.postedAt,
        updated_at: message.updatedAt,
      };
      await db
        .insertInto('messages')
        .values({ kind: message.kind, subject_id: message.subjectId, ...values })
        .onConflict((conflict) => conflict.columns(['kind', 'subject_id']).doUpdateSet(values))
        .execute();
    },
  };
}

function toMessage(row: Row<'messages'>) {
  return {
    kind: row.kind,
    subjectId: row.subject_id,
    channel: row.channel,
    ts: row.ts,
    renderedHash: row.rendered_hash,
    postedAt: row.posted_at,
    updatedAt: row.updated_at,
  };
}

async function begunRows({ db }: Pick<Context, 'db'>): Promise<readonly OutboxRow[]> {
  const rows = await db
    .selectFrom('outbox')
    .selectAll()
    .where('state', 'in', ['pending', 'sending'])
    .where('attempts', '>', 0)
    .where(only('messages'))
    .orderBy('id')
    .execute();
  return rows.map(toOutboxRow);
}
