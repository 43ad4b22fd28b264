import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { AppError } from '../../domain/errors.ts';
import { isSystemError } from '../../system/files.ts';
import { printable } from '../output.ts';

// Strings of this size die young; larger ones wait for a whole collection and fill memory meanwhile.
const PIECE_BYTES = 1 << 15;
const MAGIC_BYTES = 4;

/** Called as the file is read; `share` is null where its size is not known. */
export type Progress = (share: number | null) => void;

/** A part of a text, in its order. */
export type TakePiece = (piece: string) => void;

/** Hands on the text of a file in pieces; one that is packed with gzip is told by its first bytes, whatever its name. */
export async function readText(path: string, take: TakePiece, progress: Progress = () => undefined): Promise<void> {
  try {
    const size = sizeOf(path);
    const decoder = new Decoder(take);
    if (size !== null && readPlain(path, decoder, (bytes) => progress(bytes / size))) return;
    let read = 0;
    const pieces = counted(createReadStream(path, { highWaterMark: PIECE_BYTES }), (bytes) => {
      read += bytes;
      progress(size === null ? null : read / size);
    });
    for await (const piece of await unpacked(pieces, path)) decoder.write(piece);
    decoder.end();
  } catch (error) {
    throw error instanceof AppError ? error : unreadable(path, error);
  }
}

/** A pipe has no size. */
function sizeOf(path: string): number | null {
  const stat = statSync(path);
  return stat.isFile() && stat.size > 0 ? stat.size : null;
}

/**
 * Without a stream: each of its promises holds the next, and with it the text that was read, until all of memory is
 * collected. False, and nothing read, for what has to be unpacked or refused.
 */
function readPlain(path: string, decoder: Decoder, progress: (bytes: number) => void): boolean {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(PIECE_BYTES);
    let read = 0;
    for (;;) {
      const count = readSync(file, buffer);
      const piece = buffer.subarray(0, count);
      if (read === 0 && (isGzip(piece) || otherFormat(piece) !== null)) return false;
      if (count === 0) break;
      decoder.write(piece);
      read += count;
      progress(read);
    }
    decoder.end();
    return true;
  } finally {
    closeSync(file);
  }
}

async function* counted(stream: Readable, count: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const piece of stream) {
    count((piece as Buffer).length);
    yield piece as Buffer;
  }
}

async function unpacked(pieces: AsyncGenerator<Buffer>, path: string): Promise<AsyncIterable<Buffer>> {
  const first: Buffer[] = [];
  let magic = Buffer.alloc(0);
  while (magic.length < MAGIC_BYTES) {
    const next = await pieces.next();
    if (next.done) break;
    first.push(next.value);
    magic = Buffer.concat(first);
  }
  const whole = chained(magic, pieces);
  if (isGzip(magic)) return gunzipped(whole);
  const other = otherFormat(magic);
  if (other === null) return whole;
  const publicMessage = `${printable(path)} is ${other}. Give CSV or JSON lines, plain or packed with gzip.`;
  throw new AppError({ code: 'invalid_input', message: publicMessage, publicMessage });
}

async function* chained(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  yield* rest;
}

async function* gunzipped(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = Readable.from(pieces, { objectMode: false });
  const gunzip = createGunzip({ chunkSize: PIECE_BYTES });
  // A pipe does not hand errors on.
  source.on('error', (error) => gunzip.destroy(error));
  for await (const piece of source.pipe(gunzip)) yield piece as Buffer;
}

function isGzip([first, second]: Buffer): boolean {
  return first === 0x1f && second === 0x8b;
}

function otherFormat(magic: Buffer): string | null {
  const hex = magic.toString('hex', 0, MAGIC_BYTES);
  if (hex.startsWith('504b0304')) return 'a zip archive or an Excel sheet';
  if (hex.startsWith('28b52ffd')) return 'packed with zstd';
  if (hex.startsWith('425a68')) return 'packed with bzip2';
  if (hex.startsWith('50415231')) return 'a Parquet file';
  return hex.startsWith('feff') ? 'text in UTF-16 of the rarer kind' : null;
}

class Decoder {
  readonly #take: TakePiece;
  #decoder: StringDecoder | undefined;

  constructor(take: TakePiece) {
    this.#take = take;
  }

  write(piece: Buffer): void {
    const isFirst = this.#decoder === undefined;
    // Excel writes "Unicode text" so.
    this.#decoder ??= new StringDecoder(piece[0] === 0xff && piece[1] === 0xfe ? 'utf16le' : 'utf8');
    const text = this.#decoder.write(piece);
    this.#take(isFirst && text.startsWith('\u{feff}') ? text.slice(1) : text);
  }

  end(): void {
    const rest = this.#decoder?.end() ?? '';
    if (rest !== '') this.#take(rest);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file',
  EISDIR: 'That is a folder, not a file',
  EACCES: 'You may not read it',
  EPERM: 'You may not read it',
  Z_BUF_ERROR: 'It is packed with gzip and ends in the middle',
  Z_DATA_ERROR: 'It is packed with gzip and damaged',
};

function unreadable(path: string, error: unknown): AppError {
  const known = Object.keys(REASONS).find((code) => isSystemError(error, code));
  const reason = known === undefined ? 'It cannot be read' : REASONS[known];
  return new AppError({
    code: 'invalid_input',
    message: `cannot read ${path}`,
    publicMessage: `${reason}: ${printable(path)}`,
    cause: error,
  });
}
