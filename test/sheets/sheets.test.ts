import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { neutralised, restored } from '../../src/domain/sheet-cell.ts';
import { sheets } from '../../src/sheets/sheets.ts';

const bytes = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding);
const cellsOf = async (file: Uint8Array) => (await sheets.read(file)).map(({ cells }) => cells);
const refusal = (file: Uint8Array) =>
  sheets.read(file).then(
    () => 'it was read',
    (error: unknown) => (error instanceof AppError ? error.publicMessage : String(error)),
  );
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }).filter((one) => !/\p{Cs}/u.test(one) && !one.includes('\0')),
  fc.constantFrom('=1+1', "'=1", "''@a", '\t=1', '\r\n', '"', ',', ';', "'", '\u{feff}x'),
);

describe('cells', () => {
  test.each(['=1', '+1', '-1', '@x', '\tx', '\rx', "'=1"])('%j gets one apostrophe in front', (cell) => {
    expect(neutralised(cell)).toBe(`'${cell}`);
    expect(restored(neutralised(cell))).toBe(cell);
  });

  test.each(['a=1', "'quoted'", '1-2', ''])('%j is left alone, both ways', (cell) => {
    expect(neutralised(cell)).toBe(cell);
    expect(restored(cell)).toBe(cell);
  });

  test('any text comes back from a CSV as it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 5 }), async (rows) => {
        const file = await sheets.write('csv', [['a', 'b'], ...rows]);

        expect(await cellsOf(file)).toEqual([['a', 'b'], ...rows.filter(([a, b]) => a !== '' || b !== '')]);
      }),
    );
  });

  test('a formula is text in an XLSX, and numbers are numbers', async () => {
    const file = await sheets.write('xlsx', [
      ['a', 'b'],
      ['=1+1', 12.5],
      [' x ', null],
    ]);

    expect(await cellsOf(file)).toEqual([
      ['a', 'b'],
      ['=1+1', '12.5'],
      [' x ', ''],
    ]);
  });
});

describe('files of others', () => {
  test.each([
    ['semicolons', bytes('Name;Owner\na;b\n')],
    ['tabs in UTF-16, as Excel writes them', bytes('\u{feff}Name\tOwner\na\tb\n', 'utf16le')],
    ['a mark in front', bytes('\u{feff}Name,Owner\r\na,b\r\n')],
    ['the line ends of old Macs', bytes('Name,Owner\ra,b')],
  ])('%s are read', async (_, file) => {
    expect(await cellsOf(file)).toEqual([
      ['Name', 'Owner'],
      ['a', 'b'],
    ]);
  });

  test('a line is counted as an editor counts it, also below a cell of several lines', async () => {
    expect((await sheets.read(bytes('a,b\n"x\ny",1\n\nz,2\n'))).map(({ number }) => number)).toEqual([1, 2, 5]);
  });

  test.each([
    ['nothing', bytes(''), 'The file is empty.'],
    ['Latin-1', bytes('Name\nok\nZo\u00eb\n', 'latin1'), 'not in UTF-8, first in line 3'],
    ['zero bytes', bytes('Name\n\0\0\n'), 'zero bytes'],
    ['a quote that does not end', bytes('Name\n"abc\n'), 'Line 2 has a quotation mark'],
    [
      'a megabyte in a cell',
      bytes(`Name,b\na,${'x'.repeat(1_000_000)}\n`),
      'Line 2, column 2 has 1,000,000 characters',
    ],
    ['an old Excel file', Buffer.from('d0cf11e0a1b11ae1', 'hex'), '.xls'],
    ['a damaged archive', Buffer.from('504b030400000000', 'hex'), 'no Excel sheet, or a damaged one'],
    ['a thousand columns', bytes(`${'a,'.repeat(1_000)}\n`), '1001 columns'],
  ])('%s is refused with a sentence', async (_, file, sentence) => {
    expect(await refusal(file)).toContain(sentence);
  });
});
