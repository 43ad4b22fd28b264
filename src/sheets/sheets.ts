import type { Sheets } from '../ports/sheet.ts';
import { readCsv, writeCsv } from './csv.ts';
import { FILE_MAX_BYTES, unreadable } from './limits.ts';

/** CSV and XLSX. The library for XLSX is loaded when it is needed. */
export const sheets: Sheets = {
  async read(bytes) {
    if (bytes.length === 0) throw unreadable('The file is empty.');
    if (bytes.length > FILE_MAX_BYTES)
      throw unreadable(`The file is larger than ${FILE_MAX_BYTES / 1024 / 1024} MB. Split it.`);
    const [a, b, c, d] = bytes;
    if (a === 0x50 && b === 0x4b && c === 0x03 && d === 0x04) {
      const { readXlsx } = await import('./xlsx.ts');
      return readXlsx(bytes);
    }
    if (a === 0xd0 && b === 0xcf)
      throw unreadable('It is an Excel file of the old kind (.xls). Save it as .xlsx or as CSV.');
    if (a === 0x1f && b === 0x8b) throw unreadable('It is packed with gzip. Unpack it first.');
    return readCsv(bytes);
  },
  async write(format, rows) {
    if (format === 'csv') return writeCsv(rows);
    const { writeXlsx } = await import('./xlsx.ts');
    return writeXlsx(rows);
  },
};
