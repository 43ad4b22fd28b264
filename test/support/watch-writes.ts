import type { TestStore } from './store.ts';

/** Counts what is written to these tables from here on, equal values included. */
export function watchWrites(db: ReturnType<TestStore['raw']>, tables: readonly string[]): () => readonly string[] {
  db.exec('CREATE TABLE IF NOT EXISTS watched (what TEXT NOT NULL)');
  for (const table of tables) {
    for (const event of ['insert', 'update', 'delete']) {
      db.exec(
        `CREATE TRIGGER watch_${table}_${event} AFTER ${event} ON ${table}
         BEGIN INSERT INTO watched VALUES ('${event} ${table}'); END`,
      );
    }
  }
  return () =>
    db
      .prepare<[], { what: string }>('SELECT what FROM watched')
      .all()
      .map(({ what }) => what);
}
