import { parsePolicy } from '../../src/config/policy.ts';
import { detectors } from '../../src/domain/detectors/index.ts';
import { Secret } from '../../src/domain/secret.ts';
import { DrivenClock } from '../../src/sandbox/driven-clock.ts';
import { noInsights } from '../../src/services/inventory/key-insights.ts';
import { listAllKeys } from '../../src/services/inventory/list-keys.ts';
import { applyImport } from '../../src/services/sheets/apply-import.ts';
import { exportKeys } from '../../src/services/sheets/export-keys.ts';
import { readImport } from '../../src/services/sheets/import-sheet.ts';
import { sheets } from '../../src/sheets/sheets.ts';
import { openStore } from '../../src/store/open.ts';
import { breathe } from '../../src/system/breathe.ts';
import { countingIds } from '../../src/system/ids.ts';
import { hmacHex } from '../../src/system/installation-secret.ts';
import type { Figure } from '../suite.ts';
import { NOW } from './traffic.ts';

const [size = '', databasePath = ''] = process.argv.slice(2);
const ROWS = Number(size);
const MB = 1024 * 1024;
const ACTOR = { kind: 'cli', user: 'bench' } as const;

const parsed = parsePolicy(`channels: { alerts: '#ai-keys' }\nroles: { admins: [U0CHRIS] }`, {
  file: 'policy.yml',
  detectors,
});
if (!parsed.ok) throw new Error('the policy of the bench is wrong');
const secret = new Secret('bench-installation-secret');
const ids = countingIds();
const store = openStore({ path: databasePath, ids, sign: (text) => hmacHex(secret, text) });
const clock = new DrivenClock(NOW);
const deps = { store, clock, ids, policy: parsed.policy, providers: new Map(), sheets, breathe };
const figures: Figure[] = [];
let peakBytes = 0;
const watch = setInterval(() => {
  peakBytes = Math.max(peakBytes, process.memoryUsage().rss);
}, 20);

const head = 'Name,Provider,Prefix,Label,Environment,Workload,Cap (USD a month),Consumers';
const lines = Array.from(
  { length: ROWS },
  (_, row) => `row-${row},Elsewhere AI,sk-…${row % 10_000},Label ${row},staging,job ${row % 90},${row % 500},web; jobs`,
);
await imported('new keys', Buffer.from(`${head}\n${lines.join('\n')}\n`));
const begun = performance.now();
const keys = await listAllKeys(deps);
const sheet = await exportKeys(deps, {
  actor: ACTOR,
  format: 'csv',
  view: 'all',
  keys,
  filter: '',
  insights: noInsights,
});
figures.push({ name: `export of ${ROWS} keys as CSV, every column`, value: performance.now() - begun, unit: 'ms' });
await imported('nothing different', sheet.bytes);
const changed = Buffer.from(sheet.bytes).toString().replaceAll('staging', 'development').replaceAll('job ', 'task ');
await imported('two facts changed in each', Buffer.from(changed));
figures.push({ name: 'memory, highest (RSS)', value: peakBytes / MB, unit: 'MB' });
clearInterval(watch);
await store.close();
process.stdout.write(`${JSON.stringify({ figures, problem: null })}\n`);

async function imported(what: string, bytes: Uint8Array): Promise<void> {
  const start = performance.now();
  const reading = await readImport(deps, bytes);
  if (!reading.ok) throw new Error(JSON.stringify(reading.faults[0]));
  const read = performance.now();
  await applyImport(deps, ACTOR, reading.plan);
  const name = `import of ${ROWS} rows, ${what}`;
  figures.push({ name: `${name}: read and compare`, value: read - start, unit: 'ms' });
  figures.push({ name: `${name}: in all`, value: performance.now() - start, unit: 'ms' });
}
