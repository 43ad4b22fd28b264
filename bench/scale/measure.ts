import { once } from 'node:events';
import { statSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pollUsageJob } from '../../src/scheduler/jobs/poll-usage.ts';
import { runDetection } from '../../src/services/alerts/run-detection.ts';
import { readInventory } from '../../src/services/inventory/read-inventory.ts';
import { quantile } from '../suite.ts';
import { CONNECTION, openScaleStage } from './stage.ts';
import { MINUTE_MS } from './traffic.ts';

const [size = '', databasePath = '', passes = '5'] = process.argv.slice(2);
const SAMPLE_EVERY_MS = 10;
const NS_PER_MS = 1e6;
const MB = 1024 * 1024;

const stage = await openScaleStage(Number(size), databasePath);
const { app, clock, standIns } = stage;
const provider = app.deps.providers.get(CONNECTION);
if (provider === undefined) throw new Error('the bench has no connection');

let peakBytes = 0;
const sampler = setInterval(() => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
}, SAMPLE_EVERY_MS);
const delay = monitorEventLoopDelay({ resolution: 1 });
standIns.send('type');
delay.enable();
const cpuBefore = process.cpuUsage();
const syncMs: number[] = [];
const pollMs: number[] = [];
// The pass detects by itself; once more alone tells what of it that is.
const detectMs: number[] = [];
for (let pass = 0; pass < Number(passes); pass += 1) {
  if (pass > 0) clock.jumpTo(clock.now() + 5 * MINUTE_MS);
  const start = performance.now();
  await readInventory(app.deps, provider);
  const synced = performance.now();
  await pollUsageJob.run(app.deps);
  syncMs.push(synced - start);
  pollMs.push(performance.now() - synced);
  const watermark = await app.deps.store.read.watermarks.get(CONNECTION);
  if (watermark === undefined) throw new Error('nothing was polled');
  const polled = performance.now();
  await runDetection(app.deps, provider, watermark);
  detectMs.push(performance.now() - polled);
}
const cpu = process.cpuUsage(cpuBefore);
delay.disable();
clearInterval(sampler);
standIns.send('rest');
const [{ acks, lost }] = (await once(standIns, 'message')) as [{ acks: number[]; lost: number }];
const status = await app.deps.store.read.watermarks.get(CONNECTION);
const wholeMs = syncMs.map((ms, index) => ms + (pollMs[index] ?? 0));
await stage.close();
process.stdout.write(
  `${JSON.stringify({
    wholeMs: quantile(wholeMs, 0.5),
    worstMs: Math.max(...wholeMs),
    syncMs: quantile(syncMs, 0.5),
    pollMs: quantile(pollMs, 0.5),
    detectMs: quantile(detectMs, 0.5),
    cpuMs: (cpu.user + cpu.system) / 1000 / Number(passes),
    peakMb: peakBytes / MB,
    loopP99Ms: delay.percentile(99) / NS_PER_MS,
    loopMaxMs: delay.max / NS_PER_MS,
    ackP99Ms: quantile(acks, 0.99),
    ackMaxMs: Math.max(...acks),
    acks: acks.length,
    lost,
    problem: status?.problem ?? null,
    databaseMb: statSync(databasePath).size / MB,
  })}\n`,
);
