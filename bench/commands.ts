import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, measured, script } from './scale.ts';
import type { Figure, Suite } from './suite.ts';

const KEYS = 10_000;
const RUNS = 3;

interface Measured {
  readonly figures: readonly Figure[];
  readonly problem: string | null;
}

/** What a person waits for: the handler of a command, a click on its way to the provider, a start. */
export const commands: Suite = {
  id: 'commands',
  title: `${KEYS} keys with 31 days of history; the app compiled and alone in its process; medians of ${RUNS} runs`,
  async run() {
    compile();
    const folder = mkdtempSync(join(tmpdir(), 'keysteward-bench-'));
    try {
      const path = join(folder, 'commands.db');
      script('prepare', [String(KEYS), path]);
      const runs = Array.from({ length: RUNS }, () => {
        // Each run suspends keys: the next one needs them as they were.
        const copy = join(folder, 'run.db');
        copyFileSync(path, copy);
        return measured<Measured>('commands', [String(KEYS), copy]).figures;
      });
      return (runs[0] ?? []).map((figure) => ({ ...figure, value: medianOf(runs, figure.name) }));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function medianOf(runs: readonly (readonly Figure[])[], name: string): number {
  const values = runs.flatMap((figures) => figures.find((figure) => figure.name === name)?.value ?? []);
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
