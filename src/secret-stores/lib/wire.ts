/** For clients that retry writes by themselves, wait for ever or fall over what is no JSON: they build the request, this sends it. */
export interface WireRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly signal: AbortSignal;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Null for an empty one. */
  readonly body: unknown;
}

/** An answer with an error's status. Its body is at hand for the store alone and never printed. */
export class WireFailure extends Error {
  override readonly name = 'WireFailure';
  readonly status: number;
  readonly headers: Headers;
  readonly #body: unknown;

  constructor({ status, headers, body }: WireAnswer) {
    super(`HTTP ${status}`);
    this.status = status;
    this.headers = headers;
    this.#body = body;
  }

  body(): unknown {
    return this.#body;
  }
}

/** One request, no redirect, no retry; throws WireFailure unless it was answered with success. */
export async function sendJson({ method, url, headers, json, signal }: WireRequest): Promise<WireAnswer> {
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    signal,
    headers: { 'content-type': 'application/json', ...headers },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  const answer = { status: response.status, headers: response.headers, body: jsonOf(text) };
  if (response.ok) return answer;
  throw new WireFailure(answer);
}

/** A proxy's page is no body: whoever needs a field of it says that it is missing. */
function jsonOf(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
