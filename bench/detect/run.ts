import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { company } from './company.ts';
import { type MethodResult, measure } from './measure.ts';
import { METHODS, MORE_METHODS } from './methods.ts';
import { printResult } from './print.ts';

/** Tuned on the first, reported on the second: nobody looks at single lineages of the second while tuning. */
const SEEDS = { tune: [11, 12], report: [9_001, 9_002] } as const;
const OUTPUT = 'test-output/bench-detect.json';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: 'report' },
    lineages: { type: 'string', default: '200' },
    days: { type: 'string', default: '60' },
    /** Names or their beginnings, separated by commas. */
    only: { type: 'string', default: '' },
    more: { type: 'boolean', default: false },
    misses: { type: 'boolean', default: true },
    /** False pages by amount of history: half of the time that it takes. */
    history: { type: 'boolean', default: true },
  },
  allowNegative: true,
});

const now = () => performance.now();
const seeds = values.seeds === 'tune' ? SEEDS.tune : SEEDS.report;
const size = { lineages: Number(values.lineages), days: Number(values.days) };
const wanted = values.only.split(',').filter((name) => name !== '');
const methods = [...METHODS, ...(values.more ? MORE_METHODS : [])].filter(
  ([name]) => wanted.length === 0 || wanted.some((start) => name.startsWith(start)),
);

const startedAt = now();
const lineages = seeds.flatMap((seed) => company(seed, size));
const made = ((now() - startedAt) / 1_000).toFixed(1);
process.stdout.write(
  `seeds ${seeds.join(', ')} (${values.seeds}): ${lineages.length} lineages x ${size.days} days, made in ${made} s\n`,
);
const results: Record<string, MethodResult> = {};
for (const [name, method] of methods) {
  const result = measure(lineages, method, { now, withHistory: values.history });
  results[name] = result;
  process.stdout.write(printResult(name, result, values.misses));
}
mkdirSync('test-output', { recursive: true });
writeFileSync(OUTPUT, `${JSON.stringify({ seeds, ...size, results }, null, 2)}\n`);
process.stdout.write(`\nAs JSON: ${OUTPUT}\n`);
