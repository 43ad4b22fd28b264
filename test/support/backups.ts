import type SqliteDatabase from 'better-sqlite3';
import type { Store } from '../../src/ports/store.ts';
import { actionOf, insertKey, NOON } from './records.ts';
import { openTestStore, type TestStore } from './store.ts';

/** One key, and work under way in every state: two actions and two messages that a restore must not carry out. */
export async function busyStore(): Promise<TestStore> {
  const made = openTestStore();
  const { store } = made;
  await insertKey(store);
  await store.write(async (tx) => {
    for (const state of ['pending', 'running', 'verified', 'failed'] as const) {
      await tx.actions.insert(actionOf({ id: `act_${state}`, state, problem: state === 'failed' ? 'refused' : null }));
    }
    for (const state of ['pending', 'sending', 'sent', 'dead'] as const) {
      const row = { id: `out_${state}`, kind: 'alert', subjectId: state, threadKey: state, createdAt: NOON };
      await tx.outbox.enqueue(row);
      const fields = { notBeforeAt: NOON, attempts: 0, settledAt: null, problem: null, refusedBy: null };
      await tx.outbox.update({ ...row, ...fields, state });
    }
    await tx.watermarks.put({
      connectionId: 'openai-main',
      polledAt: NOON,
      newestUsageAt: NOON,
      failingSince: null,
      missedPolls: 0,
      problem: null,
    });
  });
  await note(store, 3);
  return made;
}

/** Appends entries to the audit log, numbered from one. */
export async function note(store: Store, count: number): Promise<void> {
  await store.write(async (tx) => {
    for (let n = 1; n <= count; n += 1) {
      await tx.audit.append({ at: NOON + n, actor: { kind: 'cli', user: 'ann' }, verb: 'v', subject: `s${n}` });
    }
  });
}

/** `state: problem` by id. */
export function states(database: SqliteDatabase.Database, table: 'actions' | 'outbox'): Record<string, string> {
  const rows = database
    .prepare<[], { id: string; state: string; problem: string | null }>(`SELECT id, state, problem FROM ${table}`)
    .all();
  return Object.fromEntries(rows.map(({ id, state, problem }) => [id, `${state}: ${problem}`]));
}
