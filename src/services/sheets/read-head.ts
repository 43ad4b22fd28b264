import { type ColumnId, KEY_COLUMNS, type KeyColumn } from '../../domain/key-columns.ts';
import { folded } from '../../domain/key-query.ts';
import { looksLikeSecret } from '../../domain/secret.ts';
import type { SheetLine } from '../../ports/sheet.ts';
import type { CellFault } from './import-plan.ts';

export interface SheetHead {
  /** Where each column stands. */
  readonly places: ReadonlyMap<ColumnId, number>;
  /** As the sheet calls it. */
  titleOf(id: ColumnId): string;
  readonly ignored: readonly string[];
}

const TITLE_MAX = 40;

export type HeadReading = { readonly head: SheetHead } | { readonly fault: CellFault };

const BY_TITLE: ReadonlyMap<string, KeyColumn> = new Map(
  KEY_COLUMNS.flatMap((column) => [column.title, ...(column.aliases ?? [])].map((title) => [folded(title), column])),
);

/** The first line says what stands where, in any order; columns that mean nothing here are left alone. */
export function readHead({ number, cells }: SheetLine): HeadReading {
  const fault = (why: string, column: string | null = null) => ({ fault: { line: number, column, why } });
  const places = new Map<ColumnId, number>();
  const titles = new Map<ColumnId, string>();
  const ignored: string[] = [];
  for (const [index, cell] of cells.entries()) {
    if (looksLikeSecret(cell)) return fault('the head of a column is a whole key. Rotate it at its provider.');
    const title = plainTitle(cell);
    if (title === '') continue;
    const column = BY_TITLE.get(folded(title));
    if (column === undefined) {
      ignored.push(title);
      continue;
    }
    if (places.has(column.id)) return fault(`there are two columns for this. Take one away.`, title);
    places.set(column.id, index);
    titles.set(column.id, title);
  }
  const isNamed = places.has('name') || (places.has('provider') && (places.has('label') || places.has('hint')));
  if (!isNamed) {
    return fault(
      'the first line has to name the columns, among them Name, or Provider with Label and Prefix. An export shows how it looks.',
    );
  }
  return { head: { places, ignored, titleOf: (id) => titles.get(id) ?? id } };
}

/** What stands at the head of a column, on one line, for a sentence. */
function plainTitle(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, TITLE_MAX)
    .trim();
}
