import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { AppError, toError } from '../domain/errors.ts';
import { SECOND_MS } from '../domain/time.ts';
import type { Logger } from '../ports/logger.ts';
import type { Meter } from '../ports/meter.ts';

// What we answer is small and what Slack sends is, too: who is slower than this holds a connection for nothing.
const REQUEST_WITHIN_MS = 15 * SECOND_MS;

/** What is answered at one path, and to one method. */
export interface Route {
  readonly path: string;
  readonly method: 'GET' | 'POST';
  handle(request: IncomingMessage, response: ServerResponse): void | Promise<void>;
}

export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  readonly routes: readonly Route[];
  readonly logger: Logger;
  readonly meter: Pick<Meter, 'answered'>;
}

export interface HttpServer {
  /** Resolves with the port, which is another one where 0 was asked for. */
  start(): Promise<number>;
  /** Takes nothing more; resolves when what is being answered has been answered. */
  stop(): Promise<void>;
  /** Ends what is still open. */
  cut(): void;
}

/** The one port: health, metrics, and Slack's requests where it has no socket. */
export function createHttpServer({ host, port, routes, logger, meter }: HttpServerOptions): HttpServer {
  const server = createServer(
    { requestTimeout: REQUEST_WITHIN_MS, headersTimeout: REQUEST_WITHIN_MS },
    (request, response) => {
      const path = (request.url ?? '/').split('?', 1)[0];
      const here = routes.filter((route) => route.path === path);
      const route = here.find(({ method }) => method === request.method);
      response.on('close', () => meter.answered(route?.path ?? 'other', response.statusCode));
      if (route === undefined) {
        // Nobody reads on: a large body is not taken in only to be refused.
        response.writeHead(here.length > 0 ? 405 : 404, { connection: 'close' }).end();
        return;
      }
      Promise.resolve()
        .then(() => route.handle(request, response))
        .catch((error: unknown) => {
          logger.error('a request could not be answered', { path: route.path, error: toError(error) });
          if (!response.headersSent) response.writeHead(500);
          response.end();
        });
    },
  );
  return {
    start: () => listen(server, host, port),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
    cut: () => server.closeAllConnections(),
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(cannotListen(cause, `${host} port ${port}`)));
    server.listen({ host, port }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

const LISTEN_ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another program has it. Stop that one, or set another PORT.',
  EADDRNOTAVAIL: 'This machine has no such address. Set KEYSTEWARD_HOST to one of its own, or to 0.0.0.0.',
  EACCES: 'This user may not open it. Set a PORT above 1023.',
};

function cannotListen(cause: NodeJS.ErrnoException, where: string): AppError {
  return new AppError({
    code: 'invalid_config',
    message: `cannot listen on ${where}: ${cause.message}`,
    publicMessage: `${where} cannot be opened. ${LISTEN_ADVICE[cause.code ?? ''] ?? 'Check PORT and KEYSTEWARD_HOST.'}`,
    cause,
  });
}
