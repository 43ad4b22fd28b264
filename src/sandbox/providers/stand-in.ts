import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../ports/clock.ts';
import { type FaultKind, Faults } from './faults.ts';
import { ApiProblem } from './problem.ts';
import { matchRoute, type Route } from './router.ts';

/** One request as it was answered; bodies and headers are left out, so there is no secret in it. */
export interface Call {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** 0 when the connection was cut or nothing was answered. */
  readonly status: number;
}

export interface AdminKey {
  readonly value: string;
  readonly access: 'full' | 'read';
}

/** A simulated provider on loopback. */
export interface StandIn {
  /** The base URL to give to the provider's SDK. */
  readonly url: string;
  readonly port: number;
  readonly calls: readonly Call[];
  readonly faults: Faults;
  /** Requests that are being answered now, those that hang included. */
  inFlight(): number;
  /** Resolves as soon as no request is being answered. */
  settled(): Promise<void>;
  setAdminKeys(keys: readonly AdminKey[]): void;
  close(): Promise<void>;
}

interface StandInOptions {
  readonly clock: Clock;
  readonly port: number;
  readonly adminKeys: readonly AdminKey[];
  readonly routes: readonly Route[];
  /** What is appended to the origin to make the SDK's base URL. */
  readonly basePath: string;
  readonly credentialOf: (headers: IncomingHttpHeaders) => string | undefined;
  readonly renderProblem: (problem: ApiProblem, requestId: string) => unknown;
  /** Headers of every answer. */
  readonly headersFor: (requestId: string) => Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfter?: number;
}

const LOOPBACK = '127.0.0.1';
const MAX_BODY = 1_000_000;

/** Starts the server; only this machine can reach it. */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const standIn = new HttpStandIn(options);
  await standIn.listen(options.port);
  return standIn;
}

class HttpStandIn implements StandIn {
  readonly calls: Call[] = [];
  readonly faults = new Faults();
  readonly #options: StandInOptions;
  readonly #server: Server;
  #adminKeys: readonly AdminKey[];
  #inFlight = 0;
  #requests = 0;
  #waiting: (() => void)[] = [];

  constructor(options: StandInOptions) {
    this.#options = options;
    this.#adminKeys = options.adminKeys;
    this.#server = createServer((request, response) => void this.#receive(request, response));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://${LOOPBACK}:${this.port}${this.#options.basePath}`;
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, LOOPBACK, resolve);
    });
  }

  inFlight(): number {
    return this.#inFlight;
  }

  settled(): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  setAdminKeys(keys: readonly AdminKey[]): void {
    this.#adminKeys = keys;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#inFlight += 1;
    response.once('close', () => this.#done());
    const url = new URL(request.url ?? '/', `http://${LOOPBACK}`);
    const method = request.method ?? 'GET';
    const now = this.#options.clock.now();
    const log = (status: number): void => {
      this.calls.push({ at: now, method, path: url.pathname, query: url.search, status });
    };
    const body = await readBody(request);
    const fault = this.faults.take({ method, path: url.pathname, now });
    if (fault?.kind === 'hang') return log(0);
    if (fault?.kind === 'cut' && fault.when === 'before') {
      log(0);
      response.destroy();
      return;
    }
    const answer = fault?.kind === 'status' ? faultAnswer(fault) : this.#answer(request, { url, method, now, body });
    const broken = fault?.kind === 'cut' || fault?.kind === 'half-page';
    log(broken ? 0 : answer.status);
    if (fault?.kind === 'cut') response.destroy();
    else this.#send(response, answer, { half: broken, now });
  }

  #answer(
    request: IncomingMessage,
    parts: { readonly url: URL; readonly method: string; readonly now: number; readonly body: string | undefined },
  ): Answer {
    try {
      this.#authorise(request);
      const matched = matchRoute(this.#options.routes, parts.method, parts.url.pathname);
      if (matched instanceof ApiProblem) throw matched;
      const { route, params } = matched;
      const body = parseBody(parts.body);
      return { status: 200, body: route.handle({ params, query: parts.url.searchParams, body, now: parts.now }) };
    } catch (error) {
      const problem =
        error instanceof ApiProblem ? error : new ApiProblem(500, `Fault of the stand-in: ${String(error)}`);
      return { status: problem.status, body: problem };
    }
  }

  #authorise(request: IncomingMessage): void {
    const credential = this.#options.credentialOf(request.headers);
    const key = this.#adminKeys.find((each) => each.value === credential);
    if (key === undefined) throw new ApiProblem(401, 'Invalid admin key provided', 'invalid_api_key');
    if (request.method !== 'GET' && key.access === 'read') {
      throw new ApiProblem(403, 'This admin key may read but not write', 'insufficient_permissions');
    }
  }

  #send(response: ServerResponse, answer: Answer, { half, now }: { half: boolean; now: number }): void {
    this.#requests += 1;
    const requestId = `req_standin${String(this.#requests).padStart(8, '0')}`;
    const body = answer.body instanceof ApiProblem ? this.#options.renderProblem(answer.body, requestId) : answer.body;
    const text = Buffer.from(JSON.stringify(body));
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      'content-length': text.length,
      // Business time, as the provider's own clock would say: expiry is read against it.
      date: new Date(now).toUTCString(),
      ...(answer.retryAfter === undefined ? {} : { 'retry-after': String(answer.retryAfter) }),
      ...this.#options.headersFor(requestId),
    });
    if (!half) {
      response.end(text);
      return;
    }
    response.write(text.subarray(0, Math.floor(text.length / 2)), () => response.destroy());
  }

  #done(): void {
    this.#inFlight -= 1;
    if (this.#inFlight > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

function faultAnswer(fault: FaultKind & { kind: 'status' }): Answer {
  const body = fault.body ?? new ApiProblem(fault.status, FAULT_TEXTS[fault.status] ?? 'The stand-in was told to fail');
  return { status: fault.status, body, ...(fault.retryAfter === undefined ? {} : { retryAfter: fault.retryAfter }) };
}

const FAULT_TEXTS: Readonly<Record<number, string>> = {
  429: 'Rate limit reached for requests',
  500: 'The server had an error while processing your request',
  503: 'Service temporarily unavailable',
};

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= MAX_BODY) chunks.push(chunk);
    }
  } catch {
    // The client hung up while sending: nobody waits for an answer.
    return undefined;
  }
  return size > MAX_BODY ? undefined : Buffer.concat(chunks).toString('utf8');
}

function parseBody(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) throw new ApiProblem(413, 'The request body is too large');
  if (text === '') return {};
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  } catch {
    // Falls through to the same answer as a body that is not an object.
  }
  throw new ApiProblem(400, 'We could not parse the JSON body of your request');
}
