import type { RotationConsumer, RotationSecret } from '../domain/rotation-work.ts';

export interface RotationSecretRepo {
  get(rotationId: string): Promise<RotationSecret | undefined>;
  /** Inserts it, or takes the place of the one that is there. */
  put(secret: RotationSecret): Promise<void>;
}

export interface RotationConsumerRepo {
  /** In the order of their names. */
  ofRotation(rotationId: string): Promise<readonly RotationConsumer[]>;
  ofRotations(rotationIds: readonly string[]): Promise<readonly RotationConsumer[]>;
  get(rotationId: string, consumer: string): Promise<RotationConsumer | undefined>;
  /** As above. */
  put(consumer: RotationConsumer): Promise<void>;
}
