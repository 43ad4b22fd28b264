/** One row of the table: what was measured, and the figure in its unit. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

/** One file per suite. `run` measures; nothing is asserted here. */
export interface Suite {
  readonly id: string;
  readonly title: string;
  run(): Promise<readonly Figure[]>;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
