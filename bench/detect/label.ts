export const LEAK_KINDS = [
  'loud-night',
  'loud-day',
  'tripled',
  'probe-then-burst',
  'inside-batch',
  'low-and-slow',
] as const;
export type LeakKind = (typeof LEAK_KINDS)[number];

export type EventKind =
  | 'office-hours'
  | 'nightly-batch'
  | 'weekly-batch'
  | 'month-end-job'
  | 'launch'
  | 'growth'
  | 'holiday'
  | 'model-migration'
  | 'new-endpoint'
  | 'runaway';

/** What happened to a lineage, when, and what it cost on top of the usual (0 where it is part of the usual). */
export interface Label {
  readonly kind: LeakKind | EventKind;
  readonly isLeak: boolean;
  readonly startAt: number;
  readonly endAt: number;
  /** When it began to be worth money: later than `startAt` where a probe came before. */
  readonly loudAt: number;
  readonly costMicroUsd: number;
}
