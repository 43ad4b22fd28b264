import SqliteDatabase from 'better-sqlite3';
import { NO_TOKENS, USUAL_VARIANT } from '../../src/domain/usage.ts';
import { createPriceTable } from '../../src/providers/lib/price-table.ts';
import { readInventory } from '../../src/services/inventory/read-inventory.ts';
import { CONNECTION, openScaleStage } from './stage.ts';
import { callsIn, DAY_MS, HOUR_MS, keyId, MINUTE_MS, NOW, rowsOf } from './traffic.ts';

const [size = '', databasePath = ''] = process.argv.slice(2);
const KEYS = Number(size);
const prices = createPriceTable();
const UNKEYED = { providerKeyId: null, scopeId: null, endpoint: 'completions', variant: USUAL_VARIANT };
const QUARTER_MS = 15 * MINUTE_MS;

const stage = await openScaleStage(KEYS, databasePath);
const provider = stage.app.deps.providers.get(CONNECTION);
if (provider === undefined) throw new Error('the bench has no connection');
await readInventory(stage.app.deps, provider);
const ids = new Map((await stage.app.deps.store.read.keys.all()).map((key) => [key.providerKeyId, key.id]));
await stage.close();

// 31 days as a bot that ran all the time would hold them: quarters, and minutes for the last 26 hours.
const fineFrom = NOW - 26 * HOUR_MS;
const db = new SqliteDatabase(databasePath);
db.pragma('synchronous = OFF');
const insert = db.prepare(
  'INSERT INTO usage VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
);
const fill = db.transaction((from: number, to: number, widthMs: number) => {
  for (let at = from; at < to; at += widthMs) {
    for (let key = 0; key < KEYS; key += 1) {
      for (const row of rowsOf(key, callsIn(key, at, widthMs))) {
        const tokens = {
          ...NO_TOKENS,
          uncachedInput: row.input - row.cached,
          cachedInput: row.cached,
          output: row.output,
        };
        const { model, requests } = row;
        const usage = { ...UNKEYED, model, startAt: at, widthMs, tokens, requests };
        const figures = [
          tokens.uncachedInput,
          tokens.cachedInput,
          row.output,
          requests,
          prices.price('openai', usage).costMicroUsd,
        ];
        insert.run(
          CONNECTION,
          ids.get(keyId(key)),
          row.model,
          'completions',
          '',
          widthMs,
          at,
          ...figures,
          'listed',
          prices.version,
        );
      }
    }
  }
});
for (let day = NOW - 31 * DAY_MS; day < fineFrom; day += DAY_MS)
  fill(day, Math.min(day + DAY_MS, fineFrom), QUARTER_MS);
for (let hour = fineFrom; hour < NOW - 5 * MINUTE_MS; hour += HOUR_MS)
  fill(hour, Math.min(hour + HOUR_MS, NOW - 5 * MINUTE_MS), MINUTE_MS);
db.prepare('INSERT INTO watermarks VALUES (?, ?, ?, NULL, 0, NULL)').run(
  CONNECTION,
  NOW - 5 * MINUTE_MS,
  NOW - 5 * MINUTE_MS,
);
const { rows } = db.prepare<[], { rows: number }>('SELECT COUNT(*) AS rows FROM usage').get() ?? { rows: 0 };
db.pragma('wal_checkpoint(TRUNCATE)');
db.close();
process.stdout.write(`${rows}\n`);
