import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Delivery, Envelope } from './delivery.ts';
import { type PushTarget, push } from './http-push.ts';
import type { InFlight } from './in-flight.ts';
import { asObject, type JsonObject, textOf } from './json.ts';

export type { Delivery, Envelope };

const MAX_SOCKETS = 10;
const PING_INTERVAL_MS = 5_000;

interface Pending {
  readonly socket: WebSocket;
  settle(delivery: Delivery): void;
}

export interface SocketHubOptions {
  readonly wallNow: () => number;
  readonly nextId: (prefix: string) => string;
  readonly inFlight: InFlight;
  readonly ackTimeoutMs: number;
  readonly appId: string;
  /** Lets nobody in. */
  readonly isDark: () => boolean;
}

/** The Socket Mode side: open sockets, envelopes sent, acks awaited. */
export class SocketHub {
  readonly #options: SocketHubOptions;
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #tickets = new Set<string>();
  readonly #pending = new Map<string, Pending>();
  readonly #listeners = new Set<(count: number) => void>();
  #sockets: WebSocket[] = [];
  #last: Envelope | undefined;
  #push: PushTarget | undefined;
  #turn = 0;
  #pingTimer: NodeJS.Timeout | undefined;

  constructor(options: SocketHubOptions) {
    this.#options = options;
  }

  get connections(): number {
    return this.#sockets.length;
  }

  /** A path that lets one socket in, once. */
  mintPath(): string {
    const ticket = this.#options.nextId('ticket');
    this.#tickets.add(ticket);
    return `/link?ticket=${ticket}`;
  }

  start(): void {
    this.#pingTimer = setInterval(() => {
      for (const socket of this.#sockets) socket.ping();
    }, PING_INTERVAL_MS);
    this.#pingTimer.unref();
  }

  onConnections(listener: (count: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** From here on everything goes to a request URL instead. */
  pushTo(target: PushTarget): void {
    this.#push = target;
  }

  /** Sends one envelope to exactly one socket and waits for its ack. */
  send(envelope: Envelope): Promise<Delivery> {
    const { nextId, wallNow, inFlight, ackTimeoutMs } = this.#options;
    const socket = this.#sockets[this.#turn++ % Math.max(this.#sockets.length, 1)];
    this.#last = envelope;
    if (this.#push !== undefined) return inFlight.during(push(this.#push, envelope, { wallNow, ackTimeoutMs }));
    if (socket === undefined) return Promise.resolve({ outcome: 'no-socket' });
    const id = nextId('envelope');
    const sentAt = wallNow();
    const delivery = new Promise<Delivery>((resolve) => {
      const settle = (result: Delivery): void => {
        clearTimeout(timer);
        this.#pending.delete(id);
        resolve(result.outcome === 'acked' ? { ...result, ackMs: wallNow() - sentAt } : result);
      };
      const timer = setTimeout(() => settle({ outcome: 'timeout' }), ackTimeoutMs);
      this.#pending.set(id, { socket, settle });
    });
    socket.send(JSON.stringify(frameOf(id, envelope)));
    return inFlight.during(delivery);
  }

  /** Sends the last envelope once more, as Slack does when it did not see the ack. */
  redeliverLast(): Promise<Delivery> {
    if (this.#last === undefined) throw new Error('no envelope was sent yet');
    const retryAttempt = (this.#last.retryAttempt ?? 0) + 1;
    return this.send({ ...this.#last, retryAttempt, retryReason: 'timeout' });
  }

  /** Asks every client to come back on a fresh connection, as Slack does now and then. */
  refresh(): void {
    for (const socket of this.#sockets) sendJson(socket, { type: 'disconnect', reason: 'refresh_requested' });
  }

  /** Breaks every connection without a word. */
  drop(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  /** Lets a socket in that comes with an unused ticket. */
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const ticket = new URL(request.url ?? '/', 'http://localhost').searchParams.get('ticket') ?? '';
    if (!this.#tickets.delete(ticket) || this.#options.isDark()) {
      stream.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, stream, head, (socket) => this.#join(socket));
  }

  close(): void {
    clearInterval(this.#pingTimer);
    this.drop();
    for (const pending of [...this.#pending.values()]) pending.settle({ outcome: 'lost' });
    this.#server.close();
  }

  #join(socket: WebSocket): void {
    if (this.#sockets.length >= MAX_SOCKETS) {
      sendJson(socket, { type: 'disconnect', reason: 'too_many_websockets' });
      socket.close();
      return;
    }
    socket.on('message', (data) => this.#receive(String(data)));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#leave(socket));
    this.#sockets = [...this.#sockets, socket];
    const connection = { app_id: this.#options.appId };
    sendJson(socket, { type: 'hello', num_connections: this.#sockets.length, connection_info: connection });
    this.#tell();
  }

  #leave(socket: WebSocket): void {
    this.#sockets = this.#sockets.filter((open) => open !== socket);
    for (const pending of [...this.#pending.values()]) {
      if (pending.socket === socket) pending.settle({ outcome: 'lost' });
    }
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this.#sockets.length);
  }

  #receive(data: string): void {
    const frame = asObject(JSON.parse(data));
    const pending = this.#pending.get(textOf(frame['envelope_id']) ?? '');
    pending?.settle({ outcome: 'acked', ackMs: 0, payload: asObject(frame['payload']) });
  }
}

function frameOf(id: string, envelope: Envelope): JsonObject {
  const { type, payload, acceptsResponsePayload, retryAttempt = 0, retryReason = '' } = envelope;
  const retry = type === 'events_api' ? { retry_attempt: retryAttempt, retry_reason: retryReason } : {};
  return { envelope_id: id, type, payload, accepts_response_payload: acceptsResponsePayload, ...retry };
}

function sendJson(socket: WebSocket, value: JsonObject): void {
  socket.send(JSON.stringify(value));
}
