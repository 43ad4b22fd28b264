import { AppError, type ErrorCode, publicMessageOf, toError } from '../domain/errors.ts';
import type { Logger } from '../ports/logger.ts';
import { asMissingScope } from './slack-error.ts';
import { escaped } from './views/text.ts';

const OUR_FAULT: ReadonlySet<ErrorCode> = new Set(['internal', 'database']);

/** The sentence for the person; what is our fault goes into the log with its stack. */
export function refusalText(logger: Logger, thrown: unknown): string {
  const error = asMissingScope(thrown) ?? thrown;
  if (error instanceof AppError && !OUR_FAULT.has(error.code)) logger.info('request refused', { error });
  else logger.error('request failed', { error: toError(error) });
  return escaped(publicMessageOf(error));
}
