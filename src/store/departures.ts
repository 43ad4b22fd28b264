import type { Kysely } from 'kysely';
import { inSlices } from '../domain/collections.ts';
import type { Departure, DepartureCause, DepartureKey, Outcome, Tie } from '../domain/departure.ts';
import type { DepartureRepo } from '../ports/departures.ts';
import type { Database, NewRow, Row } from './schema.ts';

const ROWS_AT_ONCE = 500;

export function departureRepo(db: Kysely<Database>): DepartureRepo {
  const departures = () => db.selectFrom('departures').selectAll('departures');
  const open = () => departures().where('closed_at', 'is', null).orderBy('began_at').orderBy('departures.id');
  return {
    async insert(departure, keys) {
      await db.insertInto('departures').values(fromDeparture(departure)).execute();
      for (const slice of inSlices(keys, ROWS_AT_ONCE))
        await db.insertInto('departure_keys').values(slice.map(fromKey)).execute();
    },
    async update(departure) {
      await db.updateTable('departures').set(fromDeparture(departure)).where('id', '=', departure.id).execute();
    },
    async updateKey(key) {
      await db
        .updateTable('departure_keys')
        .set(fromKey(key))
        .where('departure_id', '=', key.departureId)
        .where('lineage_id', '=', key.lineageId)
        .execute();
    },
    async get(id) {
      const row = await departures().where('id', '=', id).executeTakeFirst();
      return row && toDeparture(row);
    },
    open: async () => (await open().execute()).map(toDeparture),
    async ofPerson(person) {
      const query = departures().where('person', '=', person).orderBy('began_at', 'desc').orderBy('id', 'desc');
      return (await query.execute()).map(toDeparture);
    },
    async since(beganAt) {
      const query = departures().where('began_at', '>=', beganAt).orderBy('began_at');
      return (await query.execute()).map(toDeparture);
    },
    async keys(departureId) {
      const query = db.selectFrom('departure_keys').selectAll().where('departure_id', '=', departureId);
      return (await query.orderBy('lineage_id').execute()).map(toKey);
    },
    async openAbout(lineageId) {
      const query = open().innerJoin('departure_keys', 'departure_keys.departure_id', 'departures.id');
      return (await query.where('departure_keys.lineage_id', '=', lineageId).execute()).map(toDeparture);
    },
  };
}

function fromDeparture(departure: Departure): NewRow<'departures'> {
  return {
    id: departure.id,
    person: departure.person,
    user_id: departure.userId,
    name: departure.name,
    email: departure.email,
    cause: departure.cause,
    began_at: departure.beganAt,
    began_by: departure.beganBy,
    returned_at: departure.returnedAt,
    closed_at: departure.closedAt,
  };
}

function toDeparture(row: Row<'departures'>): Departure {
  return {
    id: row.id,
    person: row.person,
    userId: row.user_id,
    name: row.name,
    email: row.email,
    cause: row.cause as DepartureCause,
    beganAt: row.began_at,
    beganBy: row.began_by,
    returnedAt: row.returned_at,
    closedAt: row.closed_at,
  };
}

function fromKey(key: DepartureKey): NewRow<'departure_keys'> {
  return {
    departure_id: key.departureId,
    lineage_id: key.lineageId,
    key_id: key.keyId,
    tie: key.tie,
    outcome: key.outcome,
    settled_by: key.settledBy,
    settled_at: key.settledAt,
  };
}

function toKey(row: Row<'departure_keys'>): DepartureKey {
  return {
    departureId: row.departure_id,
    lineageId: row.lineage_id,
    keyId: row.key_id,
    tie: row.tie as Tie,
    outcome: row.outcome as Outcome | null,
    settledBy: row.settled_by,
    settledAt: row.settled_at,
  };
}
