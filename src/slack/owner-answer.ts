import { z } from 'zod';
import { buttonCodec } from './button-value.ts';

/** What the buttons of a question to an owner carry: the alert and the event that asked. */
export const ownerAnswer = buttonCodec(z.strictObject({ a: z.string().max(64), e: z.string().max(64) }));
