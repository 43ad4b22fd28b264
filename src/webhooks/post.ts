import { createHmac } from 'node:crypto';
import { AppError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import { SECOND_MS } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import { exchange, NoAnswer, retryAfterMs } from './exchange.ts';

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
export async function deliver(place: Place, delivery: Delivery, timeoutMs = TIMEOUT_MS): Promise<void> {
  const response = await exchange(place.url, { ...delivery, timeoutMs }).catch((thrown: unknown) => {
    throw silence(place, thrown, timeoutMs);
  });
  await response.body?.cancel();
  if (!response.ok) throw refusal(place, response);
}

/** Headers that prove who sent the body and when: HMAC-SHA256 over `timestamp.body`. */
export function signature(body: string, secret: Secret | undefined, clock: Clock): Readonly<Record<string, string>> {
  if (secret === undefined) return {};
  const timestamp = String(Math.floor(clock.now() / SECOND_MS));
  const digest = createHmac('sha256', secret.reveal()).update(`${timestamp}.${body}`).digest('hex');
  return { [TIMESTAMP_HEADER]: timestamp, [SIGNATURE_HEADER]: `v1=${digest}` };
}

function silence({ title, setting }: Place, thrown: unknown, timeoutMs: number): unknown {
  if (!(thrown instanceof NoAnswer)) return thrown;
  return new AppError({
    code: 'webhook_unavailable',
    message: `${title}: ${thrown.message}`,
    publicMessage: thrown.isTimeout
      ? `${title} did not answer within ${timeoutMs / SECOND_MS} seconds.`
      : `${title} cannot be reached${thrown.why}. Check ${setting} and the network.`,
  });
}

function refusal({ title, setting }: Place, { status, headers }: Response): AppError {
  const message = `${title} answered ${status}`;
  if (status === 429 || status === 408 || status >= 500) {
    const askedMs = retryAfterMs(headers);
    return new AppError({
      code: 'webhook_unavailable',
      message,
      publicMessage: status === 429 ? `${title} asks to slow down.` : `${title} has trouble of its own (${status}).`,
      ...(askedMs === undefined ? {} : { retryAfterMs: askedMs }),
    });
  }
  const why =
    status < 400
      ? `answers with a redirect (${status}). Write the address that it leads to into ${setting}.`
      : `refused it (${status}). Check ${setting}.`;
  return new AppError({ code: 'webhook_rejected', message, publicMessage: `${title} ${why}` });
}
