import type { Key, Lineage } from '../domain/key.ts';

/** A model that a key called, and where. */
export interface ModelSight {
  readonly model: string;
  readonly endpoint: string;
}

/** A key with what is known around it. Equal by identity as long as nothing of it changes. */
export interface InventoryRow {
  readonly key: Key;
  readonly lineage: Lineage;
  readonly scopeName: string | null;
  /** Since the day that was asked for. */
  readonly costMicroUsd: number;
  /** Called since that day, by name. */
  readonly called: readonly ModelSight[];
}

export interface InventoryReader {
  /**
   * Every key by slug, tombstones included, with its cost since the start of a UTC day; as committed now. Remembered
   * between calls: only what changed is read again.
   */
  inventory(costFrom: number): Promise<readonly InventoryRow[]>;
}
