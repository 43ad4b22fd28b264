import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { backtest } from './backtest.ts';
import { campaigns } from './campaigns.ts';
import { commands } from './commands.ts';
import { detection } from './detection.ts';
import { files } from './files.ts';
import { scale } from './scale.ts';
import { sheets } from './sheets.ts';
import type { Figure, Suite } from './suite.ts';

const suites: readonly Suite[] = [detection, scale, commands, campaigns, sheets, backtest, files];
const OUTPUT = 'test-output/bench.json';

const wanted = process.argv.slice(2);
const chosen = wanted.length === 0 ? suites : suites.filter(({ id }) => wanted.includes(id));
if (chosen.length === 0) {
  process.stderr.write(`No such suite. Known: ${suites.map(({ id }) => id).join(', ')}.\n`);
  process.exit(2);
}

const machine = {
  node: process.version,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
};
process.stdout.write(`${machine.cores} x ${machine.cpu}, Node ${machine.node}, commit ${machine.commit}\n`);

const results: Record<string, readonly Figure[]> = {};
for (const suite of chosen) {
  process.stdout.write(`\n${suite.id}: ${suite.title}\n`);
  const figures = await suite.run();
  results[suite.id] = figures;
  for (const { name, value, unit } of figures) {
    process.stdout.write(`  ${name.padEnd(48)} ${value.toFixed(2).padStart(10)} ${unit}\n`);
  }
}
mkdirSync('test-output', { recursive: true });
writeFileSync(OUTPUT, `${JSON.stringify({ machine, results }, null, 2)}\n`);
process.stdout.write(`\nAs JSON: ${OUTPUT}\n`);
