import { z } from 'zod';
import { AppError } from '../domain/errors.ts';

const VERSION = 1;

/** Ids only, never key material. `generation` is the key state that the person saw. */
const buttonValue = z.object({
  v: z.literal(VERSION),
  a: z.string().max(64).nullable(),
  k: z.string().max(64),
  g: z.number().int().nonnegative(),
});

export interface ButtonValue {
  readonly alertId: string | null;
  readonly keyId: string;
  readonly generation: number;
}

export function encodeButton({ alertId, keyId, generation }: ButtonValue): string {
  return JSON.stringify({ v: VERSION, a: alertId, k: keyId, g: generation } satisfies z.input<typeof buttonValue>);
}

/** Reads a value that came back from Slack; a forged or foreign one gets a sentence, not a stack. */
export function decodeButton(text: string | undefined): ButtonValue {
  try {
    const { a, k, g } = buttonValue.parse(JSON.parse(text ?? ''));
    return { alertId: a, keyId: k, generation: g };
  } catch (cause) {
    throw new AppError({
      code: 'invalid_input',
      message: 'unknown button value',
      publicMessage: 'This button was made by another version of Keysteward. Look the key up with `/keys show`.',
      cause,
    });
  }
}
