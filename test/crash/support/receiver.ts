import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Somewhere that pages go: takes everything, and keeps what it was told. */
export interface Receiver {
  readonly url: string;
  /** Bodies in their order. What comes again to the letter is dropped, as the other side does by its id. */
  readonly told: readonly string[];
  inFlight(): number;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const told: string[] = [];
  let inFlight = 0;
  const server = createServer(async (request, response) => {
    inFlight += 1;
    const body = await textOf(request);
    if (!told.includes(body)) told.push(body);
    response.writeHead(202).end(() => {
      inFlight -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    told,
    inFlight: () => inFlight,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
