import { AppError } from '../domain/errors.ts';

export const FILE_MAX_BYTES = 32 * 1024 * 1024;
export const LINES_MAX = 100_000;
/** What a spreadsheet itself can hold in a cell. */
export const CELL_MAX = 32_767;
export const COLUMNS_MAX = 200;

export function unreadable(sentence: string, cause?: unknown): AppError {
  return new AppError({
    code: 'invalid_input',
    message: `a sheet that cannot be read: ${sentence}`,
    publicMessage: `Nothing was imported. ${sentence}`,
    cause,
  });
}

export function refuseCell(text: string, line: number, column: number): void {
  if (text.length <= CELL_MAX) return;
  const length = text.length.toLocaleString('en-US');
  throw unreadable(
    `Line ${line}, column ${column} has ${length} characters in one cell; ${CELL_MAX.toLocaleString('en-US')} is the most.`,
  );
}

export function refuseSize(lines: number, columns: number): void {
  if (lines > LINES_MAX)
    throw unreadable(`The sheet has more than ${LINES_MAX.toLocaleString('en-US')} lines. Split it.`);
  if (columns > COLUMNS_MAX) throw unreadable(`The sheet has ${columns} columns; ${COLUMNS_MAX} is the most.`);
}
