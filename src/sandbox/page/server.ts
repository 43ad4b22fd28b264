import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { HostedHandlers, SlackHost } from '../slack/index.ts';
import { type Refusal, refusalOf } from './guard.ts';

const LOOPBACK = '127.0.0.1';
/** What belongs to the stand-in workspace; everything else is the page's. */
const WORKSPACE_PATH = /^\/(api|response|upload|link)(\/|\?|$)/;

const HEADERS = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

const NOT_THERE: Refusal = { status: 503, problem: 'No story plays at this moment.' };

type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** One server on loopback for the page and for the workspace of whichever story plays. */
export class PageServer implements SlackHost {
  readonly #server: Server;
  readonly #onFault: (error: unknown) => void;
  /** Connections over which the app spoke with the workspace: they end with it. */
  readonly #workspaceSockets = new Set<Socket | Duplex>();
  #workspace: HostedHandlers | undefined;
  #page: Listener | undefined;

  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault;
    this.#server = createServer((request, response) => this.#receive(request, response));
    this.#server.on('upgrade', (request, stream, head) => this.#upgrade(request, stream, head));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://${LOOPBACK}:${this.port}`;
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, LOOPBACK, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  /** Who answers what is not the workspace's. */
  setPage(page: Listener): void {
    this.#page = page;
  }

  serve(handlers: HostedHandlers): () => Promise<void> {
    this.#workspace = handlers;
    return async () => {
      if (this.#workspace === handlers) this.#workspace = undefined;
      for (const socket of this.#workspaceSockets) socket.destroy();
    };
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const refusal = refusalOf(request, this.port);
    const isWorkspace = WORKSPACE_PATH.test(request.url ?? '/');
    if (refusal === null && isWorkspace && this.#workspace !== undefined) {
      this.#keep(request.socket);
      this.#workspace.request(request, response);
      return;
    }
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const problem = refusal ?? (isWorkspace || this.#page === undefined ? NOT_THERE : null);
    if (problem !== null) {
      refuse(response, problem);
      return;
    }
    this.#page?.(request, response).catch((error: unknown) => {
      // A reader that went away in the middle is no fault.
      if (response.destroyed) return;
      this.#onFault(error);
      if (response.headersSent) response.destroy();
      else refuse(response, { status: 500, problem: 'The sandbox itself has failed: see its terminal.' });
    });
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    if (refusalOf(request, this.port) !== null || this.#workspace === undefined) {
      stream.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    this.#keep(stream);
    this.#workspace.upgrade(request, stream, head);
  }

  #keep(socket: Socket | Duplex): void {
    if (this.#workspaceSockets.has(socket)) return;
    this.#workspaceSockets.add(socket);
    socket.once('close', () => this.#workspaceSockets.delete(socket));
  }
}

function refuse(response: ServerResponse, { status, problem }: Refusal): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', connection: 'close' });
  response.end(JSON.stringify({ ok: false, problem }));
}
