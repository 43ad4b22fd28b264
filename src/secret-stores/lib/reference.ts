import { AppError } from '../../domain/errors.ts';
import { scrubSecrets } from '../../domain/secret.ts';
import { type Link, storeText } from './link.ts';

export const FIELD = '[A-Za-z_][A-Za-z0-9_.-]{0,126}';

export interface Place {
  readonly path: string;
  /** Behind the `#`. */
  readonly field: string | null;
}

/** A reference taken apart, once it is of the form that this store knows. */
export function placeOf(link: Link, reference: string): Place {
  const { pattern, advice } = link.reference;
  if (!pattern.test(reference)) {
    const shown = scrubSecrets(reference);
    throw new AppError({
      code: 'invalid_input',
      message: `${link.name}: ${shown} is not a reference of this store`,
      publicMessage: `${storeText(link)} has no place called ${shown}. Write ${advice}.`,
    });
  }
  const [path = '', field] = reference.split('#');
  return { path, field: field ?? null };
}

/** As `placeOf`, for stores whose references always name a field. */
export function fieldPlaceOf(link: Link, reference: string): { readonly path: string; readonly field: string } {
  const { path, field } = placeOf(link, reference);
  return { path, field: field ?? '' };
}
