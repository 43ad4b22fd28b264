import { AppError, isRetryable } from '../../../domain/errors.ts';
import type { Key } from '../../../domain/key.ts';
import { describeScope, type ScopeCard } from '../../../services/limits/describe-scope.ts';
import { refreshLimits } from '../../../services/limits/read-limits.ts';
import type { SlackContext } from '../../context.ts';

/** Reads a scope's limits now. A provider that cannot be reached leaves what was read last: the act reads again. */
export async function refreshScope({ deps }: SlackContext, key: Key): Promise<void> {
  const provider = deps.providers.get(key.connectionId);
  if (provider?.readLimits === undefined || key.scopeId === null) return;
  await refreshLimits(deps, provider, key.scopeId).catch((error: unknown) => {
    if (!isRetryable(error)) throw error;
  });
}

export async function scopeOf({ deps }: SlackContext, key: Key): Promise<ScopeCard> {
  const scope = key.kind === 'admin' ? null : await describeScope(deps, key);
  if (scope !== null) return scope;
  throw new AppError({
    code: 'invalid_input',
    message: `key ${key.id} has no scope with limits`,
    publicMessage: 'This key belongs to no scope with limits of its own. Use the provider’s console.',
  });
}
