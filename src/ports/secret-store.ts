import type { PluginSettings, SettingsSchema } from '../domain/plugin-settings.ts';
import type { Secret } from '../domain/secret.ts';
import type { Logger } from './logger.ts';

/** What a store can do, as data. Texts and checks follow from this, never from a store's name. */
export interface SecretStoreCapabilities {
  /** Whether what is stored can be read back and compared, or only that and when it changed. */
  readonly readBack: 'value' | 'metadata';
  /** Whether an earlier version can be made the current one again. */
  readonly restore: boolean;
}

/** One stored state of a secret; never the value itself. */
export interface SecretVersion {
  /** The store's own name of the version; where it has none, the instant of the change in ISO 8601. */
  readonly version: string;
  readonly createdAt: number | null;
}

export interface StoredSecret extends SecretVersion {
  /** Null where the store never gives a value back. */
  readonly value: Secret | null;
}

/** What could be seen of a place without changing anything. */
export interface StoreAccess {
  readonly isStored: boolean;
  /** False where the store does not tell, short of a write, whether one would be allowed. */
  readonly isWriteProven: boolean;
}

export interface WriteOptions {
  /** The version that the caller has seen as the current one; another one by now is a `conflict`. Null: there was none. */
  readonly expected: string | null;
}

/**
 * A place where a company keeps its secrets. A reference says where in it: a path, a name, and where the store keeps
 * several values in one place, `#FIELD` behind it; the other fields stay as they are.
 * Methods throw AppError only: `store_unavailable` may be tried again, `store_rejected` needs a person,
 * `store_outcome_unknown` is read back first, `conflict` is a change of somebody else. Nothing here retries.
 */
export interface SecretStore {
  /** Its name in policy. */
  readonly name: string;
  /** The plug-in's id. */
  readonly kind: string;
  readonly title: string;
  readonly capabilities: SecretStoreCapabilities;
  /** Null: nothing is stored there yet. */
  readCurrent(reference: string, signal?: AbortSignal): Promise<StoredSecret | null>;
  /** Makes the value the current version. */
  write(reference: string, value: Secret, options: WriteOptions): Promise<SecretVersion>;
  /** Makes an earlier version the current one again, as a new version where the store only goes forward. */
  restore?(reference: string, version: string): Promise<SecretVersion>;
  /** Whether it can be reached, and read and written at the reference, without changing anything; throws why not. */
  checkAccess(reference: string, signal?: AbortSignal): Promise<StoreAccess>;
  /** How a person puts a value there by hand: commands that ask for the value and never show it on the line. */
  byHand(reference: string): readonly string[];
}

/** A credential that comes from the environment: `KEYSTEWARD_STORE_<NAME>_<SUFFIX>`, or the same with `_FILE`. */
export interface CredentialName {
  /** `TOKEN` */
  readonly suffix: string;
  readonly required: boolean;
  /** What it is and where one is made, for the person who has to set it. */
  readonly advice: string;
  /** `many`: a document such as a key file in JSON; left out, it is one line without blanks. */
  readonly lines?: 'many';
}

export interface StoreOptions {
  readonly name: string;
  /** The section of policy as `settings` has read it. */
  readonly settings: PluginSettings;
  /** By suffix. */
  readonly credentials: ReadonlyMap<string, Secret>;
  /** Where the installation keeps its own files. */
  readonly dataFolder: string;
  readonly logger: Logger;
}

/** One file's export in src/secret-stores/. A further store is one file and a line in the list. */
export interface SecretStoreDefinition {
  readonly id: string;
  readonly title: string;
  /** Of its section in policy.yml, without `kind`. */
  readonly settings: SettingsSchema;
  readonly credentials: readonly CredentialName[];
  /** Suffixes that these settings, or the other credentials, ask for and that are not given. */
  readonly missing?: (settings: PluginSettings, given: ReadonlySet<string>) => readonly string[];
  /** What a reference looks like, the advice where one is wrong, and the one that is meant where policy says none. */
  readonly reference: { readonly pattern: RegExp; readonly advice: string; readonly usual?: string };
  /** Loads the store's client, which may not be installed: then it throws which package to install. */
  connect(options: StoreOptions): Promise<SecretStore>;
}
