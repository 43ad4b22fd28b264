import { AppError } from '../../domain/errors.ts';
import type { RawLine } from '../../domain/records/fields.ts';
import { COLUMNS, type FileKind, kindOfColumns } from '../../domain/records/lines.ts';
import { scrubSecrets } from '../../domain/secret.ts';
import { printable } from '../output.ts';
import { CsvRows, cellsOf, delimiterOf } from './csv.ts';

const SHOWN_MAX = 120;

export interface Found {
  /** A line with a field for each column of its kind. */
  raw(raw: RawLine, where: { readonly kind: FileKind; readonly number: number }): void;
  bad(why: string, number: number): void;
}

/** How the lines of a file are read. */
export interface Format {
  line(text: string, number: number): void;
  /** What was cut off is told. */
  end(): void;
}

/** Told by the first line that is not empty; that one is given to it as well. */
export function formatOf(first: string, { path, found }: { readonly path: string; readonly found: Found }): Format {
  const text = first.trimStart();
  if (text.startsWith('{')) return jsonFormat(found);
  if (text.startsWith('['))
    throw refused(`${path} is one JSON array. Give one object a line, for instance with: jq -c '.[]'`);
  return csvFormat(first, { path, found });
}

function csvFormat(header: string, { path, found }: { readonly path: string; readonly found: Found }): Format {
  const delimiter = delimiterOf(header);
  const cells = cellsOf(header, delimiter);
  const names = typeof cells === 'string' ? [] : cells.map((cell) => cell.trim().toLowerCase());
  const kind = kindOfColumns(new Set(names));
  if (typeof kind !== 'string')
    throw refused(`${path} cannot be read: ${kind.why}. Its first line is: ${shown(header)}`);
  const columns = COLUMNS[kind];
  const places = columns.map((column) => names.indexOf(column));
  const empty: Record<string, unknown> = Object.fromEntries(columns.map((column) => [column, undefined]));
  const rows = new CsvRows(delimiter, {
    bad: (why, number) => found.bad(why, number),
    cells(row, number) {
      if (row.length < names.length || row.slice(names.length).some((cell) => cell !== '')) {
        found.bad(`has ${row.length} columns instead of ${names.length}`, number);
        return;
      }
      const raw = { ...empty };
      for (let index = 0; index < columns.length; index += 1) raw[columns[index] ?? ''] = row[places[index] ?? -1];
      found.raw(raw, { kind, number });
    },
  });
  return {
    line(text, number) {
      // Also where files were put together.
      if (text !== header) rows.push(text, number);
    },
    end: () => rows.end(),
  };
}

function jsonFormat(found: Found): Format {
  let kind: FileKind | null = null;
  return {
    line(text, number) {
      if (text.trim() === '') return;
      const object = parseObject(text);
      if (object === null) {
        found.bad('is no JSON object', number);
        return;
      }
      const fields = new Map(Object.entries(object).map(([name, value]) => [name.toLowerCase(), value]));
      const told = kind ?? kindOfColumns(new Set(fields.keys()));
      if (typeof told !== 'string') {
        found.bad(told.why.replace('it has', 'has'), number);
        return;
      }
      kind = told;
      const raw: Record<string, unknown> = {};
      for (const column of COLUMNS[told]) raw[column] = fields.get(column);
      found.raw(raw, { kind: told, number });
    },
    end: () => undefined,
  };
}

function parseObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** Somebody may have pasted a key. */
function shown(text: string): string {
  const clean = scrubSecrets(printable(text));
  return clean.length > SHOWN_MAX ? `${clean.slice(0, SHOWN_MAX)}…` : clean;
}

export function refused(sentence: string): AppError {
  const publicMessage = `${sentence}\nThe columns are in docs/data-formats.md.`;
  return new AppError({ code: 'invalid_input', message: sentence, publicMessage });
}
