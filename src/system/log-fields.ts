import { types } from 'node:util';
import { AppError } from '../domain/errors.ts';
import { Secret, scrubSecrets } from '../domain/secret.ts';
import type { LogFields } from '../ports/logger.ts';

const MAX_DEPTH = 8;
const MASK = '[secret]';
// A text under such a name is a credential, whatever it looks like. Counts of tokens are numbers and stay.
const SECRET_NAME = /(authorization|password|passwd|cookie|secret|token|api[-_]?key|admin[-_]?key|private[-_]?key)$/i;
// Names that the log line uses itself.
const RESERVED = new Set(['level', 'time', 'msg']);

/** Fields as plain JSON values in which every text is scrubbed. Never throws, whatever it is given. */
export function safeFields(fields: LogFields): Record<string, unknown> {
  const safe = safeValue(fields);
  if (typeof safe !== 'object' || safe === null) return { fields: safe };
  return Object.fromEntries(Object.entries(safe).map(([key, value]) => [RESERVED.has(key) ? `${key}_` : key, value]));
}

/** One value as plain JSON with every text scrubbed. `parents` breaks circles and bounds the depth. */
export function safeValue(value: unknown, parents: readonly object[] = []): unknown {
  if (typeof value === 'string') return scrubSecrets(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Secret) return MASK;
  if (parents.includes(value)) return '[circular]';
  if (parents.length >= MAX_DEPTH) return '[deep]';
  try {
    return safeObject(value, [...parents, value]);
  } catch {
    return '[unreadable]';
  }
}

function safeObject(value: object, parents: readonly object[]): unknown {
  if (types.isNativeError(value) || value instanceof Error) return safeError(value, parents);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.map((item) => safeValue(item, parents));
  if (value instanceof Map) return safeRecord(Object.fromEntries(value), parents);
  if (value instanceof Set) return [...value].map((item) => safeValue(item, parents));
  if ('toJSON' in value && typeof value.toJSON === 'function') return safeValue(value.toJSON(), parents);
  return safeRecord(Object.fromEntries(Object.entries(value)), parents);
}

function safeRecord(record: Readonly<Record<string, unknown>>, parents: readonly object[]): Record<string, unknown> {
  const entries = Object.entries(record).map(([key, value]) => {
    const masked = typeof value === 'string' && value !== '' && SECRET_NAME.test(key);
    return [scrubSecrets(key), masked ? MASK : safeValue(value, parents)];
  });
  return Object.fromEntries(entries);
}

/** Name, code and cause chain. Foreign extras (headers, bodies) are left out: they are where secrets hide. */
function safeError(error: Error, parents: readonly object[]): Record<string, unknown> {
  const code: unknown = Reflect.get(error, 'code');
  const status: unknown = Reflect.get(error, 'status');
  return {
    name: error.name,
    message: scrubSecrets(error.message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: safeValue(code) } : {}),
    ...(typeof status === 'number' ? { status } : {}),
    ...(error instanceof AppError ? { publicMessage: scrubSecrets(error.publicMessage) } : {}),
    stack: scrubSecrets(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: safeValue(error.cause, parents) }),
    ...(error instanceof AggregateError ? { errors: safeValue(error.errors, parents) } : {}),
  };
}
