import { type Kysely, sql } from 'kysely';
import type { CostRead } from '../domain/cost-plan.ts';
import type { CostLine } from '../domain/reconciliation.ts';
import { DAY_MS } from '../domain/time.ts';
import type { CostReadRepo, DayCostRepo, DayCostWrite, DayRange } from '../ports/costs.ts';
import type { Database, NewRow, Row } from './schema.ts';

// SQLite allows 32,766 bound values in one statement; a row has 9.
const INSERT_CHUNK = 500;
// No bucket reaches over midnight: widths divide a day and starts are aligned to them.
const DAY_OF_USAGE = sql<number>`(start_at / ${sql.lit(DAY_MS)}) * ${sql.lit(DAY_MS)}`;
const ESTIMATED = sql<number>`SUM(CASE WHEN price_source IN ('listed', 'policy') THEN 0 ELSE cost_micro_usd END)`;
const UNPRICED = sql<number>`MAX(CASE WHEN price_source = 'unpriced' THEN 1 ELSE 0 END)`;

export function dayCostRepo(db: Kysely<Database>): DayCostRepo {
  const stored = (connectionId: string, { from, to }: DayRange) =>
    db
      .selectFrom('day_costs')
      .where('connection_id', '=', connectionId)
      .where('day_at', '>=', from)
      .where('day_at', '<', to);
  return {
    replaceDays: (connectionId, range, write) => replaceDays(db, { connectionId, range, ...write }),
    async lines(connectionId, range) {
      const rows = await stored(connectionId, range)
        .selectAll()
        .orderBy('day_at')
        .orderBy('scope_id')
        .orderBy('key_id')
        .execute();
      return rows.map(toLine);
    },
    async totals(connectionId, range) {
      const rows = await stored(connectionId, range)
        .select(['day_at', sql<number>`COALESCE(SUM(provider_micro_usd), 0)`.as('provider')])
        .select(sql<number>`COALESCE(SUM(own_micro_usd), 0)`.as('own'))
        .select(sql<number>`MAX(CASE WHEN own_micro_usd IS NULL THEN 1 ELSE 0 END)`.as('unknown'))
        .groupBy('day_at')
        .orderBy('day_at')
        .execute();
      return rows.map((row) => ({
        dayAt: row.day_at,
        providerMicroUsd: Number(row.provider),
        ownMicroUsd: row.unknown === 1 ? null : Number(row.own),
      }));
    },
    ownSums: (connectionIds, range) => ownSums(db, connectionIds, range),
    unlistedModels: (connectionId, range) => unlistedModels(db, connectionId, range),
  };
}

interface Replacement extends DayCostWrite {
  readonly connectionId: string;
  readonly range: DayRange;
}

async function replaceDays(db: Kysely<Database>, { connectionId, range, lines, at }: Replacement): Promise<number> {
  const stored = await db
    .selectFrom('day_costs')
    .selectAll()
    .where('connection_id', '=', connectionId)
    .where('day_at', '>=', range.from)
    .where('day_at', '<', range.to)
    .execute();
  const before = new Map(stored.map((row) => [identityOf(row), row]));
  const fresh: NewRow<'day_costs'>[] = [];
  let changed = 0;
  for (const line of lines) {
    const row = fromLine(connectionId, line, at);
    const identity = identityOf(row);
    const old = before.get(identity);
    before.delete(identity);
    if (old === undefined) fresh.push(row);
    else if (!sameFigures(old, row)) {
      await ofIdentity(db.updateTable('day_costs').set(row), row).execute();
      changed += 1;
    }
  }
  for (const row of before.values()) await ofIdentity(db.deleteFrom('day_costs'), row).execute();
  for (let start = 0; start < fresh.length; start += INSERT_CHUNK) {
    await db
      .insertInto('day_costs')
      .values(fresh.slice(start, start + INSERT_CHUNK))
      .execute();
  }
  return fresh.length + changed + before.size;
}

type Identity = Pick<NewRow<'day_costs'>, 'connection_id' | 'day_at' | 'scope_id' | 'key_id'>;

function identityOf({ day_at, scope_id, key_id }: Identity): string {
  return `${day_at} ${scope_id} ${key_id}`;
}

function ofIdentity<Query extends { where(column: keyof Identity, operator: '=', value: string | number): Query }>(
  query: Query,
  row: Identity,
): Query {
  return query
    .where('connection_id', '=', row.connection_id)
    .where('day_at', '=', row.day_at)
    .where('scope_id', '=', row.scope_id)
    .where('key_id', '=', row.key_id);
}

function sameFigures(a: NewRow<'day_costs'>, b: NewRow<'day_costs'>): boolean {
  return (
    a.provider_micro_usd === b.provider_micro_usd &&
    a.own_micro_usd === b.own_micro_usd &&
    a.estimated_micro_usd === b.estimated_micro_usd &&
    a.has_unpriced === b.has_unpriced
  );
}

async function ownSums(db: Kysely<Database>, connectionIds: readonly string[], { from, to }: DayRange) {
  const rows = await db
    .selectFrom('usage')
    .select(['connection_id', 'key_id', DAY_OF_USAGE.as('day_at')])
    .select((eb) => [
      eb.fn.sum<number>('cost_micro_usd').as('cost'),
      ESTIMATED.as('estimated'),
      UNPRICED.as('unpriced'),
    ])
    .where('connection_id', 'in', connectionIds)
    .where('start_at', '>=', from)
    .where('start_at', '<', to)
    .groupBy(['connection_id', 'key_id', DAY_OF_USAGE])
    .execute();
  return rows.map((row) => ({
    connectionId: row.connection_id,
    dayAt: Number(row.day_at),
    keyId: row.key_id,
    microUsd: Number(row.cost),
    estimatedMicroUsd: Number(row.estimated),
    hasUnpriced: row.unpriced === 1,
  }));
}

async function unlistedModels(db: Kysely<Database>, connectionId: string, { from, to }: DayRange) {
  const rows = await db
    .selectFrom('usage')
    .select('model')
    .select((eb) => [eb.fn.sum<number>('cost_micro_usd').as('cost'), UNPRICED.as('unpriced')])
    .where('connection_id', '=', connectionId)
    .where('start_at', '>=', from)
    .where('start_at', '<', to)
    .where('price_source', 'not in', ['listed', 'policy'])
    .groupBy('model')
    .orderBy('cost', 'desc')
    .orderBy('model')
    .execute();
  return rows.map((row) => ({ model: row.model, microUsd: Number(row.cost), hasUnpriced: row.unpriced === 1 }));
}

function fromLine(connectionId: string, line: CostLine, at: number): NewRow<'day_costs'> {
  return {
    connection_id: connectionId,
    day_at: line.dayAt,
    scope_id: line.scopeId,
    key_id: line.keyId,
    provider_micro_usd: line.providerMicroUsd,
    own_micro_usd: line.ownMicroUsd,
    estimated_micro_usd: line.estimatedMicroUsd,
    has_unpriced: line.hasUnpriced ? 1 : 0,
    reconciled_at: at,
  };
}

function toLine(row: Row<'day_costs'>): CostLine {
  return {
    dayAt: row.day_at,
    scopeId: row.scope_id,
    keyId: row.key_id,
    providerMicroUsd: row.provider_micro_usd,
    ownMicroUsd: row.own_micro_usd,
    estimatedMicroUsd: row.estimated_micro_usd,
    hasUnpriced: row.has_unpriced === 1,
  };
}

export function costReadRepo(db: Kysely<Database>): CostReadRepo {
  return {
    async put(read) {
      const values = {
        availability: read.availability,
        per_key: read.perKey ? 1 : 0,
        read_at: read.readAt,
        from_at: read.fromAt,
        until_at: read.untilAt,
        history_done: read.isHistoryDone ? 1 : 0,
        settled_until: read.settledUntil,
        failing_since: read.failingSince,
        problem: read.problem,
      };
      await db
        .insertInto('cost_reads')
        .values({ connection_id: read.connectionId, ...values })
        .onConflict((conflict) => conflict.column('connection_id').doUpdateSet(values))
        .execute();
    },
    async get(connectionId) {
      const row = await db
        .selectFrom('cost_reads')
        .selectAll()
        .where('connection_id', '=', connectionId)
        .executeTakeFirst();
      return row && toRead(row);
    },
    async all() {
      return (await db.selectFrom('cost_reads').selectAll().orderBy('connection_id').execute()).map(toRead);
    },
  };
}

function toRead(row: Row<'cost_reads'>): CostRead {
  return {
    connectionId: row.connection_id,
    availability: row.availability as CostRead['availability'],
    perKey: row.per_key === 1,
    readAt: row.read_at,
    fromAt: row.from_at,
    untilAt: row.until_at,
    isHistoryDone: row.history_done === 1,
    settledUntil: row.settled_until,
    failingSince: row.failing_since,
    problem: row.problem,
  };
}
