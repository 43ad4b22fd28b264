import { readSheet } from 'read-excel-file/node';
import writeXlsxFile from 'write-excel-file/node';
import { AppError } from '../domain/errors.ts';
import type { Cell } from '../domain/key-columns.ts';
import type { SheetLine } from '../ports/sheet.ts';
import { refuseCell, refuseSize, unreadable } from './limits.ts';
import { refuseBomb } from './refuse-bomb.ts';

const UNPACKED_MAX_BYTES = 512 * 1024 * 1024;
// XML 1.0 cannot hold these, whatever is done to them.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** The first sheet of the file. */
export async function readXlsx(bytes: Uint8Array): Promise<readonly SheetLine[]> {
  await refuseBomb(bytes, UNPACKED_MAX_BYTES);
  const rows = await readSheet(Buffer.from(bytes), { trim: false }).catch((error: unknown) => {
    throw error instanceof AppError ? error : unreadable('It is no Excel sheet, or a damaged one.', error);
  });
  const lines: SheetLine[] = [];
  rows.forEach((row, index) => {
    const cells = row.map((value, column) => {
      const text = textOf(value);
      refuseCell(text, index + 1, column + 1);
      return text;
    });
    refuseSize(lines.length, cells.length);
    if (cells.some((cell) => cell !== '')) lines.push({ number: index + 1, cells });
  });
  return lines;
}

/** Text cells are text for good: nothing in them is ever run. */
export async function writeXlsx(rows: readonly (readonly Cell[])[]): Promise<Uint8Array> {
  const data = rows.map((row, index) =>
    row.map((cell) => {
      if (cell === null || cell === '') return null;
      if (typeof cell === 'number') return { value: cell, type: Number };
      const value = cell.replace(UNWRITABLE, '');
      return { value, type: String, ...(index === 0 ? { fontWeight: 'bold' as const } : {}) };
    }),
  );
  return writeXlsxFile(data, { sheet: 'Keys', stickyRowsCount: 1 }).toBuffer();
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return value instanceof Date ? value.toISOString() : String(value);
}
