import { askedDelayMs } from '../../domain/retry-after.ts';

/** What all clients tell of a failed call, each in its own shape. Bodies, headers and texts are left behind on purpose. */
export interface Failure {
  /** Null also where a success could not be understood. */
  readonly status: number | null;
  /** The machine's own word for it: `AccessDeniedException`, `ECONNREFUSED`. */
  readonly code: string | null;
  readonly retryAfterMs: number | undefined;
}

const DEPTH = 4;
const MAX_RETRY_MS = 15 * 60_000;
// A name, never a value: no digits but a short tail, no blanks.
const WORD = /^[A-Za-z_]{3,60}\d{0,3}$/;
const STATUS_NAMES = ['status', 'statusCode', 'httpStatusCode'] as const;

/** Reads a foreign error by its shape, so that no client's class is needed here. */
export function failureOf(thrown: unknown): Failure {
  const chain = chainOf(thrown);
  const status = first(chain, statusOf) ?? null;
  return {
    status,
    code: first(chain, wordAt('code')) ?? first(chain, wordAt('name')) ?? null,
    retryAfterMs: capped(first(chain, (one) => askedDelayMs((name) => headerOf(one, name)))),
  };
}

/** The error, what caused it, and what it wraps. */
function chainOf(thrown: unknown): readonly object[] {
  const chain: object[] = [];
  let next: unknown = thrown;
  while (typeof next === 'object' && next !== null && chain.length < DEPTH) {
    chain.push(next);
    const inner: unknown = Reflect.get(next, 'errors');
    next = Reflect.get(next, 'cause') ?? (Array.isArray(inner) ? inner[0] : undefined);
  }
  return chain;
}

function statusOf(error: object): number | undefined {
  const places = [error, Reflect.get(error, '$metadata'), Reflect.get(error, 'response')];
  const found = places
    .filter((place): place is object => typeof place === 'object' && place !== null)
    .flatMap((place) => STATUS_NAMES.map((name): unknown => Reflect.get(place, name)));
  return found.find((value): value is number => typeof value === 'number' && value >= 300 && value < 600);
}

/** A system's code further down says more than the name on top. */
function wordAt(key: 'code' | 'name'): (error: object) => string | undefined {
  return (error) => wordOf(Reflect.get(error, key));
}

function wordOf(word: unknown): string | undefined {
  return typeof word === 'string' && word !== 'Error' && WORD.test(word) ? word : undefined;
}

function headerOf(error: object, name: string): string | undefined {
  const places: readonly unknown[] = [error, Reflect.get(error, 'response'), Reflect.get(error, '$response')];
  for (const place of places) {
    const headers: unknown = typeof place === 'object' && place !== null ? Reflect.get(place, 'headers') : undefined;
    if (typeof headers !== 'object' || headers === null) continue;
    const get: unknown = Reflect.get(headers, 'get');
    const value: unknown = typeof get === 'function' ? get.call(headers, name) : Reflect.get(headers, name);
    if (typeof value === 'string') return value;
  }
  return undefined;
}

function first<T>(chain: readonly object[], read: (error: object) => T | undefined): T | undefined {
  for (const error of chain) {
    const found = read(error);
    if (found !== undefined) return found;
  }
  return undefined;
}

function capped(delayMs: number | undefined): number | undefined {
  return delayMs === undefined ? undefined : Math.min(delayMs, MAX_RETRY_MS);
}
