import type SqliteDatabase from 'better-sqlite3';

const LEASE = 'keysteward';

export interface LeaseRequest {
  readonly holder: string;
  readonly now: number;
  readonly lengthMs: number;
  /** Whether the named holder may still run. */
  readonly mayRun: (holder: string) => boolean;
}

/** Takes or renews the one lease. Returns the other holder when it still has the lease and may still run. */
export function takeLease(db: SqliteDatabase.Database, request: LeaseRequest): string | null {
  return db.transaction(() => takeInTransaction(db, request)).immediate();
}

function takeInTransaction(db: SqliteDatabase.Database, request: LeaseRequest): string | null {
  const current = db.prepare<[string], { holder: string }>('SELECT holder FROM lease WHERE name = ?').get(LEASE);
  const isDead = current !== undefined && current.holder !== request.holder && !request.mayRun(current.holder);
  if (isDead) dropLease(db, current.holder);
  return insertLease(db, request) ? null : (current?.holder ?? 'unknown');
}

function insertLease(db: SqliteDatabase.Database, { holder, now, lengthMs }: LeaseRequest): boolean {
  const result = db
    .prepare(
      `INSERT INTO lease (name, holder, expires_at) VALUES (@name, @holder, @expiresAt)
       ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
       WHERE lease.holder = excluded.holder OR lease.expires_at <= @now`,
    )
    .run({ name: LEASE, holder, expiresAt: now + lengthMs, now });
  return result.changes > 0;
}

export function dropLease(db: SqliteDatabase.Database, holder: string): void {
  db.prepare('DELETE FROM lease WHERE name = ? AND holder = ?').run(LEASE, holder);
}
