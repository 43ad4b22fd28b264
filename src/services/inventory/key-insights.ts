import type { Key, Lineage } from '../../domain/key.ts';

export interface KeyInsight {
  readonly rotationDueAt: number | null;
  readonly blastRadiusMicroUsd: number | null;
  /** Where its value is kept, in words. */
  readonly storedIn: readonly string[] | null;
}

export type KeyInsights = (about: { readonly key: Key; readonly lineage: Lineage }) => KeyInsight;

export const NOT_KNOWN: KeyInsight = { rotationDueAt: null, blastRadiusMicroUsd: null, storedIn: null };

/** What other parts know of keys besides the inventory; every list, card, sheet and JSON reads it here. */
export async function keyInsights(): Promise<KeyInsights> {
  return () => NOT_KNOWN;
}
