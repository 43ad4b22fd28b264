import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the server does with a request. */
export type Reply =
  | { readonly status: number; readonly json: unknown; readonly headers?: Readonly<Record<string, string>> }
  | { readonly status: number; readonly text: string; readonly headers?: Readonly<Record<string, string>> }
  /** Closes the connection without a word. */
  | { readonly cut: true }
  /** Sends the start of a page, promises more, and cuts the connection. */
  | { readonly cutAfter: string }
  /** Never answers; `headersFirst` sends the head and the start of a body before it falls silent. */
  | { readonly hang: true; readonly headersFirst?: boolean };

// The time of the stand-in organizations; without it answers would carry the time of the test run.
const SERVER_DATE = 'Sat, 21 Nov 2026 12:00:00 GMT';

export type Respond = (request: Received) => Reply;

export interface Loopback {
  readonly origin: string;
  readonly requests: Received[];
  /** Replaces how requests are answered. */
  respond: Respond;
  close(): Promise<void>;
}

/** A server on 127.0.0.1 that records every request and answers as told. */
export async function startLoopback(respond: Respond): Promise<Loopback> {
  const requests: Received[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://loopback');
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const received = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body,
    };
    requests.push(received);
    response.setHeader('date', SERVER_DATE);
    const reply = loopback.respond(received);
    if ('cut' in reply) {
      request.socket.destroy();
    } else if ('cutAfter' in reply) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100000' });
      response.write(reply.cutAfter, () => request.socket.destroy());
    } else if ('hang' in reply) {
      if (reply.headersFirst === true)
        response.writeHead(200, { 'content-type': 'application/json' }).write('{"data":');
    } else if ('json' in reply) {
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
      response.end(JSON.stringify(reply.json));
    } else {
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers }).end(reply.text);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const loopback: Loopback = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    respond,
    close: () => closeServer(server),
  };
  return loopback;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Answers by `METHOD /path`; anything else is the test's mistake and says so. */
export function routes(table: Readonly<Record<string, (request: Received) => unknown>>): Respond {
  return (request) => {
    const route = table[`${request.method} ${request.path}`];
    if (route === undefined) return { status: 500, json: { error: { message: `no route ${request.path}` } } };
    return { status: 200, json: route(request) };
  };
}
