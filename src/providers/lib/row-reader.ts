import { z } from 'zod';
import { MalformedAnswer } from './provider-error.ts';

/** Reads one field of a row; throws where the value is of no use. */
export type Field<Value> = (value: unknown, name: string) => Value;

type RowOf<Fields> = { readonly [Name in keyof Fields]: Fields[Name] extends Field<infer Value> ? Value : never };

/**
 * The rows of a usage report, field by field. A schema leaves kilobytes behind for each row, and one poll of a large
 * organization brings a hundred thousand; everything else that is read has a schema.
 */
export function rowsOf<Fields extends Readonly<Record<string, Field<unknown>>>>(fields: Fields) {
  const read = reader(fields);
  const readRow = (raw: unknown): RowOf<Fields> => {
    if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) return read(raw, '');
    throw malformed('results', 'is no list of objects');
  };
  return z.unknown().transform((results) => {
    if (!Array.isArray(results)) throw malformed('results', 'is no list');
    return results.map(readRow);
  });
}

/** Null, absent and empty are null. */
export const text: Field<string | null> = (value, name) => {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string') return value;
  throw malformed(name, 'is no text');
};

/** Null where it is absent. */
export const flag: Field<boolean | null> = (value, name) => {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value;
  throw malformed(name, 'is neither true nor false');
};

/** A count that the provider may not give; null and absent stay null. Numbers written as text are accepted. */
export const countOrNull: Field<number | null> = (value, name) => {
  if (value === undefined || value === null) return null;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) throw malformed(name, 'is no number');
  return Math.max(0, Math.round(number));
};

/** A count; null and absent are zero. */
export const countOrZero: Field<number> = (value, name) => countOrNull(value, name) ?? 0;

/** The fields of an object inside the row; null where it is absent. */
export function inner<Fields extends Readonly<Record<string, Field<unknown>>>>(
  fields: Fields,
): Field<RowOf<Fields> | null> {
  const read = reader(fields);
  return (value, name) => {
    if (value === undefined || value === null) return null;
    if (typeof value !== 'object') throw malformed(name, 'is no object');
    return read(value, `${name}.`);
  };
}

function reader<Fields extends Readonly<Record<string, Field<unknown>>>>(fields: Fields) {
  const readers = Object.entries(fields);
  // A copy has room for all fields from the start; an object that grows field by field is moved again and again.
  const blank: Readonly<Record<string, unknown>> = Object.fromEntries(readers.map(([name]) => [name, null]));
  return (raw: object, prefix: string): RowOf<Fields> => {
    const row: Record<string, unknown> = { ...blank };
    for (const [name, read] of readers) row[name] = read(Reflect.get(raw, name), prefix + name);
    return row as RowOf<Fields>;
  };
}

/** For what is worth knowing and not worth failing for: null where it cannot be read. */
export function readable<Value>(read: Field<Value | null>): Field<Value | null> {
  return (value, name) => {
    try {
      return read(value, name);
    } catch {
      return null;
    }
  };
}

/** Told by field and never by value. */
function malformed(name: string, what: string): MalformedAnswer {
  return new MalformedAnswer(`${name} ${what}`);
}
