/**
 * What was read last, for reads that a dozen kinds of work repeat at each commit. It stays until it is forgotten, or until
 * the version changes: of the connection that writes, by what other processes commit; of the one that reads, by any commit.
 */
export class Kept<Value> {
  readonly #version: () => unknown;
  #last: { readonly version: unknown; readonly value: Promise<Value> } | null = null;

  constructor(version: () => unknown) {
    this.#version = version;
  }

  async read(fresh: () => Promise<Value>): Promise<Value> {
    const version = this.#version();
    if (this.#last !== null && this.#last.version === version) return this.#last.value;
    const last = { version, value: fresh() };
    this.#last = last;
    last.value.catch(() => {
      if (this.#last === last) this.forget();
    });
    return last.value;
  }

  /** For each commit that changes it. */
  forget(): void {
    this.#last = null;
  }
}
