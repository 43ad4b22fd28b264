import type { RawLine } from '../../domain/records/fields.ts';
import {
  type FileKind,
  type RequestLine,
  readRequestLine,
  readUsageLine,
  type UsageLine,
} from '../../domain/records/lines.ts';
import { printable } from '../output.ts';
import { type Progress, readText } from './file-text.ts';
import { type Format, type Found, formatOf, refused } from './formats.ts';
import { LineCutter } from './lines.ts';

/** So many bad lines are told one by one. */
const BAD_TOLD = 20;

export interface BadLine {
  readonly number: number;
  readonly why: string;
}

/** What was found in a file. */
export interface FileReport {
  readonly path: string;
  readonly kind: FileKind;
  readonly good: number;
  readonly bad: number;
  /** The first of the bad ones. */
  readonly badLines: readonly BadLine[];
}

export interface ReadOptions {
  readonly path: string;
  take(line: UsageLine | RequestLine): void;
  readonly progress?: Progress;
}

/** Reads usage buckets or requests, CSV or JSON lines, told by what the file holds. A bad line is reported, never fatal. */
export async function readDataFile({ path, take, progress }: ReadOptions): Promise<FileReport> {
  const reading = new Reading(printable(path), take);
  const lines = new LineCutter(reading.line);
  await readText(path, (piece) => lines.push(piece), progress);
  lines.end();
  return reading.report();
}

class Reading implements Found {
  readonly #path: string;
  readonly #take: ReadOptions['take'];
  readonly #badLines: BadLine[] = [];
  #format: Format | undefined;
  #kind: FileKind = 'usage';
  #good = 0;
  #bad = 0;

  constructor(path: string, take: ReadOptions['take']) {
    this.#path = path;
    this.#take = take;
  }

  readonly line = (text: string | null, number: number): void => {
    if (text === null) {
      this.#format?.end();
      this.bad('is longer than a megabyte', number);
      return;
    }
    if (this.#format === undefined && text.trim() === '') return;
    this.#format ??= formatOf(text, { path: this.#path, found: this });
    this.#format.line(text, number);
  };

  raw(raw: RawLine, { kind, number }: { readonly kind: FileKind; readonly number: number }): void {
    const read = kind === 'usage' ? readUsageLine(raw) : readRequestLine(raw);
    if (!read.ok) {
      this.bad(read.why, number);
      return;
    }
    this.#kind = kind;
    this.#good += 1;
    this.#take(read.line);
  }

  bad(why: string, number: number): void {
    this.#bad += 1;
    if (this.#badLines.length < BAD_TOLD) this.#badLines.push({ number, why });
  }

  report(): FileReport {
    this.#format?.end();
    const [first] = this.#badLines;
    if (this.#good > 0)
      return { path: this.#path, kind: this.#kind, good: this.#good, bad: this.#bad, badLines: this.#badLines };
    const why = first === undefined ? 'it is empty' : `line ${first.number} ${first.why}`;
    throw refused(`There is no good line in ${this.#path}: ${why}.`);
  }
}
