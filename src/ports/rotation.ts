import type { Rotation, RotationKind } from '../domain/rotation.ts';

export interface RotationRepo {
  insert(rotation: Rotation): Promise<void>;
  /** With all of its steps. */
  update(rotation: Rotation): Promise<void>;
  get(id: string): Promise<Rotation | undefined>;
  /** The one of this lineage that is not over. */
  openOfLineage(lineageId: string): Promise<Rotation | undefined>;
  idsOfLineage(lineageId: string): Promise<readonly string[]>;
  latestOfLineage(lineageId: string): Promise<Rotation | undefined>;
  /** Oldest first. */
  allOpen(): Promise<readonly Rotation[]>;
  /** The newest first, open ones included. */
  latestOfKind(kind: RotationKind, limit: number): Promise<readonly Rotation[]>;
}
