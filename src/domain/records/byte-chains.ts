const SLAB_BYTES = 1 << 20;
const BLOCK_BYTES = 64;
const LINK_BYTES = 4;
const DATA_BYTES = BLOCK_BYTES - LINK_BYTES;
const BLOCKS_PER_SLAB = SLAB_BYTES / BLOCK_BYTES;
const LOW_BITS = 128;
// Bitwise operators see 32 bits.
const SAFE_FOR_BITS = 2 ** 31;

/** One of many texts of bytes that grow side by side. */
export interface Chain {
  readonly head: number;
  tail: number;
  /** Bytes used in the last block. */
  used: number;
}

/** Many texts of bytes that grow side by side without copying and without an object for each piece: blocks in slabs, linked. */
export class ByteChains {
  readonly #slabs: Uint8Array[] = [];
  #blocks = 0;
  readonly #float = new DataView(new ArrayBuffer(8));

  open(): Chain {
    const head = this.#newBlock();
    return { head, tail: head, used: 0 };
  }

  byte(chain: Chain, value: number): void {
    if (chain.used === DATA_BYTES) {
      const next = this.#newBlock();
      this.#link(chain.tail, next);
      chain.tail = next;
      chain.used = 0;
    }
    const slab = this.#slabs[Math.floor(chain.tail / BLOCKS_PER_SLAB)];
    if (slab !== undefined) slab[(chain.tail % BLOCKS_PER_SLAB) * BLOCK_BYTES + LINK_BYTES + chain.used] = value;
    chain.used += 1;
  }

  /** A whole number from 0, seven bits a byte. */
  whole(chain: Chain, value: number): void {
    let rest = value;
    while (rest >= SAFE_FOR_BITS) {
      this.byte(chain, (rest % LOW_BITS) | LOW_BITS);
      rest = Math.floor(rest / LOW_BITS);
    }
    while (rest >= LOW_BITS) {
      this.byte(chain, (rest & 127) | LOW_BITS);
      rest >>>= 7;
    }
    this.byte(chain, rest);
  }

  float(chain: Chain, value: number): void {
    this.#float.setFloat64(0, value);
    for (let index = 0; index < 8; index += 1) this.byte(chain, this.#float.getUint8(index));
  }

  reader(chain: Chain): ChainReader {
    return new ChainReader((block) => this.#slabs[Math.floor(block / BLOCKS_PER_SLAB)], chain.head);
  }

  #newBlock(): number {
    const block = this.#blocks;
    this.#blocks += 1;
    if (block % BLOCKS_PER_SLAB === 0) this.#slabs.push(new Uint8Array(SLAB_BYTES));
    return block;
  }

  #link(block: number, next: number): void {
    const slab = this.#slabs[Math.floor(block / BLOCKS_PER_SLAB)];
    const at = (block % BLOCKS_PER_SLAB) * BLOCK_BYTES;
    slab?.set([next & 255, (next >>> 8) & 255, (next >>> 16) & 255, next >>> 24], at);
  }
}

/** Reads back in the order of writing; how much was written the caller knows. */
export class ChainReader {
  readonly #slabOf: (block: number) => Uint8Array | undefined;
  readonly #float = new DataView(new ArrayBuffer(8));
  #slab: Uint8Array | undefined;
  #start = 0;
  #read = 0;

  constructor(slabOf: (block: number) => Uint8Array | undefined, head: number) {
    this.#slabOf = slabOf;
    this.#enter(head);
  }

  byte(): number {
    if (this.#read === DATA_BYTES) {
      const [a = 0, b = 0, c = 0, d = 0] = this.#slab?.subarray(this.#start, this.#start + LINK_BYTES) ?? [];
      this.#enter(a + (b << 8) + (c << 16) + d * 2 ** 24);
    }
    const value = this.#slab?.[this.#start + LINK_BYTES + this.#read] ?? 0;
    this.#read += 1;
    return value;
  }

  whole(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < LOW_BITS) return value;
      factor *= LOW_BITS;
    }
  }

  float(): number {
    for (let index = 0; index < 8; index += 1) this.#float.setUint8(index, this.byte());
    return this.#float.getFloat64(0);
  }

  #enter(block: number): void {
    this.#slab = this.#slabOf(block);
    this.#start = (block % BLOCKS_PER_SLAB) * BLOCK_BYTES;
    this.#read = 0;
  }
}
