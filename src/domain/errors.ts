/** What went wrong, in terms a caller can act on. The retry policy follows from the code, never from the text. */
export type ErrorCode =
  | 'invalid_input'
  | 'invalid_config'
  | 'not_found'
  | 'forbidden'
  | 'conflict'
  | 'not_supported'
  | 'provider_auth'
  | 'provider_denied'
  | 'provider_not_found'
  | 'provider_rejected'
  | 'provider_rate_limited'
  | 'provider_quota'
  | 'provider_unavailable'
  /** An answer that is whole and cannot be true. */
  | 'provider_implausible'
  | 'provider_outcome_unknown'
  | 'slack_unavailable'
  | 'slack_rejected'
  | 'webhook_unavailable'
  | 'webhook_rejected'
  | 'store_unavailable'
  | 'store_rejected'
  | 'store_outcome_unknown'
  | 'hook_unavailable'
  | 'hook_rejected'
  | 'hook_outcome_unknown'
  | 'database'
  | 'internal';

export interface AppErrorOptions {
  readonly code: ErrorCode;
  /** For the log. */
  readonly message: string;
  /** For the person: what happened and what to do next. Never contains a secret or a foreign stack. */
  readonly publicMessage: string;
  readonly cause?: unknown;
  /** From Retry-After: how long the other side asked us to wait. */
  readonly retryAfterMs?: number;
}

export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly publicMessage: string;
  readonly retryAfterMs: number | undefined;

  constructor(options: AppErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.publicMessage = options.publicMessage;
    this.retryAfterMs = options.retryAfterMs;
  }
}

const RETRYABLE: ReadonlySet<ErrorCode> = new Set([
  'provider_rate_limited',
  'provider_unavailable',
  'provider_implausible',
  'provider_outcome_unknown',
  'slack_unavailable',
  'webhook_unavailable',
  'store_unavailable',
  'store_outcome_unknown',
  'hook_unavailable',
  'hook_outcome_unknown',
]);

/** True when the same request may succeed later without anybody changing anything. */
export function isRetryable(error: unknown): boolean {
  return error instanceof AppError && isRetryableCode(error.code);
}

export function isRetryableCode(code: ErrorCode): boolean {
  return RETRYABLE.has(code);
}

export function isAppError(error: unknown, code: ErrorCode): error is AppError {
  return error instanceof AppError && error.code === code;
}

/** The sentence a person may see, whatever was thrown. */
export function publicMessageOf(error: unknown): string {
  return error instanceof AppError
    ? error.publicMessage
    : 'Something went wrong inside Keysteward. Nothing was changed; the log has the details.';
}

export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
