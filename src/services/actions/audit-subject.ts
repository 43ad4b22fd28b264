import { type Action, isLimitAct } from '../../domain/action.ts';
import type { Key } from '../../domain/key.ts';

/** What an action's audit entries are about: its key, or the scope whose limits it changes. */
export function auditSubject({ kind, params }: Pick<Action, 'kind' | 'params'>, key: Key): string {
  return isLimitAct(kind) && params !== null && 'scopeId' in params ? `${key.connectionId}:${params.scopeId}` : key.id;
}
