import { AppError, type ErrorCode } from '../../domain/errors.ts';
import { scrubSecrets } from '../../domain/secret.ts';
import { SECOND_MS } from '../../domain/time.ts';
import { type Failure, failureOf } from './failure.ts';
import { type Call, type Link, storeText } from './link.ts';

// Nothing has left this machine, so nothing can have been written.
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_/;
// Of the clouds' own ways to credentials: without any, nothing was sent either.
const NO_CREDENTIALS =
  /^(CredentialsProviderError|CredentialUnavailableError|AuthenticationError|AggregateAuthenticationError)$/;
// Some services say "slow down" with status 400.
const THROTTLED = /^(ThrottlingException|Throttling|LimitExceededException|TooManyRequestsException)$/;

/**
 * Turns whatever a client threw into an AppError: the one place where foreign errors are read. Their texts, bodies and
 * causes go no further, for they may hold what was written.
 */
export function toStoreError(thrown: unknown, link: Link, call: Call): AppError {
  if (thrown instanceof AppError) return thrown;
  const failure = failureOf(thrown);
  const code = codeOf(failure, call);
  const detail = [failure.status === null ? '' : `HTTP ${failure.status}`, failure.code ?? '']
    .filter(Boolean)
    .join(' ');
  const cancelled = call.signal?.aborted === true ? ' (cancelled by the caller)' : '';
  const { retryAfterMs } = failure;
  return new AppError({
    code,
    message: `${link.name}: ${call.kind} of ${scrubSecrets(call.reference)} failed: ${detail || 'no answer'}${cancelled}`,
    publicMessage: `${storeText(link)} ${sentence({ code, failure, link, call })}`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** The current version is another one than the caller has seen. */
export function conflict(link: Link, reference: string): AppError {
  return new AppError({
    code: 'conflict',
    message: `${link.name}: ${reference} has another version than expected`,
    publicMessage: `${storeText(link)} holds another value at ${reference} than Keysteward has seen there: somebody changed it meanwhile, and nothing was overwritten. Look at what is there, then try again.`,
  });
}

/** Something that only a person can put right. `why` ends with what to do. */
export function refused(link: Link, why: string): AppError {
  return new AppError({
    code: 'store_rejected',
    message: `${link.name}: ${why}`,
    publicMessage: `${storeText(link)} ${why}`,
  });
}

function codeOf({ status, code }: Failure, { kind, signal }: Call): ErrorCode {
  const word = code ?? '';
  const lost = kind === 'write' ? 'store_outcome_unknown' : 'store_unavailable';
  if (NO_CREDENTIALS.test(word)) return 'store_rejected';
  if (status === 429 || THROTTLED.test(word)) return 'store_unavailable';
  if (status === 409 || status === 412) return 'conflict';
  if (status === 408 || (status !== null && status >= 500)) return lost;
  if (status !== null) return 'store_rejected';
  if (NOT_SENT.has(word)) return 'store_unavailable';
  if (UNTRUSTED.test(word)) return 'store_rejected';
  return signal?.aborted === true && kind === 'read' ? 'store_unavailable' : lost;
}

interface Told {
  readonly code: ErrorCode;
  readonly failure: Failure;
  readonly link: Link;
  readonly call: Call;
}

function sentence({ code, failure: { status, code: word }, link, call: { kind, reference } }: Told): string {
  const seconds = link.timeoutMs / SECOND_MS;
  const act = kind === 'read' ? 'read' : 'write';
  if (code === 'conflict')
    return `was changed at ${reference} meanwhile; nothing was overwritten. Look, then try again.`;
  if (code === 'store_outcome_unknown') {
    return `did not confirm the write to ${reference}, so it may or may not have happened. Keysteward reads it back before anything is repeated.`;
  }
  if (code === 'store_unavailable') {
    if (status === 429 || THROTTLED.test(word ?? '')) return 'asks to slow down. Keysteward tries again by itself.';
    if (word === 'TimeoutError') return `did not answer within ${seconds} seconds. Keysteward tries again by itself.`;
    const isAnswered = status !== null || !/^E[A-Z_]+$|UND_ERR/.test(word ?? '');
    if (isAnswered)
      return `does not answer as it should (${status ?? word ?? 'no reason'}). Keysteward tries again by itself.`;
    return `cannot be reached (${word}). Check its address and the network; Keysteward tries again by itself.`;
  }
  if (UNTRUSTED.test(word ?? '')) {
    return `shows a certificate that is not trusted here (${word}). Name your own authority’s file in NODE_EXTRA_CA_CERTS.`;
  }
  if (status === 401 || NO_CREDENTIALS.test(word ?? '')) {
    return 'does not accept the credentials, or there are none. Put valid ones into the environment and restart.';
  }
  if (status === 403)
    return `does not allow us to ${act} ${reference}. Grant the rights that docs/secret-stores.md lists.`;
  if (status === 404)
    return `has no place for ${reference}. Make what the reference names, or correct it in policy.yml.`;
  if (status !== null && status < 400)
    return 'answers with a redirect. Write the address that it leads to into policy.yml.';
  return `refused to ${act} ${reference}${status === null ? '' : ` (${status})`}. Check the reference and the store’s settings, or do it by hand.`;
}
