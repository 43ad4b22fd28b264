import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Taken {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A status, headers with it, a broken connection, or no answer at all. */
export type Answer = number | { readonly status: number; readonly headers: Record<string, string> } | 'cut' | 'hang';

export interface HttpPlace {
  readonly url: string;
  readonly taken: readonly Taken[];
  /** What comes next, in this order; 202 after that. */
  answer(...answers: readonly Answer[]): void;
  /** How many requests wait for an answer that does not come. */
  hanging(): number;
  /** Breaks the connections of those who still wait for an answer. */
  hangUp(): void;
}

/** Some HTTP server on this machine that takes what it is sent. */
export async function openHttpPlace(): Promise<HttpPlace> {
  const taken: Taken[] = [];
  const answers: Answer[] = [];
  let hanging = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      taken.push({ method, path, headers, body: Buffer.concat(chunks).toString('utf8') });
      const answer = answers.shift() ?? 202;
      if (answer === 'cut') response.destroy();
      else if (typeof answer === 'number') response.writeHead(answer).end('{"secret":"of the other side"}');
      else if (answer === 'hang') {
        hanging += 1;
        response.once('close', () => (hanging -= 1));
      } else response.writeHead(answer.status, answer.headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    answer: (...next) => void answers.push(...next),
    hanging: () => hanging,
    hangUp: () => server.closeAllConnections(),
  };
}
