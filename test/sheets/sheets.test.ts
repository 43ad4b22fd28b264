import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { neutralised, restored } from '../../src/domain/sheet-cell.ts';
import { refuseBomb } from '../../src/sheets/refuse-bomb.ts';
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

interface Part {
  readonly name: string;
  readonly text: string | Buffer;
  /** What its header says of its size, where that is not so. */
  readonly claims?: number;
  readonly isStreamed?: boolean;
}

/** An archive as spreadsheets write them, and as somebody who means harm does. */
function archive(parts: readonly Part[]): Buffer {
  return Buffer.concat(
    parts.flatMap(({ name, text: content, claims, isStreamed = false }) => {
      const plain = Buffer.from(content as string);
      const packed = deflateRawSync(plain);
      const sizes = [crc32(plain), packed.length, claims ?? plain.length];
      const header = Buffer.alloc(30);
      header.write('PK\u0003\u0004', 'latin1');
      header.writeUInt16LE(isStreamed ? 8 : 0, 6);
      header.writeUInt16LE(8, 8);
      for (const [index, value] of isStreamed ? [] : sizes.entries()) header.writeUInt32LE(value, 14 + 4 * index);
      header.writeUInt16LE(name.length, 26);
      const descriptor = Buffer.alloc(16);
      descriptor.write('PK\u0007\u0008', 'latin1');
      for (const [index, value] of sizes.entries()) descriptor.writeUInt32LE(value, 4 + 4 * index);
      return [header, Buffer.from(name), packed, ...(isStreamed ? [descriptor] : [])];
    }),
  );
}

const REL = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';

function workbook(rows: string, sheet: Partial<Part> = {}): Buffer {
  return archive([
    {
      name: 'xl/workbook.xml',
      text: `<workbook xmlns="${MAIN}" xmlns:r="${REL}"><sheets><sheet name="Keys" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      text: `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    },
    {
      name: 'xl/worksheets/sheet1.xml',
      text: `<worksheet xmlns="${MAIN}"><dimension ref="A1:B2"/><sheetData>${rows}</sheetData></worksheet>`,
      ...sheet,
    },
  ]);
}

const cell = (at: string, content: string) => `<c r="${at}" t="inlineStr"><is><t>${content}</t></is></c>`;
const HEAD = `<row r="1">${cell('A1', 'Name')}${cell('B1', 'Owner')}</row>`;

describe('hostile workbooks', () => {
  test.each([[false], [true]])('one by hand is read, its sizes after the data: %s', async (isStreamed) => {
    const file = workbook(`${HEAD}<row r="2">${cell('A2', 'a')}${cell('B2', 'b')}</row>`, { isStreamed });

    expect(await cellsOf(file)).toEqual([
      ['Name', 'Owner'],
      ['a', 'b'],
    ]);
  });

  test('of a formula only the value that it had is read', async () => {
    const formula = '<c r="B2" t="str"><f>HYPERLINK("http://x.test?"&amp;A1)</f><v>b</v></c>';

    expect((await cellsOf(workbook(`${HEAD}<row r="2">${cell('A2', '=1+1')}${formula}</row>`))).at(-1)).toEqual([
      '=1+1',
      'b',
    ]);
  });

  test('a megabyte in a cell is refused by its place', async () => {
    const file = workbook(`${HEAD}<row r="2">${cell('A2', 'a')}${cell('B2', 'x'.repeat(1_000_000))}</row>`);

    expect(await refusal(file)).toContain('Line 2, column 2 has 1,000,000 characters');
  });

  test.each([
    ['says that it is larger than half a gigabyte', { claims: 600 * 1024 * 1024 }, 'larger than 512 MB'],
    [
      'is larger than it says',
      { text: Buffer.alloc(4_000_000), claims: 100 },
      'packed in a way that cannot be checked',
    ],
    ['is smaller than it says', { claims: 500_000_000 }, 'packed in a way that cannot be checked'],
  ] as const)('one that %s is refused before it is unpacked', async (_, sheet, sentence) => {
    expect(await refusal(workbook(HEAD, sheet))).toContain(sentence);
  });

  test('what says nothing of its size is counted, all parts together, and not believed where it stops half-way', async () => {
    const part = { name: 'a.xml', text: Buffer.alloc(1_000_000), isStreamed: true };
    const file = archive([part, part, part]);

    await expect(refuseBomb(file, 3_000_000)).resolves.toBeUndefined();
    await expect(refuseBomb(file, 2_999_999)).rejects.toThrow('larger than');
    await expect(refuseBomb(file.subarray(0, -1_000), 3_000_000)).rejects.toThrow('cannot be checked');
    const [before, hidden] = [archive([part]), archive([{ ...part, isStreamed: false }])];
    // A mark in front of the end would have the reader go on elsewhere than we do.
    before.write('PK\u0007\u0008', 40, 'latin1');
    await expect(refuseBomb(Buffer.concat([before, hidden]), 9_000_000)).rejects.toThrow('cannot be checked');
  });
});
