import { z } from 'zod';
import { MalformedAnswer } from './provider-error.ts';

const numeric = z.union([z.number(), z.string().trim().min(1).transform(Number)]).pipe(z.number());

/** Dollars as integer micro-USD; null and absent are zero, as where nothing was billed. */
export const dollarsMicroUsd = numeric.nullish().transform((dollars) => Math.round((dollars ?? 0) * 1_000_000));

/** Cents, whole or fractional, as integer micro-USD. */
export const centsMicroUsd = numeric.transform((cents) => Math.round(cents * 10_000));

/** A whole number that the provider may not give; null and absent stay null. */
export const optionalNumber = numeric.nullish().transform((value) => value ?? null);

/** Unix seconds that must be there, as epoch milliseconds. */
export const secondsAt = numeric.transform((seconds) => Math.round(seconds * 1000));

/** Unix seconds as epoch milliseconds; null, absent and zero mean "not given". */
export const optionalSecondsAt = numeric
  .nullish()
  .transform((seconds) => (seconds ? Math.round(seconds * 1000) : null));

/** An RFC 3339 instant that must be there, as epoch milliseconds. */
export const rfc3339At = z.string().transform(Date.parse).pipe(z.number());

/** An RFC 3339 instant as epoch milliseconds; null where it is absent or unreadable. */
export const optionalRfc3339At = z
  .string()
  .nullish()
  .transform((text) => {
    const at = Date.parse(text ?? '');
    return Number.isNaN(at) ? null : at;
  });

export const optionalText = z
  .string()
  .nullish()
  .transform((text) => (text === undefined || text === null || text === '' ? null : text));

/** Reads a body by its schema; a body that does not fit is a malformed answer, told by field and never by value. */
export function readBody<T>(schema: z.ZodType<T>, body: unknown, what: string): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new MalformedAnswer(`${what}: ${issue?.path.join('.') || 'body'} ${issue?.code ?? 'does not fit'}`);
}
