import { AppError, type ErrorCode } from '../../domain/errors.ts';
import { askedDelayMs } from '../../domain/retry-after.ts';
import type { Scrub } from '../../domain/scrub.ts';

const DEFAULT_RETRY_MS = 60_000;
const MAX_RETRY_MS = 15 * 60_000;
// A foreign text is evidence for the log, not a place for a whole HTML page.
const MAX_TEXT = 300;
// These 429s do not pass by waiting: somebody has to pay or raise a limit.
const QUOTA_CODE =
  /^(insufficient_quota|credit_balance_exhausted|enforced_spend_limit_reached|billing_hard_limit_reached)$|_(spend|usage)_limit_exceeded$/;

/** An answer that arrived but is not what the provider's interface promises. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';
}

export interface CallContext {
  /** The provider's name as people know it. */
  readonly title: string;
  readonly connectionId: string;
  /** For the log: `list keys`, `read usage` … */
  readonly operation: string;
  /** After a write, silence does not mean that nothing happened. */
  readonly kind: 'read' | 'write';
  readonly scrub: Scrub;
  readonly signal?: AbortSignal | undefined;
  /** Our own sentence for a refusal, where the general one would not help. */
  readonly rejectedMessage?: string | undefined;
}

/** What both SDKs tell about a failed request, read by shape so that no SDK class is needed here. */
interface Failure {
  readonly status: number | undefined;
  /** The machine-readable codes of the body, most specific first. */
  readonly codes: readonly string[];
  readonly headers: Headers | undefined;
  /** Whether the body was the provider's own JSON error, not some proxy's page. */
  readonly isProviderBody: boolean;
}

/** Turns whatever an SDK call threw into an AppError; the only place where foreign errors are read. */
export function toProviderError(thrown: unknown, context: CallContext): AppError {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof MalformedAnswer) return build(context, { code: lostCode(context), thrown });
  const failure = readFailure(thrown);
  if (failure === undefined) return build(context, { code: 'internal', thrown });
  if (failure.status === undefined) return build(context, { code: lostCode(context), thrown });

  const code = codeOf(failure, failure.status, context);
  const retry = code === 'provider_rate_limited' ? { retryAfterMs: retryAfterMs(failure.headers) } : {};
  return build(context, { code, thrown, ...retry });
}

/** True when the provider named one of these error codes. */
export function hasErrorCode(thrown: unknown, wanted: ReadonlySet<string>): boolean {
  return readFailure(thrown)?.codes.some((code) => wanted.has(code)) ?? false;
}

function codeOf(failure: Failure, status: number, context: CallContext): ErrorCode {
  if (status === 401) return 'provider_auth';
  if (status === 403) return 'provider_denied';
  // A proxy's 404 page must not pass for "this key is gone".
  if (status === 404) return failure.isProviderBody ? 'provider_not_found' : lostCode(context);
  if (status === 402) return 'provider_quota';
  if (status === 429) {
    return failure.codes.some((code) => QUOTA_CODE.test(code)) ? 'provider_quota' : 'provider_rate_limited';
  }
  // A page token dies with 410 when the report behind it is refreshed: reading from the start again helps.
  if (status === 410 && context.kind === 'read') return 'provider_unavailable';
  if (status === 408 || status >= 500) return lostCode(context);
  return 'provider_rejected';
}

function lostCode(context: CallContext): ErrorCode {
  return context.kind === 'write' ? 'provider_outcome_unknown' : 'provider_unavailable';
}

interface Verdict {
  readonly code: ErrorCode;
  readonly thrown: unknown;
  readonly retryAfterMs?: number;
}

function build(context: CallContext, { code, thrown, ...extra }: Verdict): AppError {
  const failure = readFailure(thrown);
  const aborted = context.signal?.aborted === true ? ' (cancelled by the caller)' : '';
  const status = failure?.status === undefined ? '' : ` HTTP ${failure.status}`;
  const detail = context.scrub(describe(thrown)).slice(0, MAX_TEXT);
  return new AppError({
    code,
    message: `${context.connectionId}: ${context.operation} failed:${status}${aborted} ${detail}`,
    publicMessage:
      (code === 'provider_rejected' ? context.rejectedMessage : undefined) ?? publicMessageFor(code, context.title),
    cause: new Error(detail),
    ...extra,
  });
}

// Never the thrown error itself as cause: it carries headers and bodies that a serializer would print.
function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const cause = thrown.cause instanceof Error ? ` (${thrown.cause.message})` : '';
  return `${thrown.message}${cause}`;
}

function publicMessageFor(code: ErrorCode, title: string): string {
  switch (code) {
    case 'provider_auth':
      return `${title} does not accept the admin key. It may be expired or deleted: put a valid one in the configuration and restart.`;
    case 'provider_denied':
      return `${title} says that the admin key may not do this. Use a key of an organization owner, or do it in the console.`;
    case 'provider_not_found':
      return `${title} does not know this key or project any more. Refresh the inventory to see what is left.`;
    case 'provider_rejected':
      return `${title} refused the request and nothing was changed. Do it in the console; the log has the provider's reason.`;
    case 'provider_rate_limited':
      return `${title} asks us to slow down. Keysteward tries again by itself.`;
    case 'provider_quota':
      return `${title} says that the organization's credit or spend limit is used up. Raise it in the console.`;
    case 'provider_unavailable':
      return `${title} cannot be reached or does not answer as it should. Keysteward tries again by itself; see the provider's status page.`;
    case 'provider_outcome_unknown':
      return `${title} did not confirm the change, so it may or may not have happened. Keysteward reads the state back before anything is repeated.`;
    default:
      return 'Something went wrong inside Keysteward. Nothing was changed; the log has the details.';
  }
}

function readFailure(thrown: unknown): Failure | undefined {
  // Both SDKs set `status` on every API error, undefined where no answer arrived.
  if (!(thrown instanceof Error) || !('status' in thrown)) return undefined;
  const status = typeof thrown.status === 'number' ? thrown.status : undefined;
  const named = ['errorCode', 'code', 'type'].map((name) => Reflect.get(thrown, name));
  const body: unknown = Reflect.get(thrown, 'error');
  return {
    status,
    codes: named.filter((value): value is string => typeof value === 'string'),
    headers: 'headers' in thrown && thrown.headers instanceof Headers ? thrown.headers : undefined,
    isProviderBody: typeof body === 'object' && body !== null,
  };
}

function retryAfterMs(headers: Headers | undefined): number {
  return Math.min(askedDelayMs((name) => headers?.get(name)) ?? DEFAULT_RETRY_MS, MAX_RETRY_MS);
}
