import { createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { ackLabel, effectOf } from './effects.ts';
import type { Gate } from './gate.ts';

/** The address that the app is given in place of a stand-in's own. */
export interface Relay {
  readonly url: string;
  close(): Promise<void>;
}

export interface RelayOptions {
  /** What the stand-in is called in the names of effects. */
  readonly name: string;
  readonly gate: Gate;
  /** The stand-in's own origin; asked for at each request. */
  readonly target: () => string;
}

/**
 * Lets every request of the app pass the gate: before the stand-in applies it, when it has, and when it has answered.
 * Acknowledgements on a Socket Mode connection pass it too.
 */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const server = createServer((request, response) => {
    pass(options, request, response).catch(() => response.destroy());
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, stream, head) => {
    sockets.handleUpgrade(request, stream, head, (client) => passSocket(options, request.url ?? '/', client));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function pass({ name, gate, target }: RelayOptions, request: IncomingMessage, response: ServerResponse) {
  const body = await bytesOf(request);
  const { kind, label } = effectOf(name, { method: request.method ?? 'GET', url: request.url ?? '/', body });
  const effect = gate.arrive(kind, label);
  await gate.pass(effect, 'before');
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const { method, headers } = request;
    const forward = sendRequest(`${target()}${request.url}`, { method, headers, agent: false }, resolve);
    forward.on('error', reject);
    forward.end(body);
  });
  const content = await bytesOf(answer);
  await gate.pass(effect, 'applied');
  const { 'transfer-encoding': _chunked, connection: _connection, ...headers } = answer.headers;
  response.writeHead(answer.statusCode ?? 502, { ...headers, 'content-length': content.length });
  await new Promise<void>((resolve) => response.end(content, () => resolve()));
  await gate.pass(effect, 'after');
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function passSocket({ name, gate, target }: RelayOptions, path: string, client: WebSocket): void {
  const upstream = new WebSocket(`${target().replace('http', 'ws')}${path}`);
  const labels = new Map<string, string>();
  const acknowledge = async (data: RawData): Promise<void> => {
    const id = String(JSON.parse(String(data)).envelope_id);
    const effect = gate.arrive('ack', `${name} ${labels.get(id) ?? 'ack of an unknown envelope'}`);
    await gate.pass(effect, 'before');
    upstream.send(String(data));
    await gate.pass(effect, 'after');
  };
  upstream.on('message', (data) => {
    const frame = JSON.parse(String(data)) as Record<string, unknown>;
    if (typeof frame['envelope_id'] === 'string') labels.set(frame['envelope_id'], ackLabel(frame));
    client.send(String(data));
  });
  client.on('message', (data) => void acknowledge(data));
  for (const socket of [client, upstream]) socket.on('error', () => socket.terminate());
  client.on('close', () => upstream.terminate());
  upstream.on('close', () => client.terminate());
}
