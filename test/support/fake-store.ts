import { AppError, type ErrorCode } from '../../src/domain/errors.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { SecretStore, StoredSecret, WriteOptions } from '../../src/ports/secret-store.ts';

/** What the next call of a method meets: it throws, `applied` after the change. */
export interface StoreAnswer {
  readonly code: ErrorCode;
  readonly applied?: boolean;
}

type StoreMethod = 'readCurrent' | 'write' | 'restore' | 'checkAccess';

export interface FakeStoreOptions {
  readonly name?: string;
  readonly readBack?: 'value' | 'metadata';
  readonly canRestore?: boolean;
  readonly onCall?: () => void;
}

/** A secret store in memory that follows a script and keeps every version. */
export class FakeStore {
  readonly versions = new Map<string, string[]>();
  readonly calls: StoreMethod[] = [];
  readonly port: SecretStore;
  readonly #script = new Map<StoreMethod, (StoreAnswer | null)[]>();
  readonly #options: FakeStoreOptions;

  constructor(options: FakeStoreOptions = {}) {
    this.#options = options;
    const { name = 'vault', readBack = 'value', canRestore = true } = options;
    this.port = {
      name,
      kind: 'fake',
      title: 'Fake Vault',
      capabilities: { readBack, restore: canRestore },
      readCurrent: (reference) => this.#do('readCurrent', () => this.#current(reference)),
      write: (reference, value, wanted) => this.#do('write', () => this.#write(reference, value, wanted)),
      ...(canRestore
        ? {
            restore: (reference, version) =>
              this.#do('restore', () => this.#push(reference, this.#all(reference)[Number(version) - 1] ?? '')),
          }
        : {}),
      checkAccess: (reference) =>
        this.#do('checkAccess', () => ({ isStored: this.#all(reference).length > 0, isWriteProven: true })),
      byHand: (reference) => [`fake put ${reference} -`],
    };
  }

  script(method: StoreMethod, ...answers: readonly (StoreAnswer | ErrorCode | null)[]): void {
    const given = answers.map((one) => (typeof one === 'string' ? { code: one } : one));
    this.#script.set(method, [...(this.#script.get(method) ?? []), ...given]);
  }

  /** As if somebody had stored it. */
  put(reference: string, value: string): void {
    this.#push(reference, value);
  }

  valueOf(reference: string): string | undefined {
    return this.#all(reference).at(-1);
  }

  #all(reference: string): string[] {
    return this.versions.get(reference) ?? [];
  }

  #current(reference: string): StoredSecret | null {
    const value = this.valueOf(reference);
    if (value === undefined) return null;
    const isShown = (this.#options.readBack ?? 'value') === 'value';
    return { version: `${this.#all(reference).length}`, createdAt: null, value: isShown ? new Secret(value) : null };
  }

  #write(reference: string, value: Secret, { expected }: WriteOptions) {
    if ((this.#current(reference)?.version ?? null) !== expected) throw storeError('conflict');
    return this.#push(reference, value.reveal());
  }

  #push(reference: string, value: string) {
    const versions = [...this.#all(reference), value];
    this.versions.set(reference, versions);
    return { version: `${versions.length}`, createdAt: null };
  }

  async #do<Result>(method: StoreMethod, work: () => Result): Promise<Result> {
    this.#options.onCall?.();
    this.calls.push(method);
    const answer = this.#script.get(method)?.shift() ?? null;
    if (answer !== null && answer.applied !== true) throw storeError(answer.code);
    const result = work();
    if (answer !== null) throw storeError(answer.code);
    return result;
  }
}

function storeError(code: ErrorCode): AppError {
  return new AppError({ code, message: `fake ${code}`, publicMessage: `The store says ${code}.` });
}
