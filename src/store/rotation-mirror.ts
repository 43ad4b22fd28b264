import type { Rotation } from '../domain/rotation.ts';
import type { RotationRepo } from '../ports/rotation.ts';

type Reads = Pick<RotationRepo, 'allOpen' | 'some'>;

/** Those that are over are forgotten from here on; those that are open never are. */
const MOST_KNOWN = 5_000;

/**
 * Rotations as this process last read or wrote them: a dozen kinds of work ask for all that are open after each commit, and
 * a campaign's messages for all of its own. What another process has written is read again.
 */
export class RotationMirror {
  readonly #version: () => unknown;
  #seen: unknown;
  readonly #known = new Map<string, Rotation>();
  /** All that are open have been read. */
  #opened: Promise<void> | null = null;
  #open: readonly Rotation[] | null = null;

  /** `version` changes with what others write. */
  constructor(version: () => unknown) {
    this.#version = version;
    this.#seen = version();
  }

  /** Oldest first. */
  async open(reads: Reads): Promise<readonly Rotation[]> {
    this.#forgetIfForeign();
    const opened = this.#opened ?? this.#readOpen(reads);
    this.#opened = opened;
    await opened;
    // Others have written meanwhile.
    if (this.#opened !== opened) return this.open(reads);
    this.#open ??= [...this.#known.values()].filter(({ state }) => state === 'open').sort(byId);
    return this.#open;
  }

  /** Those of these that there are. */
  async some(reads: Reads, ids: readonly string[]): Promise<readonly Rotation[]> {
    this.#forgetIfForeign();
    const found = new Map<string, Rotation>();
    for (const id of ids) {
      const one = this.#known.get(id);
      if (one !== undefined) found.set(id, one);
    }
    const seen = this.#seen;
    const missing = ids.filter((id) => !found.has(id));
    const read = missing.length === 0 ? [] : await reads.some(missing);
    for (const one of read) found.set(one.id, seen === this.#seen ? this.#keep(one) : one);
    return ids.flatMap((id) => found.get(id) ?? []);
  }

  /** After the commit that wrote it. */
  note(rotation: Rotation): void {
    const known = this.#known.get(rotation.id);
    if (known === undefined || known.revision <= rotation.revision) this.#put(rotation);
  }

  async #readOpen(reads: Reads): Promise<void> {
    const seen = this.#seen;
    try {
      for (const one of await reads.allOpen()) if (seen === this.#seen) this.#keep(one);
    } catch (error) {
      if (seen === this.#seen) this.#opened = null;
      throw error;
    }
  }

  /** A read that began before a commit may end after it: what was written since stays. */
  #keep(rotation: Rotation): Rotation {
    const known = this.#known.get(rotation.id);
    if (known !== undefined && known.revision >= rotation.revision) return known;
    this.#put(rotation);
    return rotation;
  }

  #put(rotation: Rotation): void {
    this.#known.set(rotation.id, rotation);
    this.#open = null;
    if (this.#known.size <= MOST_KNOWN) return;
    for (const { id, state } of this.#known.values()) if (state !== 'open') this.#known.delete(id);
  }

  #forgetIfForeign(): void {
    const version = this.#version();
    if (version === this.#seen) return;
    this.#seen = version;
    this.#known.clear();
    this.#opened = null;
    this.#open = null;
  }
}

function byId(a: Rotation, b: Rotation): number {
  return a.id < b.id ? -1 : 1;
}
