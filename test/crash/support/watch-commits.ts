import fs, { readSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { type CommitNews, GATE_FD } from './wire.ts';

type Database = SqliteDatabase.Database;
type Runner = (...args: unknown[]) => unknown;

const CHANGE = /^\s*(insert into|update|delete from)\s+"?(\w+)/i;
const COMMIT = /^\s*commit\b/i;
// States, verbs and job names say what a row is about; ids, labels and texts do not belong into a name.
const TELLING = /^[a-z][a-z_.-]{2,30}$/;
const MOST_WORDS = 4;

/**
 * Asks the parent before and after each commit that changed something, and stands still until it answers: a SIGKILL in
 * between lands exactly there. Wraps the driver, so the app knows nothing of it.
 */
export function watchCommits(): void {
  const changes = new WeakMap<Database, string[]>();
  const noted = (database: Database): string[] => {
    const list = changes.get(database) ?? [];
    changes.set(database, list);
    return list;
  };
  const { prepare, transaction } = SqliteDatabase.prototype as unknown as Record<'prepare' | 'transaction', Runner>;

  const watched = (database: Database, sql: string, run: Runner, target: unknown): Runner => {
    if (COMMIT.test(sql)) return (...args) => committed(noted(database), () => run.apply(target, args));
    const [, verb = '', table = ''] = CHANGE.exec(sql) ?? [];
    if (table === '') return run;
    return (...args) => {
      const alone = !database.inTransaction;
      const change = () => {
        const result = run.apply(target, args);
        if (!changedNothing(result)) noted(database).push(nameOf(verb, table, args));
        return result;
      };
      return alone ? committed([nameOf(verb, table, args)], change) : change();
    };
  };

  Object.assign(SqliteDatabase.prototype, {
    prepare(this: Database, sql: string) {
      const statement = prepare.call(this, sql) as Record<'run' | 'all' | 'get', Runner>;
      for (const method of ['run', 'all', 'get'] as const) {
        const run = statement[method];
        const ours = watched(this, sql, run, statement);
        if (ours !== run) Object.defineProperty(statement, method, { value: ours });
      }
      return statement;
    },
    transaction(this: Database, body: Runner) {
      const list = noted(this);
      const variant =
        (name: 'default' | 'deferred' | 'immediate' | 'exclusive') =>
        (...args: unknown[]) => {
          let label: string | undefined;
          const whole = transaction.call(this, (...inner: unknown[]) => {
            const result = body(...inner);
            label = labelOf(list);
            if (label !== undefined) ask({ label, phase: 'before' });
            return result;
          }) as Record<typeof name, Runner>;
          const result = whole[name](...args);
          if (label !== undefined) ask({ label, phase: 'after' });
          return result;
        };
      const [deferred, immediate, exclusive] = [variant('deferred'), variant('immediate'), variant('exclusive')];
      return Object.assign(variant('default'), { deferred, immediate, exclusive });
    },
  });
}

/** The same for a file that takes the place of another: what the secret store `local` writes. */
export function watchFiles(): void {
  const rename = fs.renameSync;
  fs.renameSync = (from, to) => {
    committed([`secret ${basename(String(to))}`], () => rename(from, to));
  };
}

function committed(changes: string[], commit: () => unknown): unknown {
  const label = labelOf(changes);
  if (label === undefined) return commit();
  ask({ label, phase: 'before' });
  const result = commit();
  ask({ label, phase: 'after' });
  return result;
}

/** Undefined for a transaction that changed nothing. Empties the list. */
function labelOf(changes: string[]): string | undefined {
  const names = [...new Set(changes.splice(0))];
  return names.length === 0 ? undefined : `commit: ${names.join(', ')}`;
}

function nameOf(verb: string, table: string, args: readonly unknown[]): string {
  const values = args.flat().filter((value): value is string => typeof value === 'string' && TELLING.test(value));
  const words = [...new Set(values)].slice(0, MOST_WORDS);
  return [verb.split(' ')[0]?.toLowerCase(), table, ...(words.length > 0 ? [`(${words.join(' ')})`] : [])].join(' ');
}

function changedNothing(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'changes' in result && result.changes === 0;
}

function ask(news: CommitNews): void {
  writeSync(GATE_FD, `${JSON.stringify(news)}\n`);
  const answer = Buffer.alloc(1);
  // The parent is gone when nothing comes: then nobody watches any more.
  if (readSync(GATE_FD, answer) === 0) process.exit(1);
}
