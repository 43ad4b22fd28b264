import type { Quiet } from './rotation-quiet.ts';
import { HOUR_MS } from './time.ts';

/** What one key did in a stretch of time. */
export interface TrafficSum {
  /** Null where the provider does not count requests. */
  readonly requests: number | null;
  readonly tokens: number;
  readonly costMicroUsd: number;
}

export interface KeyTraffic {
  readonly lastHour: TrafficSum;
  readonly lastDay: TrafficSum;
  readonly lastSeenAt: number | null;
}

/** Old against new, as far as usage is known. */
export interface RotationTraffic {
  readonly oldKey: KeyTraffic;
  /** Null: the new key is not in the key list yet. */
  readonly newKey: KeyTraffic | null;
  /** Usage is known up to here; null where none was ever read. */
  readonly dataUntil: number | null;
  /** Since when usage cannot be read. */
  readonly blindSince: number | null;
}

/** What speaks against calling a move to the new key verified. */
export type Doubt = 'old_key_busy' | 'old_key_not_quiet' | 'new_key_unknown' | 'new_key_silent' | 'blind';

/** Data that is older says nothing about now. */
const STALE_MS = HOUR_MS;

export function doubtsOf(
  { oldKey, newKey, dataUntil, blindSince }: RotationTraffic,
  quiet: Pick<Quiet, 'isQuiet'>,
  now: number,
): readonly Doubt[] {
  const doubts: Doubt[] = [];
  if (!quiet.isQuiet) doubts.push(hasTraffic(oldKey.lastHour) ? 'old_key_busy' : 'old_key_not_quiet');
  if (newKey === null) doubts.push('new_key_unknown');
  else if (!hasTraffic(newKey.lastDay)) doubts.push('new_key_silent');
  if (blindSince !== null || dataUntil === null || now - dataUntil > STALE_MS) doubts.push('blind');
  return doubts;
}

export function hasTraffic({ requests, tokens, costMicroUsd }: TrafficSum): boolean {
  return (requests ?? 0) > 0 || tokens > 0 || costMicroUsd > 0;
}
