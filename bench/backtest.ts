import { compile, measured } from './scale.ts';
import type { Suite } from './suite.ts';

const LINEAGES = 10_000;
const DAYS = 31;

interface Backtest {
  readonly seconds: number;
  readonly startMb: number;
  readonly peakMb: number;
  readonly rows: number;
  readonly told: number;
  readonly problem: string | null;
}

/** How long it takes to look through everybody's month, and what memory. */
export const backtest: Suite = {
  id: 'backtest',
  title: `${LINEAGES} lineages x ${DAYS} days of 15-minute buckets replayed (balanced), one core, compiled`,
  async run() {
    compile();
    const { seconds, startMb, peakMb, rows, told } = measured<Backtest>('backtest', [String(LINEAGES), String(DAYS)]);
    return [
      { name: 'replay alone', value: seconds, unit: 's' },
      { name: 'buckets', value: rows, unit: '' },
      { name: 'memory, highest (RSS)', value: peakMb, unit: 'MB' },
      { name: 'memory before the first lineage (RSS)', value: startMb, unit: 'MB' },
      { name: 'told', value: told, unit: '' },
    ];
  },
};
