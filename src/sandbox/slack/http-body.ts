import type { IncomingMessage } from 'node:http';
import { asObject, type JsonObject } from './json.ts';

/** The whole body of a request. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Arguments of a call: query, then a form or JSON body over it. Undefined when a JSON body is broken. */
export function parseArgs(request: IncomingMessage, body: Buffer): JsonObject | undefined {
  const query = Object.fromEntries(new URL(request.url ?? '/', 'http://localhost').searchParams);
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('application/json')) {
    return { ...query, ...Object.fromEntries(new URLSearchParams(body.toString('utf8'))) };
  }
  try {
    return { ...query, ...asObject(JSON.parse(body.toString('utf8') || '{}')) };
  } catch {
    return undefined;
  }
}

/** An argument that is JSON inside a form, or already parsed in a JSON body; undefined when it is broken. */
export function jsonArg(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
