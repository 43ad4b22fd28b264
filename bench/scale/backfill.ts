import { monitorEventLoopDelay } from 'node:perf_hooks';
import { readInventory } from '../../src/services/inventory/read-inventory.ts';
import { pollUsage } from '../../src/services/usage/poll-usage.ts';
import { CONNECTION, openScaleStage } from './stage.ts';

// The first start: an empty database, all keys, 31 days of usage.

const [size = '', databasePath = ''] = process.argv.slice(2);
const NS_PER_MS = 1e6;
const stage = await openScaleStage(Number(size), databasePath);
const { deps } = stage.app;
const provider = deps.providers.get(CONNECTION);
if (provider === undefined) throw new Error('the bench has no connection');

let peakBytes = 0;
const sampler = setInterval(() => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
}, 10);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const cpuBefore = process.cpuUsage();
const start = performance.now();
await readInventory(deps, provider);
const listed = performance.now();
const { ok, watermark } = await pollUsage(deps, provider);
const end = performance.now();
const cpu = process.cpuUsage(cpuBefore);
delay.disable();
clearInterval(sampler);
await stage.close();
process.stdout.write(
  `${JSON.stringify({
    inventoryMs: listed - start,
    backfillMs: end - listed,
    cpuMs: (cpu.user + cpu.system) / 1000,
    peakMb: peakBytes / 1024 / 1024,
    loopP99Ms: delay.percentile(99) / NS_PER_MS,
    loopMaxMs: delay.max / NS_PER_MS,
    problem: ok ? null : watermark.problem,
  })}\n`,
);
