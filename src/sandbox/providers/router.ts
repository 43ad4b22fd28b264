import type { ApiProblem } from './problem.ts';
import { badRequest, notFound } from './problem.ts';

export interface RouteRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The parsed JSON body; an empty object when there is none. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Business time. */
  readonly now: number;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Segments that start with a colon are parameters. */
  readonly path: string;
  /** Returns the JSON body of a 200, or throws an ApiProblem. */
  handle(request: RouteRequest): unknown;
}

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** The route for a request; a problem that says 404 or 405 when there is none. */
export function matchRoute(routes: readonly Route[], method: string, path: string): Match | ApiProblem {
  const segments = path.split('/');
  for (const route of routes) {
    if (route.method !== method) continue;
    const params = matchPath(route.path.split('/'), segments);
    if (params !== undefined) return { route, params };
  }
  return notFound(`${method} ${path}`);
}

/** A parameter that the route's path is known to carry. */
export function param(request: RouteRequest, name: string): string {
  return request.params[name] ?? '';
}

/** A list parameter, in the bracketed form of both SDKs or the plain repeated one. */
export function listOf(query: URLSearchParams, name: string): readonly string[] {
  return [...query.getAll(`${name}[]`), ...query.getAll(name)];
}

/** A list parameter all of whose entries must be known; else a 400. */
export function choicesOf(query: URLSearchParams, name: string, known: readonly string[]): readonly string[] {
  const asked = listOf(query, name);
  const unknown = asked.find((each) => !known.includes(each));
  if (unknown !== undefined) throw badRequest(`Invalid ${name}: '${unknown}'. Supported: ${known.join(', ')}`);
  return asked;
}

/** The `limit` parameter; else a 400 when it is not a whole number from 1 to `max`. */
export function limitOf(query: URLSearchParams, sizes: { readonly usual: number; readonly max: number }): number {
  const text = query.get('limit');
  if (text === null) return sizes.usual;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > sizes.max) {
    throw badRequest(`Invalid limit: expected a whole number from 1 to ${sizes.max}`);
  }
  return limit;
}

export function flagOf(query: URLSearchParams, name: string): boolean {
  return query.get(name) === 'true';
}

function matchPath(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = decodeURIComponent(segment);
    else if (part !== segment) return undefined;
  }
  return params;
}
