import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Secret } from '../domain/secret.ts';
import type { Route } from './server.ts';

// Set by whatever passes a request on: what comes through a proxy comes from elsewhere, whoever the neighbour is.
const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

export interface RouteOptions {
  /** What is not ready, empty when all is. */
  readonly notReady: () => Promise<readonly string[]>;
  readonly metrics: MetricsAccess & { readonly contentType: string; readonly render: () => Promise<string> };
  readonly slack: { readonly path: string; readonly listener: RequestListener } | null;
}

export interface MetricsAccess {
  /** The address that the port is opened on. */
  readonly host: string;
  readonly token: Secret | undefined;
}

export function routesOf({ notReady, metrics, slack }: RouteOptions): readonly Route[] {
  return [
    { path: '/healthz', method: 'GET', handle: (_request, response) => answer(response, 200, { ok: true }) },
    { path: '/readyz', method: 'GET', handle: (_request, response) => answerReady(response, notReady) },
    {
      path: '/metrics',
      method: 'GET',
      async handle(request, response) {
        const refusal = metricsRefusal(request, metrics);
        if (refusal !== null) {
          response.writeHead(refusal.status, { 'content-type': 'text/plain', ...refusal.headers }).end(refusal.text);
          return;
        }
        response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.render());
      },
    },
    ...(slack === null ? [] : [{ path: slack.path, method: 'POST', handle: slack.listener } satisfies Route]),
  ];
}

/** Unauthenticated, so they say what is wrong in a word and nothing else. */
function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function answerReady(response: ServerResponse, notReady: RouteOptions['notReady']): Promise<void> {
  const problems = await notReady().catch(() => ['database']);
  answer(response, problems.length === 0 ? 200 : 503, { ok: problems.length === 0, problems });
}

interface Refusal {
  readonly status: 401 | 403;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Why this request gets no metrics. With a token whoever shows it does; without, this machine alone. */
function metricsRefusal({ headers, socket }: IncomingMessage, { host, token }: MetricsAccess): Refusal | null {
  if (token !== undefined) {
    if (isSame(headers.authorization ?? '', `Bearer ${token.reveal()}`)) return null;
    return {
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
      text: 'KEYSTEWARD_METRICS_TOKEN is wanted here.\n',
    };
  }
  const isNear = isLoopback(host) && isLoopback(socket.remoteAddress ?? '');
  if (isNear && FORWARDED.every((name) => headers[name] === undefined)) return null;
  return { status: 403, headers: {}, text: 'Set KEYSTEWARD_METRICS_TOKEN to read metrics from another machine.\n' };
}

/** Takes the same time wherever the two differ. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}
