import type { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';

/** What a dialog carries of itself; one that another version opened, or that somebody forged, gets a sentence. */
export function readMetadata<Value>(schema: z.ZodType<Value>, text: string): Value {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError({
      code: 'invalid_input',
      message: 'unknown private metadata',
      publicMessage: 'Nothing was done: this dialog was opened by another version of Keysteward. Open it again.',
      cause,
    });
  }
}
