import { AsyncLocalStorage } from 'node:async_hooks';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import type { Kysely } from 'kysely';
import { AppError, toError } from '../domain/errors.ts';
import type { Baselines } from '../ports/baselines.ts';
import type { Breathe } from '../ports/breathe.ts';
import type { Ids } from '../ports/ids.ts';
import type { InventoryRow } from '../ports/inventory.ts';
import type { Repos, Store, WakeTopic } from '../ports/store.ts';
import { BaselineMirror } from './baselines.ts';
import { databaseError, isPassing } from './database-error.ts';
import { kyselyOn } from './dialect.ts';
import { InventoryMirror } from './inventory-mirror.ts';
import { dropLease, type LeaseRequest, takeLease } from './lease.ts';
import { loadMigrations, type Migration, migrate } from './migrate.ts';
import { createRepos } from './repos.ts';
import { RotationMirror } from './rotation-mirror.ts';
import type { Database } from './schema.ts';
import { isTouched, noTouch } from './touched.ts';
import { UsageDigests } from './usage-digests.ts';

const BUSY_TIMEOUT_MS = 5_000;

export interface OpenStoreOptions {
  readonly path: string;
  readonly ids: Ids;
  /** HMAC of the audit chain with the installation's own secret. */
  readonly sign: (text: string) => string;
  readonly migrations?: readonly Migration[];
  /** Off only for throw-away databases: a crash of the machine could lose the last commits. */
  readonly durable?: boolean;
}

/** Opens or makes the database, brings it to this version and returns the store. */
export function openStore(options: OpenStoreOptions): Store {
  let writer: SqliteDatabase.Database | undefined;
  try {
    makeFile(options.path);
    writer = new SqliteDatabase(options.path, { timeout: BUSY_TIMEOUT_MS });
    configure(writer, { durable: options.durable ?? true });
    migrate(writer, options.migrations ?? loadMigrations());
    const reader = new SqliteDatabase(options.path, { readonly: true, timeout: BUSY_TIMEOUT_MS });
    return new SqliteStore({ writer, reader, ids: options.ids, sign: options.sign });
  } catch (error) {
    writer?.close();
    throw error instanceof AppError ? error : cannotOpen(options.path, error);
  }
}

/** Nobody else may read the file, from its first moment on; SQLite gives its journal files the same mode. */
function makeFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
}

function configure(database: SqliteDatabase.Database, { durable }: { durable: boolean }): void {
  database.pragma('journal_mode = WAL');
  database.pragma(`synchronous = ${durable ? 'FULL' : 'OFF'}`);
  database.pragma('foreign_keys = ON');
}

function cannotOpen(path: string, cause: unknown): AppError {
  if (isPassing(cause)) return databaseError(cause, `opening ${path}`);
  return new AppError({
    code: 'database',
    message: `cannot open the database: ${toError(cause).message}`,
    publicMessage: `The database ${path} cannot be opened. Check that the folder is writable and that the file is a Keysteward database; restore a backup if it is damaged.`,
    cause,
  });
}

interface Connections {
  readonly writer: SqliteDatabase.Database;
  readonly reader: SqliteDatabase.Database;
  readonly ids: Ids;
  readonly sign: (text: string) => string;
}

// The stores whose transaction the present work is in. One for all: each further one slows down every promise of the process.
const writing = new AsyncLocalStorage<readonly SqliteStore[]>();

class SqliteStore implements Store {
  readonly #connections: Connections;
  readonly #writer: Kysely<Database>;
  readonly #reader: Kysely<Database>;
  readonly #readRepos: Repos;
  readonly #digests = new UsageDigests();
  readonly #mirror: InventoryMirror;
  readonly #baselines = new BaselineMirror();
  readonly #rotations: RotationMirror;
  readonly #listeners = new Map<WakeTopic, Set<() => void>>();

  constructor(connections: Connections) {
    this.#connections = connections;
    this.#writer = kyselyOn(connections.writer);
    this.#reader = kyselyOn(connections.reader);
    const version = connections.writer.prepare('PRAGMA data_version').pluck();
    this.#rotations = new RotationMirror(() => version.get());
    this.#mirror = new InventoryMirror(() => version.get());
    const repos = createRepos({
      db: this.#reader,
      ...connections,
      digests: this.#digests,
      rotations: this.#rotations,
      touched: noTouch(),
      wake: () => {},
      afterCommit: () => {},
    });
    this.#readRepos = this.#remembering(repos);
  }

  get read(): Repos {
    this.#refuseInsideWrite();
    return this.#readRepos;
  }

  async write<Result>(run: (tx: Repos) => Promise<Result>): Promise<Result> {
    this.#refuseInsideWrite();
    const woken = new Set<WakeTopic>();
    const committed: (() => void)[] = [];
    const touched = noTouch();
    let revision: number | null = null;
    const work = this.#writer.transaction().execute(async (tx) => {
      const repos = createRepos({
        db: tx,
        ...this.#connections,
        digests: this.#digests,
        rotations: this.#rotations,
        touched,
        wake: (topic) => woken.add(topic),
        afterCommit: (done) => committed.push(done),
      });
      const result = await writing.run([...(writing.getStore() ?? []), this], () => run(repos));
      if (isTouched(touched)) revision = await this.#mirror.note(tx, touched);
      return result;
    });
    const result = await work.catch((error: unknown) => {
      if (revision !== null) this.#mirror.retract(revision);
      throw error;
    });
    for (const done of committed) done();
    for (const topic of woken) for (const listener of this.#listeners.get(topic) ?? []) listener();
    return result;
  }

  async inventory(costFrom: number): Promise<readonly InventoryRow[]> {
    this.#refuseInsideWrite();
    return this.#mirror.rows(this.#reader, costFrom);
  }

  async baselines(breathe: Breathe): Promise<Baselines> {
    this.#refuseInsideWrite();
    return this.#baselines.read(this.#reader, breathe);
  }

  onCommit(topic: WakeTopic, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  takeLease(lease: LeaseRequest): Promise<string | null> {
    return this.#betweenWrites((database) => takeLease(database, lease));
  }

  dropLease(holder: string): Promise<void> {
    return this.#betweenWrites((database) => dropLease(database, holder));
  }

  async healthy(): Promise<boolean> {
    try {
      this.#connections.reader.prepare('SELECT 1 FROM schema_migrations LIMIT 1').get();
      return true;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    await this.#reader.destroy();
    await this.#writer.destroy();
    // Kysely closes only a connection that it has used.
    this.#connections.reader.close();
    this.#connections.writer.close();
  }

  /** Waits for the connection: inside another transaction the work would share that one's fate. */
  async #betweenWrites<Result>(run: (database: SqliteDatabase.Database) => Result): Promise<Result> {
    this.#refuseInsideWrite();
    return this.#writer.connection().execute(async () => run(this.#connections.writer));
  }

  /** What dozens of kinds of work ask for at each poll and commit is not read from the file each time. */
  #remembering(repos: Repos): Repos {
    const [db, inventory, mirror] = [this.#reader, this.#mirror, this.#rotations];
    const keys = () => inventory.keys(db);
    return {
      ...repos,
      keys: { ...repos.keys, all: keys, identities: keys, get: (id) => inventory.key(db, id) },
      lineages: {
        ...repos.lineages,
        all: () => inventory.lineages(db),
        get: (id) => inventory.lineage(db, id),
      },
      rotations: {
        ...repos.rotations,
        get: async (id) => (await mirror.some(repos.rotations, [id]))[0],
        some: (ids) => mirror.some(repos.rotations, ids),
        allOpen: () => mirror.open(repos.rotations),
        openWithKeys: async () => inventory.withOldKeys(db, await mirror.open(repos.rotations)),
      },
    };
  }

  /** The one connection would wait for itself for ever. */
  #refuseInsideWrite(): void {
    if (writing.getStore()?.includes(this) !== true) return;
    throw new AppError({
      code: 'internal',
      message: 'the store was used inside store.write; use its tx there',
      publicMessage: 'Something went wrong inside Keysteward. Nothing was changed; the log has the details.',
    });
  }
}
