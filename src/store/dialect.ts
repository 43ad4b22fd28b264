import SqliteDatabase from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  type SqliteDatabase as KyselySqliteDatabase,
  type QueryResult,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';
import { databaseError } from './database-error.ts';
import type { Database } from './schema.ts';

/** Statements with as many places as rows come and go; those that are always the same stay. */
const REMEMBERED_STATEMENTS = 250;

/** Parsing a statement costs as much as running it: what was prepared is kept, the least used goes first. */
function remembering(database: SqliteDatabase.Database): KyselySqliteDatabase {
  const known = new Map<string, SqliteStatement>();
  return {
    close: () => void database.close(),
    prepare(sql) {
      const statement = known.get(sql) ?? database.prepare<unknown[]>(sql);
      known.delete(sql);
      known.set(sql, statement);
      const [oldest] = known.keys();
      if (known.size > REMEMBERED_STATEMENTS && oldest !== undefined) known.delete(oldest);
      return statement as SqliteStatement;
    },
  };
}

class StoreDriver extends SqliteDriver {
  readonly #database: SqliteDatabase.Database;

  constructor(database: SqliteDatabase.Database) {
    super({ database: remembering(database) });
    this.#database = database;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    return new StoreConnection(await super.acquireConnection());
  }

  /** Takes the write lock at BEGIN, so that a transaction that reads first cannot fail at its first write. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  /** A full disk makes SQLite roll back by itself: a second rollback would fail and hide what happened. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.inTransaction) await super.rollbackTransaction(connection);
  }
}

/** Errors of the engine leave the store as ours. */
class StoreConnection implements DatabaseConnection {
  readonly #connection: DatabaseConnection;

  constructor(connection: DatabaseConnection) {
    this.#connection = connection;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    try {
      return await this.#connection.executeQuery<Row>(query);
    } catch (error) {
      throw error instanceof SqliteDatabase.SqliteError ? databaseError(error, `in: ${query.sql}`) : error;
    }
  }

  streamQuery<Row>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<Row>> {
    return this.#connection.streamQuery<Row>(query, chunkSize);
  }
}

class StoreDialect extends SqliteDialect {
  readonly #database: SqliteDatabase.Database;

  constructor(database: SqliteDatabase.Database) {
    super({ database });
    this.#database = database;
  }

  override createDriver(): SqliteDriver {
    return new StoreDriver(this.#database);
  }
}

export function kyselyOn(database: SqliteDatabase.Database): Kysely<Database> {
  return new Kysely<Database>({ dialect: new StoreDialect(database) });
}
