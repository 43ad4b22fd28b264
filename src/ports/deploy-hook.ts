import type { PluginSettings, SettingsSchema } from '../domain/plugin-settings.ts';
import type { Secret } from '../domain/secret.ts';
import type { Clock } from './clock.ts';
import type { CredentialName, StoreOptions } from './secret-store.ts';

/** What is asked for: who uses the key of a lineage has to read the new value. */
export interface DeployRequest {
  /** The same in each try, so that the other side can drop repeats, and a run can be found again. */
  readonly id: string;
  readonly slug: string;
  readonly environment: string;
  readonly at: number;
}

export type DeployState = 'running' | 'succeeded' | 'failed';

/** One deployment, as far as the other side tells. */
export interface DeployRun {
  /** Names it for `follow`, and holds no secret; null where nothing can be followed: it was accepted and stays `running`. */
  readonly ref: string | null;
  /** Where a person watches it. */
  readonly url: string | null;
  readonly state: DeployState;
  /** Why it failed, or what it waits for. Text from outside. */
  readonly problem: string | null;
}

/**
 * Something that makes consumers read the new value. Methods throw AppError only: `hook_unavailable` may be tried again,
 * `hook_rejected` needs a person, `hook_outcome_unknown` is looked for with `find`, else told to a person.
 */
export interface DeployHook {
  /** Its name in policy. */
  readonly name: string;
  readonly kind: string;
  readonly title: string;
  /** Whether a run can be followed to its end. */
  readonly follows: boolean;
  /** Begins it, once: where the other side knows the request's id already, it answers with the run that there is. */
  trigger(request: DeployRequest, signal?: AbortSignal): Promise<DeployRun>;
  /**
   * The run of this request, should an earlier try have begun one; null: none. To be asked before each try but the first.
   * Runs that cannot be told apart are `hook_outcome_unknown`, never a guess.
   */
  find?(request: DeployRequest, signal?: AbortSignal): Promise<DeployRun | null>;
  /** How it stands. Its `ref` takes the place of the former one. What goes step by step is carried one step on. */
  follow?(ref: string, signal?: AbortSignal): Promise<DeployRun>;
  /** Whether it can be reached with what it was given, without deploying anything; throws why not. */
  checkAccess(signal?: AbortSignal): Promise<void>;
  /** How a person does the same by hand. */
  readonly byHand: readonly string[];
}

export interface HookOptions extends Pick<StoreOptions, 'name' | 'settings' | 'credentials' | 'logger'> {
  readonly clock: Clock;
  /** Of one call; left out: ten seconds. */
  readonly timeoutMs?: number;
}

/** What is wrong with one credential, or with it beside the settings: the rest of a sentence, and what to do. */
export interface CredentialFault {
  readonly suffix: string;
  readonly problem: string;
  readonly fix: string;
}

/** One file's export in src/deploy-hooks/; credentials come from `KEYSTEWARD_HOOK_<NAME>_<SUFFIX>`. */
export interface DeployHookDefinition {
  readonly id: string;
  readonly title: string;
  /** Of its section in policy.yml, without `kind`. */
  readonly settings: SettingsSchema;
  readonly credentials: readonly CredentialName[];
  /** Looks at the credentials that are there; says nothing of those that are missing. */
  wrongCredentials?(given: GivenToHook): readonly CredentialFault[];
  /** Loads the client, which may not be installed: then it throws which package to install. Calls nobody. */
  connect(options: HookOptions): Promise<DeployHook>;
}

export interface GivenToHook {
  readonly settings: PluginSettings;
  /** By suffix. */
  readonly credentials: ReadonlyMap<string, Secret>;
}
