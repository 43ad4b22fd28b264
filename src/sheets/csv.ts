import Papa from 'papaparse';
import type { Cell } from '../domain/key-columns.ts';
import { neutralised, restored } from '../domain/sheet-cell.ts';
import type { SheetLine } from '../ports/sheet.ts';
import { refuseCell, refuseSize, unreadable } from './limits.ts';

const DELIMITERS = [',', ';', '\t', '|'] as const;
const BOM = '\u{feff}';
const SAVE_AS = 'Save it as “CSV UTF-8” or as .xlsx.';

export function readCsv(bytes: Uint8Array): readonly SheetLine[] {
  const text = decoded(bytes);
  const lines: SheetLine[] = [];
  let number = 1;
  let from = 0;
  const delimiter = delimiterOf(text);
  Papa.parse<string[]>(text, {
    delimiter,
    step({ data, errors, meta: { cursor } }) {
      const [error] = errors;
      if (error !== undefined) throw badQuote(number);
      const cells = data.map((cell, index) => {
        refuseCell(cell, number, index + 1);
        return restored(cell);
      });
      refuseSize(lines.length, cells.length);
      if (cells.some((cell) => cell !== '')) lines.push({ number, cells });
      number += breaksIn(text, from, cursor);
      from = cursor;
    },
  });
  return lines;
}

/** With a mark that tells Excel the encoding, and the line ends that every spreadsheet knows. */
export function writeCsv(rows: readonly (readonly Cell[])[]): Uint8Array {
  const safe = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? neutralised(cell) : (cell ?? ''))));
  return Buffer.from(`${BOM}${Papa.unparse(safe, { newline: '\r\n' })}\r\n`, 'utf8');
}

function decoded(bytes: Uint8Array): string {
  const text = new TextDecoder(encodingOf(bytes), { fatal: true, ignoreBOM: false });
  try {
    const found = text.decode(bytes);
    if (found.includes('\u0000')) throw unreadable(`It is no text: there are zero bytes in it. ${SAVE_AS}`);
    return found;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw unreadable(`Its letters are not in UTF-8, first in line ${faultyLine(bytes)}. ${SAVE_AS}`, error);
  }
}

/** Excel writes “Unicode text” in UTF-16, with a mark in front. */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

function faultyLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder(encodingOf(bytes), { fatal: true });
  let number = 1;
  for (let from = 0; from < bytes.length; number += 1) {
    const end = bytes.indexOf(0x0a, from);
    const to = end === -1 ? bytes.length : end + 1;
    try {
      decoder.decode(bytes.subarray(from, to));
    } catch {
      return number;
    }
    from = to;
  }
  return number;
}

/** The one that separates most columns of the first line. Excel writes semicolons where the comma is for decimals. */
function delimiterOf(text: string): string {
  const [header = ''] = text.split(/\r?\n|\r/, 1);
  const counts = DELIMITERS.map((delimiter) => header.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}

function breaksIn(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) count += 1;
  }
  return count;
}

function badQuote(number: number): Error {
  return unreadable(`Line ${number} has a quotation mark in the wrong place, or one that does not end.`);
}
