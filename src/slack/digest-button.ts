import { z } from 'zod';
import { buttonCodec } from './button-value.ts';

/** A button of a digest names its week. */
export const digestButton = buttonCodec(z.strictObject({ w: z.string().max(20) }));
