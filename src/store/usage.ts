import { type ExpressionBuilder, type Kysely, type OnConflictDatabase, type OnConflictTables, sql } from 'kysely';
import { inSlices } from '../domain/collections.ts';
import type { ReplaceOutcome, UsageRange, UsageRepo, UsageRow } from '../ports/store.ts';
import type { RepoContext } from './repo-context.ts';
import type { Database, NewRow, Row } from './schema.ts';
import { DayChanges, dayCostPerKey, dayCostTotal, daySpanPerKey } from './usage-days.ts';
import { digestsOf } from './usage-digests.ts';
import { usageGlances } from './usage-glances.ts';
import { noteModels } from './usage-models.ts';
import { toUsage, usageSeries } from './usage-series.ts';
import { usageUpkeep } from './usage-upkeep.ts';

// SQLite allows 32,766 bound values in one statement; a usage row has 16.
const INSERT_CHUNK = 500;

type Context = Pick<RepoContext, 'db' | 'digests' | 'afterCommit' | 'touched'>;

export function usageRepo(context: Context): UsageRepo {
  const { db, digests } = context;
  return {
    ...usageUpkeep(context),
    replaceWindow: (connectionId, range, rows) => replaceChanged(context, { connectionId, range, rows }),
    ...usageSeries(db),
    ...usageGlances(db),
    async costPerKey({ from, to, connectionId }) {
      const rows = await db
        .selectFrom('usage')
        .select(['key_id', (eb) => eb.fn.sum<number>('cost_micro_usd').as('cost')])
        .where('start_at', '>=', from)
        .where('start_at', '<', to)
        .$if(connectionId !== undefined, (query) => query.where('connection_id', '=', connectionId ?? ''))
        .groupBy('key_id')
        .having((eb) => eb.fn.sum<number>('cost_micro_usd'), '>', 0)
        .execute();
      return new Map(rows.map((row) => [row.key_id, Number(row.cost)]));
    },
    daySpans: (range, keyIds) => daySpanPerKey(db, range, keyIds),
    dayCosts: (range, keyIds) => dayCostPerKey(db, range, keyIds ?? null),
    dayTotal: (range) => dayCostTotal(db, range),
    async newestEnd(connectionId) {
      const row = await db
        .selectFrom('usage')
        .select(['start_at', 'width_ms'])
        .where('connection_id', '=', connectionId)
        .orderBy('start_at', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : row.start_at + row.width_ms;
    },
    async oldestStart(widthMs) {
      const row = await db
        .selectFrom('usage')
        .select('start_at')
        .where('width_ms', '=', widthMs)
        .orderBy('start_at')
        .limit(1)
        .executeTakeFirst();
      return row?.start_at ?? null;
    },
    async compact(options) {
      digests.forgetBefore(options.before);
      return compact(db, options);
    },
  };
}

interface Replacement {
  readonly connectionId: string;
  readonly range: UsageRange;
  readonly rows: readonly UsageRow[];
}

/** Looks only at the parts of the window that do not read as they did when this process wrote them. */
async function replaceChanged(context: Context, { connectionId, range, rows }: Replacement): Promise<ReplaceOutcome> {
  const { db, digests, afterCommit } = context;
  digests.checkVersion(await dataVersion(db));
  const wanted = digestsOf(rows);
  const parts = digests.changedParts(connectionId, range, wanted);
  digests.forget(connectionId, parts);
  const total = { inserted: 0, changed: 0, removed: 0 };
  for (const part of parts) {
    const isInside = (startAt: number) => startAt >= part.from && startAt < part.to;
    const inside = rows.filter((row) => isInside(row.startAt));
    const outcome = await replaceWindow(context, { connectionId, range: part, rows: inside });
    total.inserted += outcome.inserted;
    total.changed += outcome.changed;
    total.removed += outcome.removed;
  }
  if (parts.length > 0) afterCommit(() => digests.keep(connectionId, wanted));
  return total;
}

/** Changes when another connection, so another process, has written. */
async function dataVersion(db: Kysely<Database>): Promise<number> {
  const { rows } = await sql<{ data_version: number }>`PRAGMA data_version`.execute(db);
  return rows[0]?.data_version ?? 0;
}

async function replaceWindow(context: Context, { connectionId, range, rows }: Replacement): Promise<ReplaceOutcome> {
  const { db } = context;
  const stored = await db
    .selectFrom('usage')
    .selectAll()
    .where('connection_id', '=', connectionId)
    .where('start_at', '>=', range.from)
    .where('start_at', '<', range.to)
    .execute();
  const before = new Map(stored.map((row) => [identityOf(row), row]));
  const written: NewRow<'usage'>[] = [];
  const days = new DayChanges();
  let changed = 0;
  for (const usage of rows) {
    const row = fromUsage(usage);
    const identity = identityOf(row);
    const old = before.get(identity);
    before.delete(identity);
    if (old !== undefined && sameFigures(old, row)) continue;
    written.push(row);
    days.add(row);
    if (old === undefined) continue;
    changed += 1;
    days.add(old, -1);
  }
  for (const slice of inSlices(written, INSERT_CHUNK)) {
    await db
      .insertInto('usage')
      .values(slice)
      .onConflict((conflict) => conflict.columns(IDENTITY).doUpdateSet(overwriteFigures))
      .execute();
  }
  for (const row of before.values()) {
    await deleteRow(db, row);
    days.add(row, -1);
  }
  await days.write(context);
  await noteModels(context, written);
  return { inserted: written.length - changed, changed, removed: before.size };
}

const IDENTITY = ['connection_id', 'start_at', 'width_ms', 'key_id', 'model', 'endpoint', 'variant'] as const;

const FIGURES = [
  'uncached_input',
  'cached_input',
  'cache_write_5m',
  'cache_write_1h',
  'output',
  'requests',
  'cost_micro_usd',
  'price_source',
  'price_version',
] as const;

/** In an upsert: the figures of the row that was not inserted because it is there. */
function overwriteFigures(eb: ExpressionBuilder<OnConflictDatabase<Database, 'usage'>, OnConflictTables<'usage'>>) {
  return Object.fromEntries(FIGURES.map((figure) => [figure, eb.ref(`excluded.${figure}`)]));
}

async function deleteRow(db: Kysely<Database>, row: Identity): Promise<void> {
  let query = db.deleteFrom('usage');
  for (const column of IDENTITY) query = query.where(column, '=', row[column]);
  await query.execute();
}

type Identity = Pick<NewRow<'usage'>, (typeof IDENTITY)[number]>;

function identityOf(row: Identity): string {
  const { start_at, width_ms, key_id, model, endpoint, variant } = row;
  return `${start_at} ${width_ms} ${key_id}\u0000${model}\u0000${endpoint}\u0000${variant}`;
}

function sameFigures(a: NewRow<'usage'>, b: NewRow<'usage'>): boolean {
  return (
    a.cost_micro_usd === b.cost_micro_usd &&
    a.uncached_input === b.uncached_input &&
    a.cached_input === b.cached_input &&
    a.cache_write_5m === b.cache_write_5m &&
    a.cache_write_1h === b.cache_write_1h &&
    a.output === b.output &&
    (a.requests ?? null) === (b.requests ?? null) &&
    a.price_source === b.price_source &&
    a.price_version === b.price_version
  );
}

async function compact(
  db: Kysely<Database>,
  { fromWidthMs, toWidthMs, before }: { fromWidthMs: number; toWidthMs: number; before: number },
): Promise<number> {
  const start = sql`(start_at / ${sql.lit(toWidthMs)}) * ${sql.lit(toWidthMs)}`;
  // The worst price source of the group is also the last by name. Parts of several versions are of none, so that they are
  // priced again. A wide bucket that is there already, because `before` cut it in two, takes the rest in.
  await sql`
    INSERT INTO usage (connection_id, key_id, model, endpoint, variant, width_ms, start_at, uncached_input, cached_input,
      cache_write_5m, cache_write_1h, output, requests, cost_micro_usd, price_source, price_version)
    SELECT connection_id, key_id, model, endpoint, variant, ${sql.lit(toWidthMs)}, ${start}, SUM(uncached_input),
      SUM(cached_input), SUM(cache_write_5m), SUM(cache_write_1h), SUM(output), SUM(requests), SUM(cost_micro_usd),
      MAX(price_source), CASE WHEN MIN(price_version) = MAX(price_version) THEN MIN(price_version) ELSE 'mixed' END
    FROM usage WHERE width_ms = ${sql.lit(fromWidthMs)} AND start_at < ${sql.lit(before)}
    GROUP BY connection_id, key_id, model, endpoint, variant, ${start}
    ON CONFLICT (connection_id, start_at, width_ms, key_id, model, endpoint, variant) DO UPDATE SET
      uncached_input = usage.uncached_input + excluded.uncached_input,
      cached_input = usage.cached_input + excluded.cached_input,
      cache_write_5m = usage.cache_write_5m + excluded.cache_write_5m,
      cache_write_1h = usage.cache_write_1h + excluded.cache_write_1h,
      output = usage.output + excluded.output,
      requests = COALESCE(usage.requests + excluded.requests, usage.requests, excluded.requests),
      cost_micro_usd = usage.cost_micro_usd + excluded.cost_micro_usd,
      price_source = CASE WHEN excluded.price_source > usage.price_source
        THEN excluded.price_source ELSE usage.price_source END,
      price_version = CASE WHEN excluded.price_version = usage.price_version
        THEN usage.price_version ELSE 'mixed' END`.execute(db);
  const removed = await db
    .deleteFrom('usage')
    .where('width_ms', '=', fromWidthMs)
    .where('start_at', '<', before)
    .executeTakeFirst();
  return Number(removed.numDeletedRows);
}

function fromUsage(usage: UsageRow): NewRow<'usage'> {
  return {
    connection_id: usage.connectionId,
    key_id: usage.keyId,
    model: usage.model,
    endpoint: usage.endpoint,
    variant: usage.variant,
    width_ms: usage.widthMs,
    start_at: usage.startAt,
    uncached_input: usage.tokens.uncachedInput,
    cached_input: usage.tokens.cachedInput,
    cache_write_5m: usage.tokens.cacheWrite5m,
    cache_write_1h: usage.tokens.cacheWrite1h,
    output: usage.tokens.output,
    requests: usage.requests,
    cost_micro_usd: usage.costMicroUsd,
    price_source: usage.priceSource,
    price_version: usage.priceVersion,
  };
}

export function toUsageRow(row: Row<'usage'>): UsageRow {
  return { ...toUsage(row), connectionId: row.connection_id, priceVersion: row.price_version };
}
