import { AppError } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';

/** What the SDKs get as their key: the real one is put on the wire here, so no SDK object or log can hold it. */
export const PLACEHOLDER_KEY = 'set-by-the-transport';

// The largest page seen is a few MB; more than this is not an answer to our question.
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const KEPT_RESPONSE_HEADERS = [
  'content-type',
  'date',
  'request-id',
  'retry-after',
  'retry-after-ms',
  'x-request-id',
  'x-should-retry',
];

export interface GuardOptions {
  readonly baseUrl: string;
  readonly key: Secret;
  /** Headers that the provider's protocol needs besides the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers that single paths need besides those. */
  readonly pathHeaders?: (path: string) => Readonly<Record<string, string>>;
}

export type GuardedFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * A fetch that decides identity, headers and address itself, whatever the environment made of the SDK's request.
 * The body is read to its end here, so that the SDK's time-out covers it too.
 */
export function createGuardedFetch(options: GuardOptions): GuardedFetch {
  const base = new URL(options.baseUrl);
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.origin !== base.origin || !url.pathname.startsWith(base.pathname)) {
      throw new Error('refused to send a request to another address than the configured one');
    }
    const response = await fetch(url, {
      method: init.method ?? 'GET',
      headers: headersFor(options, url, init),
      body: init.body ?? null,
      signal: init.signal ?? null,
      // A redirect could carry the admin key to another host.
      redirect: 'error',
    });
    const body = await readBounded(response);
    return new Response(body, { status: response.status, headers: keptHeaders(response.headers) });
  };
}

/** Refuses a key that no HTTP header can carry, before it reaches a library that would quote it in an error. */
export function assertUsableKey(key: Secret, connectionId: string): void {
  if (/^[\x21-\x7e]+$/.test(key.reveal())) return;
  throw new AppError({
    code: 'invalid_config',
    message: `${connectionId}: the admin key is empty or has characters that no header can carry`,
    publicMessage: `The admin key of ${connectionId} is empty or contains a space or line break. Copy it again, without quotes.`,
  });
}

function headersFor(options: GuardOptions, url: URL, init: RequestInit): Headers {
  const headers = new Headers({
    accept: 'application/json',
    'user-agent': 'keysteward',
    ...options.headers,
    ...options.pathHeaders?.(url.pathname),
    authorization: `Bearer ${options.key.reveal()}`,
  });
  if (init.body !== undefined && init.body !== null) headers.set('content-type', 'application/json');
  return headers;
}

function keptHeaders(headers: Headers): Headers {
  const kept = new Headers();
  for (const name of KEPT_RESPONSE_HEADERS) {
    const value = headers.get(name);
    if (value !== null) kept.set(name, value);
  }
  return kept;
}

async function readBounded(response: Response): Promise<Uint8Array<ArrayBuffer> | null> {
  if (response.body === null) return null;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.byteLength;
    if (length > MAX_BODY_BYTES) throw new Error('the answer is larger than any page can be');
    chunks.push(chunk);
  }
  if (length === 0) return null;
  const body = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return body;
}
