import type { Action } from '../../domain/action.ts';
import { AppError, publicMessageOf } from '../../domain/errors.ts';
import type { Key, KeyStatus } from '../../domain/key.ts';
import type { ScopeLimits } from '../../domain/limits.ts';
import type { KeyRef, Provider } from '../../ports/provider.ts';
import type { AuditEntry, Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';

export type ExecuteDeps = Pick<
  Deps,
  | 'store'
  | 'clock'
  | 'ids'
  | 'policy'
  | 'providers'
  | 'logger'
  | 'breathe'
  | 'outlets'
  | 'secretStores'
  | 'places'
  | 'fingerprint'
>;

export interface ActInput {
  readonly deps: ExecuteDeps;
  readonly provider: Provider;
  readonly action: Action;
  readonly key: Key;
}

/** What was read back at the provider after the call. */
export interface Proven {
  /** It was so before this try called anything. */
  readonly already: boolean;
  /** By our key id: every key that the act was about. */
  readonly statuses: ReadonlyMap<string, KeyStatus>;
  readonly limits: { readonly scopeId: string; readonly read: ScopeLimits } | null;
  /** For the audit log and the alert's thread. */
  readonly detail: NonNullable<AuditEntry['detail']>;
  /** Written down in the transaction that settles the action. */
  readonly record?: (tx: Repos) => Promise<void>;
}

/**
 * Carries one kind of action out: refuses what the world has overtaken, calls the provider unless an earlier try has done
 * it, reads back. Whatever is not proven is thrown; it must be safe to run again after a crash at any point.
 */
export type Act = (input: ActInput) => Promise<Proven>;

export function refOf(key: Key): KeyRef {
  return { providerKeyId: key.providerKeyId, scopeId: key.scopeId };
}

export function noRight(message: string): AppError {
  return new AppError({
    code: 'not_supported',
    message,
    publicMessage: 'Keysteward has no right to do this any more. Use the provider’s console.',
  });
}

/** What was accepted is not a refusal, whatever keeps the proof from being read. */
export function unproven(what: string, cause: unknown): AppError {
  return new AppError({
    code: 'provider_outcome_unknown',
    message: `${what} was accepted but cannot be read back`,
    publicMessage: `The provider accepted it, but ${what} cannot be read back. ${publicMessageOf(cause)}`,
    cause,
  });
}

export function notShown(what: string, shown: string): AppError {
  return new AppError({
    code: 'provider_outcome_unknown',
    message: `the change was accepted but ${what} reads back as ${shown}`,
    publicMessage: `The provider accepted it, but still shows ${what} as ${shown}.`,
  });
}
