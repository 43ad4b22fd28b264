import { toError } from '../domain/errors.ts';
import { askedDelayMs } from '../domain/retry-after.ts';
import type { Secret } from '../domain/secret.ts';
import { SECOND_MS } from '../domain/time.ts';

const MAX_RETRY_MS = 3_600 * SECOND_MS;
// No answer to a hook is longer; a list of deployments stays below it.
const MAX_TEXT_BYTES = 8 * 1024 * 1024;
// The connection was never there, so nothing can have been done on the other side.
const NEVER_SENT =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|(?:ERR_TLS|ERR_SSL|CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)_\w+)$/;

export interface Outgoing {
  readonly method: string;
  readonly timeoutMs: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** No answer came, or not the whole of it. Says nothing of the address: foreign messages may quote it. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly isTimeout: boolean;
  /** False where the other side cannot have heard of it. */
  readonly wasSent: boolean;
  /** ` (ECONNREFUSED)` where the system says what it was. */
  readonly why: string;

  constructor(thrown: unknown) {
    const code = causeCode(thrown);
    const isTimeout = toError(thrown).name === 'TimeoutError';
    const why = code === undefined ? '' : ` (${code})`;
    super(isTimeout ? 'no answer in time' : `no connection${why}`);
    this.isTimeout = isTimeout;
    this.wasSent = code === undefined || !NEVER_SENT.test(code);
    this.why = why;
  }
}

/** One request that follows no redirect. Throws NoAnswer only; whoever reads the body, reads it within the same time. */
export async function exchange(url: Secret, { method, timeoutMs, body, headers, signal }: Outgoing): Promise<Response> {
  const inTime = AbortSignal.timeout(timeoutMs);
  try {
    return await fetch(url.reveal(), {
      method,
      headers: {
        'user-agent': 'keysteward',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body ?? null,
      redirect: 'manual',
      signal: signal === undefined ? inTime : AbortSignal.any([inTime, signal]),
    });
  } catch (thrown) {
    throw new NoAnswer(thrown);
  }
}

/** The body as text; throws NoAnswer where it breaks off or is longer than any answer can be. */
export async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  try {
    for await (const chunk of response.body ?? []) {
      length += chunk.byteLength;
      if (length > MAX_TEXT_BYTES) throw new Error('too long');
      text += decoder.decode(chunk, { stream: true });
    }
  } catch (thrown) {
    throw new NoAnswer(thrown);
  }
  return text + decoder.decode();
}

/** How long the other side asks us to wait, an hour at most. */
export function retryAfterMs(headers: Pick<Headers, 'get'>): number | undefined {
  const asked = askedDelayMs((name) => headers.get(name));
  return asked === undefined ? undefined : Math.min(asked, MAX_RETRY_MS);
}

function causeCode(thrown: unknown): string | undefined {
  const error = toError(thrown);
  const codes = [error, error.cause].map((one) => (one instanceof Error && 'code' in one ? one.code : undefined));
  return codes.find((code): code is string => typeof code === 'string' && /^[A-Z_]+$/.test(code));
}
