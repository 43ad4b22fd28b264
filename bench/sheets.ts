import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, measured } from './scale.ts';
import type { Figure, Suite } from './suite.ts';

const ROWS = 50_000;

interface Measured {
  readonly figures: readonly Figure[];
  readonly problem: string | null;
}

/** From the bytes of a CSV to the last row on the disk. */
export const sheets: Suite = {
  id: 'sheets',
  title: `a sheet of ${ROWS} keys, in and out; compiled and alone in its process`,
  async run() {
    compile();
    const folder = mkdtempSync(join(tmpdir(), 'keysteward-bench-'));
    try {
      return measured<Measured>('import', [String(ROWS), join(folder, 'import.db')]).figures;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
