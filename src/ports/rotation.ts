import type { Key, Lineage } from '../domain/key.ts';
import type { Rotation, RotationKind } from '../domain/rotation.ts';

/** A line of an emergency's checklist that somebody has ticked. */
export interface RotationCheck {
  readonly item: string;
  /** Actor text. */
  readonly by: string;
  readonly at: number;
}

/** A rotation that is under way, with the key that it replaces and its lineage. */
export interface OpenRotation {
  readonly rotation: Rotation;
  readonly oldKey: Key;
  readonly lineage: Lineage;
}

export interface RotationRepo {
  insert(rotation: Rotation): Promise<void>;
  /** With all of its steps. */
  update(rotation: Rotation): Promise<void>;
  get(id: string): Promise<Rotation | undefined>;
  /** Those of these that there are, in a few reads however many are asked for. */
  some(ids: readonly string[]): Promise<readonly Rotation[]>;
  /** The one of this lineage that is not over. */
  openOfLineage(lineageId: string): Promise<Rotation | undefined>;
  idsOfLineage(lineageId: string): Promise<readonly string[]>;
  latestOfLineage(lineageId: string): Promise<Rotation | undefined>;
  /** Oldest first. */
  allOpen(): Promise<readonly Rotation[]>;
  /** The same with their old keys and lineages, in a few reads however many there are. */
  openWithKeys(): Promise<readonly OpenRotation[]>;
  openOfOldKey(keyId: string): Promise<Rotation | undefined>;
  /** The newest first, open ones included. */
  latestOfKind(kind: RotationKind, limit: number): Promise<readonly Rotation[]>;
  /** Those that ended, one way or the other, at `at` or later. */
  closedSince(at: number): Promise<readonly Rotation[]>;
  /** Oldest first. */
  checksOf(rotationId: string): Promise<readonly RotationCheck[]>;
  /** False when it was ticked before: that stands. */
  check(rotationId: string, check: RotationCheck): Promise<boolean>;
}
