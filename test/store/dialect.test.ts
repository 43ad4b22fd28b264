import SqliteDatabase from 'better-sqlite3';
import { CompiledQuery } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { kyselyOn } from '../../src/store/dialect.ts';

function openMemory() {
  const db = kyselyOn(new SqliteDatabase(':memory:'));
  onTestFinished(() => db.destroy());
  return async (sql: string, ...values: unknown[]) => (await db.executeQuery(CompiledQuery.raw(sql, values))).rows;
}

test('a statement that was used before knows what has changed in the table since', async () => {
  const run = openMemory();
  await run('create table words (word text)');
  await run('insert into words values (?)', 'one');
  expect(await run('select * from words')).toEqual([{ word: 'one' }]);
  await run('alter table words add column length integer');

  await run('update words set length = ?', 3);

  expect(await run('select * from words')).toEqual([{ word: 'one', length: 3 }]);
});

test('the same statement with other values gives what these values ask for, however many others were between', async () => {
  const run = openMemory();
  for (const value of ['a', 'b']) expect(await run('select ? as it', value)).toEqual([{ it: value }]);
  for (let count = 0; count < 1_000; count += 1) expect(await run(`select ${count} as it`)).toEqual([{ it: count }]);
  expect(await run('select ? as it', 'c')).toEqual([{ it: 'c' }]);
});
