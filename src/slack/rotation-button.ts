import { z } from 'zod';
import { ROTATION_STEPS, type Rotation, type StepName, stepOf } from '../domain/rotation.ts';
import { buttonCodec } from './button-value.ts';

/** What a button or modal of a rotation carries. */
export interface RotationButton {
  readonly rotationId: string;
  /** Null: it is about the rotation as a whole. */
  readonly step: StepName | null;
  /** Of the step, or of the rotation, that the person saw. */
  readonly revision: number;
}

const codec = buttonCodec(
  z.strictObject({
    r: z.string().max(64),
    s: z.enum(ROTATION_STEPS).nullable(),
    n: z.number().int().nonnegative(),
  }),
);

export function encodeRotationButton({ rotationId, step, revision }: RotationButton): string {
  return codec.encode({ r: rotationId, s: step, n: revision });
}

export function decodeRotationButton(text: string): RotationButton {
  const { r, s, n } = codec.decode(text);
  return { rotationId: r, step: s, revision: n };
}

export function buttonOf(rotation: Rotation, step: StepName | null): RotationButton {
  const { revision } = step === null ? rotation : stepOf(rotation, step);
  return { rotationId: rotation.id, step, revision };
}
