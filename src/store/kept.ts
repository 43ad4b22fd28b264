/**
 * What was read last, for reads that a dozen kinds of work repeat at each commit. It stays until it is forgotten, or until
 * another process has written.
 */
export class Kept<Value> {
  /** Of the connection that writes: changes with what others commit, and not with our own. */
  readonly #dataVersion: () => unknown;
  #last: { readonly version: unknown; readonly value: Promise<Value> } | null = null;

  constructor(dataVersion: () => unknown) {
    this.#dataVersion = dataVersion;
  }

  async read(fresh: () => Promise<Value>): Promise<Value> {
    const version = this.#dataVersion();
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
