import type { Link } from './link.ts';
import type { Place } from './reference.ts';
import { refused } from './store-error.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** The value at the place; null where its field is not there. Without a field it is the whole text. */
export function valueAt(link: Link, { path, field }: Place, text: string): string | null {
  if (field === null) return text;
  return fieldOf(link, fieldsOf(link, path, text), field);
}

/** The text to store: the value itself, or the fields that are there with this one changed. */
export function textWith(link: Link, { path, field }: Place, { text, value }: Change): string {
  if (field === null) return value;
  const others = text === null ? {} : fieldsOf(link, path, text);
  return JSON.stringify({ ...others, [field]: value });
}

interface Change {
  /** Null: nothing is stored yet. */
  readonly text: string | null;
  readonly value: string;
}

export function fieldOf(link: Link, fields: Fields, field: string): string | null {
  if (!Object.hasOwn(fields, field)) return null;
  const value = fields[field];
  if (typeof value === 'string') return value;
  throw refused(link, `holds something other than a text in the field ${field}. Correct the reference in policy.yml.`);
}

function fieldsOf(link: Link, path: string, text: string): Fields {
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    // Told below: it is no section of fields.
  }
  if (isFields(fields)) return keepable(link, fields);
  throw refused(
    link,
    `holds one text at ${path}, not fields in JSON. Leave out the #FIELD of the reference in policy.yml.`,
  );
}

/** The others must come back as they were: a number that JavaScript would round is left alone. */
export function keepable(link: Link, fields: Fields): Fields {
  JSON.stringify(fields, (name, value: unknown) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value)) return value;
    throw refused(
      link,
      `holds a number beside it (${name}) that would be rounded. Store it as text, or write by hand.`,
    );
  });
  return fields;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
