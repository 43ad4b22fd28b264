import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figure, Suite } from './suite.ts';

const COMPILED = 'test-output/bench';
const SIZES = [100, 1_000, 10_000];
const PASSES = 7;
const BACKFILL_KEYS = 1_000;
// What docs/operations.md names for a large organization.
const HEAP_MB = 256;

/** A pass is: list all keys, poll the trailing usage, price, store, detect. Nothing but time is simulated. */
export const scale: Suite = {
  id: 'scale',
  title: 'one pass with 31 days of history; the app compiled and alone in its process, Slack and provider in another',
  async run() {
    compile();
    const folder = mkdtempSync(join(tmpdir(), 'keysteward-bench-'));
    try {
      return [...SIZES.flatMap((keys) => passes(keys, folder)), ...bounded(folder), ...backfill(folder)];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

export function compile(): void {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'bench/tsconfig.json']);
  if (!existsSync(join(COMPILED, 'db'))) symlinkSync('../../db', join(COMPILED, 'db'));
}

interface Pass {
  readonly wholeMs: number;
  readonly worstMs: number;
  readonly syncMs: number;
  readonly pollMs: number;
  readonly detectMs: number;
  readonly cpuMs: number;
  readonly peakMb: number;
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
  readonly ackP99Ms: number;
  readonly ackMaxMs: number;
  readonly lost: number;
  readonly problem: string | null;
}

function passes(keys: number, folder: string): readonly Figure[] {
  const path = join(folder, `${keys}.db`);
  const rows = Number(script('prepare', [String(keys), path]));
  const pass = measured<Pass>('measure', [String(keys), path, String(PASSES)]);
  const figure = (name: string, value: number, unit: string): Figure => ({
    name: `${keys} keys: ${name}`,
    value,
    unit,
  });
  return [
    figure('usage rows stored', rows, 'rows'),
    figure(`whole pass, median of ${PASSES}`, pass.wholeMs, 'ms'),
    figure('  of it the key list', pass.syncMs, 'ms'),
    figure('  of it poll, price, store, detect', pass.pollMs, 'ms'),
    figure('  detection alone', pass.detectMs, 'ms'),
    figure('first pass after a start', pass.worstMs, 'ms'),
    figure('CPU per pass', pass.cpuMs, 'ms'),
    figure('memory, highest (RSS)', pass.peakMb, 'MB'),
    figure('event loop delay, p99', pass.loopP99Ms, 'ms'),
    figure('event loop delay, longest', pass.loopMaxMs, 'ms'),
    figure('Slack ack, p99', pass.ackP99Ms, 'ms'),
    figure('Slack ack, longest', pass.ackMaxMs, 'ms'),
    figure('commands not acknowledged', pass.lost, ''),
  ];
}

/** The largest size once more in a heap that is bounded: what it needs, not what it takes when there is plenty. */
function bounded(folder: string): readonly Figure[] {
  const keys = Math.max(...SIZES);
  const path = join(folder, `${keys}.db`);
  const { wholeMs, peakMb } = measured<Pass>('measure', [String(keys), path, String(PASSES)], HEAP_MB);
  const name = `${keys} keys, heap of ${HEAP_MB} MB at most`;
  return [
    { name: `${name}: whole pass`, value: wholeMs, unit: 'ms' },
    { name: `${name}: memory`, value: peakMb, unit: 'MB' },
  ];
}

interface Backfill extends Pick<Pass, 'cpuMs' | 'peakMb' | 'loopP99Ms' | 'loopMaxMs' | 'problem'> {
  readonly inventoryMs: number;
  readonly backfillMs: number;
}

function backfill(folder: string): readonly Figure[] {
  const first = measured<Backfill>('backfill', [String(BACKFILL_KEYS), join(folder, 'first.db')]);
  const name = `${BACKFILL_KEYS} keys, first start`;
  return [
    { name: `${name}: key list`, value: first.inventoryMs, unit: 'ms' },
    { name: `${name}: 31 days of usage`, value: first.backfillMs, unit: 'ms' },
    { name: `${name}: CPU`, value: first.cpuMs, unit: 'ms' },
    { name: `${name}: memory, highest (RSS)`, value: first.peakMb, unit: 'MB' },
    { name: `${name}: event loop delay, p99`, value: first.loopP99Ms, unit: 'ms' },
    { name: `${name}: event loop delay, longest`, value: first.loopMaxMs, unit: 'ms' },
  ];
}

export function measured<Result extends { readonly problem: string | null }>(
  name: string,
  args: readonly string[],
  heapMb?: number,
): Result {
  const result = JSON.parse(script(name, args, heapMb)) as Result;
  if (result.problem !== null) throw new Error(`${name} did not work: ${result.problem}`);
  return result;
}

/** The last line that a script prints. */
export function script(name: string, args: readonly string[], heapMb?: number): string {
  const flags = heapMb === undefined ? [] : [`--max-old-space-size=${heapMb}`];
  const path = join(COMPILED, 'bench/scale', `${name}.js`);
  const text = execFileSync(process.execPath, [...flags, path, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return text.trimEnd().split('\n').at(-1) ?? '';
}
