import { createInflateRaw } from 'node:zlib';
import { unreadable } from './limits.ts';

const LOCAL_ENTRY = Buffer.from('PK\u0003\u0004', 'latin1');
const DESCRIPTOR = Buffer.from('PK\u0007\u0008', 'latin1');
const HEADER_BYTES = 30;
const SIZES_FOLLOW = 0x08;
const DEFLATED = 8;

interface Entry {
  readonly isDeflated: boolean;
  readonly dataAt: number;
  /** Null: they follow the data. */
  readonly sizes: { readonly packed: number; readonly unpacked: number } | null;
}

/**
 * Unpacks every part as the reader will, keeping none of it: what an archive says of its sizes may be a lie, and a small
 * file can be a very large one. Refused is also what says another thing than it holds.
 */
export async function refuseBomb(file: Uint8Array, maxBytes: number): Promise<void> {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  let left = maxBytes;
  for (let at = bytes.indexOf(LOCAL_ENTRY); at !== -1; ) {
    const entry = entryAt(bytes, at);
    if ((entry.sizes?.unpacked ?? 0) > left) throw tooLarge(maxBytes);
    const { packed, unpacked } = await measured(bytes, entry, left);
    left -= unpacked;
    if (left < 0) throw tooLarge(maxBytes);
    const end = entry.dataAt + packed;
    const { sizes } = entry;
    const isTrue =
      sizes === null
        ? bytes.indexOf(DESCRIPTOR, entry.dataAt) === end
        : sizes.packed === packed && sizes.unpacked === unpacked;
    if (!isTrue) throw damaged();
    at = bytes.indexOf(LOCAL_ENTRY, end);
  }
}

function entryAt(bytes: Buffer, at: number): Entry {
  if (at + HEADER_BYTES > bytes.length) throw damaged();
  const [packed, unpacked] = [bytes.readUInt32LE(at + 18), bytes.readUInt32LE(at + 22)];
  const follow = (bytes.readUInt16LE(at + 6) & SIZES_FOLLOW) !== 0 && packed === 0;
  return {
    isDeflated: bytes.readUInt16LE(at + 8) === DEFLATED,
    dataAt: at + HEADER_BYTES + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28),
    sizes: follow ? null : { packed, unpacked },
  };
}

/** What it really holds, counted up to a little more than it may. */
async function measured(bytes: Buffer, { isDeflated, dataAt, sizes }: Entry, left: number) {
  if (!isDeflated) {
    const stored = sizes?.packed ?? bytes.indexOf(DESCRIPTOR, dataAt) - dataAt;
    if (stored < 0 || dataAt + stored > bytes.length) throw damaged();
    return { packed: stored, unpacked: stored };
  }
  const inflate = createInflateRaw();
  inflate.end(bytes.subarray(dataAt));
  let unpacked = 0;
  try {
    for await (const chunk of inflate) {
      unpacked += (chunk as Buffer).length;
      if (unpacked > Math.min(left, sizes?.unpacked ?? left)) break;
    }
  } catch (error) {
    throw damaged(error);
  }
  return { packed: inflate.bytesWritten, unpacked };
}

function tooLarge(maxBytes: number) {
  return unreadable(`Unpacked it would be larger than ${maxBytes / 1024 / 1024} MB. Split it.`);
}

function damaged(cause?: unknown) {
  return unreadable(
    'It is no Excel sheet, or a damaged one, or packed in a way that cannot be checked. Save it again as .xlsx or as CSV.',
    cause,
  );
}
