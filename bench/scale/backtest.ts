import { replay } from '../../src/domain/replay/replay.ts';
import { MINUTE_MS } from '../../src/domain/time.ts';
import { company, KEYS_PER_COMPANY } from '../detect/company.ts';
import { widenSeries } from '../detect/grid.ts';

const [wanted = '', days = ''] = process.argv.slice(2);
const OPTIONS = { profile: 'balanced', pollMs: 5 * MINUTE_MS, lagMs: 5 * MINUTE_MS } as const;
const WIDTH_MS = 15 * MINUTE_MS;
// Making a month of traffic takes longer than reading it: each lineage is replayed as often.
const TIMES = 10;
const KB_PER_MB = 1024;

const startMb = process.resourceUsage().maxRSS / KB_PER_MB;
let ms = 0;
let rows = 0;
let told = 0;
for (let seed = 0; seed * KEYS_PER_COMPANY * TIMES < Number(wanted); seed += 1) {
  for (const { series } of company(seed, { lineages: KEYS_PER_COMPANY, days: Number(days) })) {
    const wide = widenSeries(series, WIDTH_MS);
    const start = performance.now();
    for (let time = 0; time < TIMES; time += 1) told += replay(wide, OPTIONS).length;
    ms += performance.now() - start;
    rows += TIMES * wide.streams.reduce((sum, { startAt }) => sum + startAt.length, 0);
  }
}
const peakMb = process.resourceUsage().maxRSS / KB_PER_MB;
process.stdout.write(`${JSON.stringify({ seconds: ms / 1_000, startMb, peakMb, rows, told, problem: null })}\n`);
