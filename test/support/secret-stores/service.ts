import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What happens to the next request of a kind instead of the right answer; `lost` does the work and says nothing, `slow` answers late. */
export type Fault = Answer | 'hangs' | 'lost' | 'not-json' | 'slow';

// Late, and long before any time-out.
const SLOW_MS = 50;

export interface Service {
  readonly url: string;
  /** Of requests that a fault met, so that repeats show. */
  readonly met: () => number;
  fail(kind: 'read' | 'write', fault: Fault): void;
  close(): Promise<void>;
}

export interface ServiceParts {
  readonly answer: (asked: Asked) => Answer;
  /** Whether a request changes what is stored. */
  readonly writes: (asked: Asked) => boolean;
  /** Requests that no fault is meant for: a login, a challenge. */
  readonly spared?: (asked: Asked) => boolean;
}

/** A service on this machine that keeps state, and fails where it is told to, for ever until it is told otherwise. */
export async function startService({ answer, writes, spared = () => false }: ServiceParts): Promise<Service> {
  const faults = new Map<'read' | 'write', Fault>();
  let met = 0;
  const server = createServer(async (request, response) => {
    const asked = await readRequest(request);
    const fault = spared(asked) ? undefined : faults.get(writes(asked) ? 'write' : 'read');
    if (fault !== undefined) met += 1;
    if (fault === 'hangs') return;
    if (fault === 'slow') await after(SLOW_MS);
    const isRight = fault === undefined || fault === 'lost' || fault === 'slow';
    const { status, body, headers } = isRight ? answer(asked) : answerOf(fault);
    if (fault === 'lost') return void response.destroy();
    const text = fault === 'not-json' ? '<html>' : JSON.stringify(body ?? {});
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(status === 204 ? '' : text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    met: () => met,
    fail(kind, fault) {
      met = 0;
      faults.set(kind, fault);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answerOf(fault: Fault): Answer {
  return typeof fault === 'string' ? { status: 200 } : fault;
}

async function readRequest(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const url = new URL(request.url ?? '/', 'http://here');
  const body = text === '' ? {} : JSON.parse(text);
  const path = decodeURIComponent(url.pathname);
  return { method: request.method ?? 'GET', path, query: url.searchParams, headers: request.headers, body };
}

export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
