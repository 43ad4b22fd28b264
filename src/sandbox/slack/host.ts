import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export interface HostedHandlers {
  request(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void;
}

/** Where the stand-in is served: a server of its own, or one that outlives it and hands its requests on. */
export interface SlackHost {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Requests go there until the returned function ends it and the connections that served them. */
  serve(handlers: HostedHandlers): () => Promise<void>;
}

/** A server on 127.0.0.1 for one stand-in alone; it ends with it. */
export async function openOwnHost(port: number): Promise<SlackHost> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}`,
    serve: ({ request, upgrade }) => {
      server.on('request', request).on('upgrade', upgrade);
      return async () => {
        server.closeAllConnections();
        await new Promise<void>((resolve) => server.close(() => resolve()));
      };
    },
  };
}
