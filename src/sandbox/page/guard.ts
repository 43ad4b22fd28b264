import type { IncomingMessage } from 'node:http';

export interface Refusal {
  readonly status: number;
  readonly problem: string;
}

/**
 * Why a request is not answered: it names another host (a foreign name that leads here), or a page of another site sent
 * it. Holds for the stand-in workspace as well; the app sends neither an origin nor a site.
 */
export function refusalOf(request: Pick<IncomingMessage, 'headers' | 'method' | 'url'>, port: number): Refusal | null {
  const { host = '', origin } = request.headers;
  const names = ['localhost', '127.0.0.1', '[::1]'].map((name) => `${name}:${port}`);
  if (!names.includes(host.toLowerCase())) {
    return { status: 403, problem: `This page is only at http://localhost:${port}.` };
  }
  if (origin !== undefined && !names.some((name) => origin.toLowerCase() === `http://${name}`)) {
    return { status: 403, problem: 'Requests from other sites are not taken.' };
  }
  // Images and links of other sites send no origin, but browsers say where they come from.
  const site = request.headers['sec-fetch-site'];
  const isVisit = request.method === 'GET' && request.url === '/' && request.headers['sec-fetch-mode'] === 'navigate';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isVisit) {
    return { status: 403, problem: 'Requests from other sites are not taken.' };
  }
  return null;
}
