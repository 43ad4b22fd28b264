import type { SettingsSchema } from '../domain/plugin-settings.ts';
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
  /** Names it for `follow`; null where nothing can be followed: that it was accepted is all there is. */
  readonly ref: string | null;
  /** Where a person watches it. */
  readonly url: string | null;
  readonly state: DeployState;
  /** What a person is told of a failure. */
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
  trigger(request: DeployRequest, signal?: AbortSignal): Promise<DeployRun>;
  /** The run of this request, should an earlier try have begun one; null: none. */
  find?(request: DeployRequest, signal?: AbortSignal): Promise<DeployRun | null>;
  follow?(ref: string, signal?: AbortSignal): Promise<DeployRun>;
  /** Whether it can be reached with what it was given, without deploying anything; throws why not. */
  checkAccess(signal?: AbortSignal): Promise<void>;
  /** How a person does the same by hand. */
  readonly byHand: readonly string[];
}

export type HookOptions = StoreOptions;

/** One file's export in src/deploy-hooks/; credentials come from `KEYSTEWARD_HOOK_<NAME>_<SUFFIX>`. */
export interface DeployHookDefinition {
  readonly id: string;
  readonly title: string;
  readonly settings: SettingsSchema;
  readonly credentials: readonly CredentialName[];
  connect(options: HookOptions): Promise<DeployHook>;
}
