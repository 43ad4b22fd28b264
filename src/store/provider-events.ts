import type { Kysely } from 'kysely';
import type { KeyChange, ProviderEvent } from '../domain/detector.ts';
import type {
  EventsAbout,
  EventWatermark,
  EventWatermarkRepo,
  ProviderEventRepo,
  StoredEvent,
} from '../ports/events.ts';
import type { Database, NewRow, Row } from './schema.ts';

// SQLite allows 32,766 bound values in one statement; an event has 12.
const INSERT_CHUNK = 500;
const ID_CHUNK = 500;

export function providerEventRepo(db: Kysely<Database>): ProviderEventRepo {
  return {
    async add(events) {
      let added = 0;
      for (let start = 0; start < events.length; start += INSERT_CHUNK) {
        const result = await db
          .insertInto('provider_events')
          .values(events.slice(start, start + INSERT_CHUNK).map(fromEvent))
          .onConflict((conflict) => conflict.column('id').doNothing())
          .executeTakeFirst();
        added += Number(result.numInsertedOrUpdatedRows ?? 0);
      }
      return added;
    },
    about: (wanted) => about(db, wanted),
    async ofKey({ providerId, providerKeyId }, limit) {
      const rows = await db
        .selectFrom('provider_events')
        .selectAll()
        .where('provider_id', '=', providerId)
        .where('provider_key_id', '=', providerKeyId)
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toEvent);
    },
    async ofConnection(connectionId, { from, kindPart }) {
      const rows = await db
        .selectFrom('provider_events')
        .selectAll()
        .where('connection_id', '=', connectionId)
        .where('at', '>=', from)
        .where('kind', 'like', `%${kindPart}%`)
        .orderBy('at')
        .orderBy('id')
        .execute();
      return rows.map(toEvent);
    },
    async newestKeyChangeAt(connectionId, until) {
      const row = await db
        .selectFrom('provider_events')
        .select((eb) => eb.fn.max('at').as('at'))
        .where('connection_id', '=', connectionId)
        .where('key_change', 'is not', null)
        .where('at', '<=', until)
        .executeTakeFirst();
      return row?.at === null || row?.at === undefined ? null : Number(row.at);
    },
    async prune(before, limit) {
      const oldest = db.selectFrom('provider_events').select('id').where('at', '<', before).orderBy('at').limit(limit);
      const result = await db.deleteFrom('provider_events').where('id', 'in', oldest).executeTakeFirst();
      return Number(result.numDeletedRows);
    },
  };
}

async function about(db: Kysely<Database>, { providerId, from, to, keyIds, scopeIds }: EventsAbout) {
  const found = new Map<string, StoredEvent>();
  const columns = [
    ['provider_key_id', keyIds],
    ['provider_scope_id', scopeIds],
  ] as const;
  for (const [column, ids] of columns) {
    for (let start = 0; start < ids.length; start += ID_CHUNK) {
      const rows = await db
        .selectFrom('provider_events')
        .selectAll()
        .where('provider_id', '=', providerId)
        .where('at', '>=', from)
        .where('at', '<', to)
        .where(column, 'in', ids.slice(start, start + ID_CHUNK))
        .execute();
      for (const row of rows) found.set(row.id, toEvent(row));
    }
  }
  return [...found.values()].sort((a, b) => a.at - b.at || (a.identity < b.identity ? -1 : 1));
}

function fromEvent(event: StoredEvent): NewRow<'provider_events'> {
  return {
    id: event.identity,
    provider_id: event.providerId,
    connection_id: event.connectionId,
    provider_event_id: event.id,
    at: event.at,
    kind: event.kind,
    provider_key_id: event.keyId,
    provider_scope_id: event.scopeId,
    key_change: event.keyChange,
    actor: event.actor,
    detail: JSON.stringify(event.detail),
    seen_at: event.seenAt,
  };
}

function toEvent(row: Row<'provider_events'>): StoredEvent {
  return {
    identity: row.id,
    providerId: row.provider_id,
    connectionId: row.connection_id,
    id: row.provider_event_id,
    at: row.at,
    kind: row.kind,
    keyId: row.provider_key_id,
    scopeId: row.provider_scope_id,
    keyChange: row.key_change as KeyChange | null,
    actor: row.actor,
    detail: JSON.parse(row.detail) as ProviderEvent['detail'],
    seenAt: row.seen_at,
  };
}

export function eventWatermarkRepo(db: Kysely<Database>): EventWatermarkRepo {
  return {
    async get(connectionId) {
      const row = await db
        .selectFrom('event_watermarks')
        .selectAll()
        .where('connection_id', '=', connectionId)
        .executeTakeFirst();
      return row && toWatermark(row);
    },
    async put({ connectionId, ...watermark }) {
      const values = {
        availability: watermark.availability,
        changed_at: watermark.changedAt,
        read_until: watermark.readUntil,
        newest_event_at: watermark.newestEventAt,
        not_before_at: watermark.notBeforeAt,
        failing_since: watermark.failingSince,
        misses: watermark.misses,
        problem: watermark.problem,
      };
      await db
        .insertInto('event_watermarks')
        .values({ connection_id: connectionId, ...values })
        .onConflict((conflict) => conflict.column('connection_id').doUpdateSet(values))
        .execute();
    },
    async all() {
      return (await db.selectFrom('event_watermarks').selectAll().orderBy('connection_id').execute()).map(toWatermark);
    },
  };
}

function toWatermark(row: Row<'event_watermarks'>): EventWatermark {
  return {
    connectionId: row.connection_id,
    availability: row.availability as EventWatermark['availability'],
    changedAt: row.changed_at,
    readUntil: row.read_until,
    newestEventAt: row.newest_event_at,
    notBeforeAt: row.not_before_at,
    failingSince: row.failing_since,
    misses: row.misses,
    problem: row.problem,
  };
}
