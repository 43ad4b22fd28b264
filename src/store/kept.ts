/**
 * What was read last, for reads that a dozen kinds of work repeat at each commit. It stays until it is forgotten, or until
 * the version changes, as by what another process has written.
 */
export class Kept<Value> {
  readonly #version: () => unknown;
  #last: { readonly version: unknown; readonly value: Promise<Value> } | null = null;

  #forgotten = 0;

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

  /** How often it was: a version for what is made of it. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** For each commit that changes it. */
  forget(): void {
    this.#forgotten += 1;
    this.#last = null;
  }
}
