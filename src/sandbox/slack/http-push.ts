import { createHmac } from 'node:crypto';
import type { Delivery, Envelope } from './delivery.ts';
import { asObject, type JsonObject } from './json.ts';

/** Where an app without a socket takes requests, and what it knows them by. */
export interface PushTarget {
  readonly url: string;
  readonly signingSecret: string;
}

export interface PushOptions {
  readonly wallNow: () => number;
  readonly ackTimeoutMs: number;
}

/** One signed request as Slack sends it. */
export interface SignedRequest {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends one envelope as a signed request, as Slack does to an app with a request URL. */
export async function push(
  { url, signingSecret }: PushTarget,
  envelope: Envelope,
  { wallNow, ackTimeoutMs }: PushOptions,
): Promise<Delivery> {
  const sentAt = wallNow();
  const request = signedRequest(envelope, signingSecret, Math.floor(sentAt / 1000));
  try {
    const response = await fetch(url, { method: 'POST', ...request, signal: AbortSignal.timeout(ackTimeoutMs) });
    const text = await response.text();
    if (!response.ok) return { outcome: 'lost' };
    return { outcome: 'acked', ackMs: wallNow() - sentAt, payload: text === '' ? {} : asObject(JSON.parse(text)) };
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    return { outcome: isLate ? 'timeout' : 'no-socket' };
  }
}

/** Commands and interactions are forms, events are JSON; the signature covers the bytes and the second. */
export function signedRequest(envelope: Envelope, signingSecret: string, atSecond: number): SignedRequest {
  const isJson = envelope.type === 'events_api';
  const body = isJson ? JSON.stringify(envelope.payload) : formOf(envelope);
  const { retryAttempt = 0, retryReason = '' } = envelope;
  const retry = { 'x-slack-retry-num': String(retryAttempt), 'x-slack-retry-reason': retryReason };
  return {
    body,
    headers: {
      'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': String(atSecond),
      'x-slack-signature': `v0=${createHmac('sha256', signingSecret).update(`v0:${atSecond}:${body}`).digest('hex')}`,
      ...(retryAttempt > 0 ? retry : {}),
    },
  };
}

function formOf({ type, payload }: Envelope): string {
  const fields: JsonObject = type === 'slash_commands' ? payload : { payload: JSON.stringify(payload) };
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
  return form.toString();
}
