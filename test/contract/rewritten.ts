import type { Respond } from '../providers/support/loopback.ts';

/** The same answer as another, or a later, server might write it. */
export interface Rewriting {
  readonly name: string;
  readonly rewrite: (body: unknown) => unknown;
}

export const REWRITINGS: readonly Rewriting[] = [
  { name: 'unknown extra fields in every object', rewrite: (body) => eachObject(body, withExtras) },
  { name: 'missing optional fields, where they were null', rewrite: (body) => eachObject(body, withoutNulls) },
  { name: 'no word on a next page where there is none', rewrite: (body) => eachObject(body, withoutEnd) },
  { name: 'strings for numbers', rewrite: numbersAsText },
  { name: 'every row twice, as when a listing shifts', rewrite: rowsTwice },
];

/** Answers as `respond` does, rewritten. */
export function rewritten(respond: Respond, rewrite: Rewriting['rewrite']): Respond {
  return (request) => {
    const reply = respond(request);
    return 'json' in reply ? { ...reply, json: rewrite(reply.json) } : reply;
  };
}

type Fields = Readonly<Record<string, unknown>>;

function eachObject(value: unknown, change: (fields: Fields) => Fields): unknown {
  if (Array.isArray(value)) return value.map((item) => eachObject(item, change));
  if (!isObject(value)) return value;
  const inner = Object.entries(value).map(([name, field]) => [name, eachObject(field, change)]);
  return change(Object.fromEntries(inner));
}

function withExtras(fields: Fields): Fields {
  return { ...fields, surprise: { nested: [1, null, 'x'] }, another_surprise: 'later' };
}

function withoutNulls(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, field]) => field !== null));
}

function withoutEnd(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name, field]) => name !== 'has_more' || field !== false));
}

function numbersAsText(value: unknown): unknown {
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(numbersAsText);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, numbersAsText(field)]));
}

/** Rows with an id only: what has none is a sum, and two sums are twice as much. */
function rowsTwice(body: unknown): unknown {
  if (!isObject(body) || !Array.isArray(body['data'])) return body;
  const data: readonly unknown[] = body['data'];
  return { ...body, data: data.flatMap((row) => (isObject(row) && 'id' in row ? [row, row] : [row])) };
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
