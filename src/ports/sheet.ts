import type { Cell } from '../domain/key-columns.ts';

export const SHEET_FORMATS = ['csv', 'xlsx'] as const;
export type SheetFormat = (typeof SHEET_FORMATS)[number];

export interface SheetLine {
  /** Where it begins in the file, from 1, as an editor or a spreadsheet counts. */
  readonly number: number;
  readonly cells: readonly string[];
}

/** Spreadsheets as bytes. */
export interface Sheets {
  /** Lines with anything in them; told by what the file holds, not by its name. Throws a sentence for what is no sheet. */
  read(bytes: Uint8Array): Promise<readonly SheetLine[]>;
  /** Cells that a spreadsheet would run are written so that it does not. */
  write(format: SheetFormat, rows: readonly (readonly Cell[])[]): Promise<Uint8Array>;
}
