import { AppError } from '../../domain/errors.ts';

const MICRO_USD_PER_CENT = 10_000;
const SEPARATOR = '#';

/** A cap as whole cents, which is what providers take: rounded up, and one cent at least. */
export function capCents(monthlyMicroUsd: number): number {
  if (Number.isFinite(monthlyMicroUsd) && monthlyMicroUsd >= 0) {
    return Math.max(1, Math.ceil(monthlyMicroUsd / MICRO_USD_PER_CENT));
  }
  throw new AppError({
    code: 'invalid_input',
    message: `spend limit of ${monthlyMicroUsd} micro-USD`,
    publicMessage: 'A spend limit is an amount of zero dollars or more. Enter another amount.',
  });
}

/** One id for one figure of a rate limit: providers keep several figures under one id of theirs. */
export function limitIdOf(providerId: string, kind: string): string {
  return `${providerId}${SEPARATOR}${kind}`;
}

/** The parts of an id made by `limitIdOf`, and the value checked. */
export function readLimit(limitId: string, value: number): { readonly providerId: string; readonly kind: string } {
  const cut = limitId.lastIndexOf(SEPARATOR);
  if (cut > 0 && cut < limitId.length - 1 && Number.isSafeInteger(value) && value >= 0) {
    return { providerId: limitId.slice(0, cut), kind: limitId.slice(cut + 1) };
  }
  throw unknownLimit(limitId, value);
}

export function unknownLimit(limitId: string, value: number): AppError {
  return new AppError({
    code: 'invalid_input',
    message: `rate limit ${limitId} to ${value}`,
    publicMessage: 'This is not a rate limit that can be set. Refresh the limits and enter a whole number.',
  });
}
