import { createHmac } from 'node:crypto';
import { AppError, toError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import { SECOND_MS } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';

const TIMEOUT_MS = 10 * SECOND_MS;
const TIMESTAMP_HEADER = 'keysteward-timestamp';
const SIGNATURE_HEADER = 'keysteward-signature';

export interface Place {
  /** For people: `PagerDuty`. */
  readonly title: string;
  /** Some addresses are secrets themselves: they are never put into an error. */
  readonly url: Secret;
  /** The variable to look at when the place refuses. */
  readonly setting: string;
}

export interface Delivery {
  readonly method: 'GET' | 'POST';
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request: no redirect, ten seconds, and whatever goes wrong as one sentence. */
export async function deliver(
  place: Place,
  { method, body, headers = {} }: Delivery,
  timeoutMs = TIMEOUT_MS,
): Promise<void> {
  const { status, retryAfter } = await request(place, timeoutMs, {
    method,
    headers: {
      'user-agent': 'keysteward',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  if (status < 200 || status >= 300) throw refusal(place, status, retryAfter);
}

/** Headers that prove who sent the body and when: HMAC-SHA256 over `timestamp.body`. */
export function signature(body: string, secret: Secret | undefined, clock: Clock): Readonly<Record<string, string>> {
  if (secret === undefined) return {};
  const timestamp = String(Math.floor(clock.now() / SECOND_MS));
  const digest = createHmac('sha256', secret.reveal()).update(`${timestamp}.${body}`).digest('hex');
  return { [TIMESTAMP_HEADER]: timestamp, [SIGNATURE_HEADER]: `v1=${digest}` };
}

async function request(
  place: Place,
  timeoutMs: number,
  init: RequestInit,
): Promise<{ status: number; retryAfter: string | null }> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(place.url.reveal(), { ...init, redirect: 'manual', signal });
    await response.body?.cancel();
    return { status: response.status, retryAfter: response.headers.get('retry-after') };
  } catch (thrown) {
    const isTimeout = toError(thrown).name === 'TimeoutError';
    throw new AppError({
      code: 'webhook_unavailable',
      // The foreign message may quote the address.
      message: `${place.title}: ${isTimeout ? 'no answer in time' : `no connection${causeCode(thrown)}`}`,
      publicMessage: isTimeout
        ? `${place.title} did not answer within ${timeoutMs / SECOND_MS} seconds.`
        : `${place.title} cannot be reached${causeCode(thrown)}. Check ${place.setting} and the network.`,
    });
  }
}

function refusal({ title, setting }: Place, status: number, retryAfter: string | null): AppError {
  const message = `${title} answered ${status}`;
  if (status === 429 || status === 408 || status >= 500) {
    const seconds = Number(retryAfter);
    const isKnown = retryAfter !== null && Number.isFinite(seconds) && seconds > 0;
    return new AppError({
      code: 'webhook_unavailable',
      message,
      publicMessage: status === 429 ? `${title} asks to slow down.` : `${title} has trouble of its own (${status}).`,
      ...(isKnown ? { retryAfterMs: Math.min(seconds, 3_600) * SECOND_MS } : {}),
    });
  }
  const why =
    status < 400
      ? `answers with a redirect (${status}). Write the address that it leads to into ${setting}.`
      : `refused it (${status}). Check ${setting}.`;
  return new AppError({ code: 'webhook_rejected', message, publicMessage: `${title} ${why}` });
}

/** ` (ECONNREFUSED)` where the system says what it was. */
function causeCode(thrown: unknown): string {
  const cause = toError(thrown).cause;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z_]+$/.test(code) ? ` (${code})` : '';
}
