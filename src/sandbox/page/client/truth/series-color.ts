import type { BurnSeries } from '../logic/burn.ts';

const STOLEN = '#e01e5a';
// Muted beside the stolen one, and still apart from each other on light and dark ground.
const HONEST = ['#4a8fb8', '#6f9e6b', '#b08d4a', '#8f7fb5', '#5f9ea0', '#a07f72', '#7f8c99'];

export function seriesColor(one: BurnSeries, all: readonly BurnSeries[]): string {
  if (one.isStolen) return STOLEN;
  const names = all.filter(({ isStolen }) => !isStolen).map(({ name }) => name);
  return HONEST[names.sort().indexOf(one.name) % HONEST.length] ?? STOLEN;
}
