import { countsAsProduction, type Lineage } from '../../domain/key.ts';
import type { ModelBounds } from '../../domain/lineage-facts.ts';
import { NO_PROMISE } from '../../domain/policy.ts';
import { foreign } from './text.ts';

const NAMED_MAX = 10;

/** Which models a key may call and what was promised of its data, and by whose word; nothing where nobody said. */
export function modelBoundsLines(lineage: Lineage, { allowed, promise }: ModelBounds): string[] {
  const { allowedModels, retention } = lineage;
  const lines: string[] = [];
  if (allowed !== null) lines.push(`*May call* ${namesOf(allowed)}${byPolicy(allowedModels)}`);
  if (promise !== null) {
    lines.push(`*Promise* ${foreign(promise.name)}, kept by ${namesOf(promise.models)}${byPolicy(retention)}`);
  } else if (retention === NO_PROMISE) {
    lines.push('*Promise* none');
  } else if (retention !== null) {
    lines.push(`*Promise* ${foreign(retention)}, which policy.yml does not know any more: nothing is held against it`);
  }
  const isTold = countsAsProduction(lineage.environment) || (allowed === null && promise === null);
  return isTold ? lines : lines.map((line) => `${line}; another one is told in production only`);
}

function byPolicy(said: unknown): string {
  return said === null ? ' (as policy says)' : '';
}

function namesOf(models: readonly string[]): string {
  if (models.length === 0) return 'no model';
  const more = models.length - NAMED_MAX;
  const shown = models.slice(0, NAMED_MAX).map((model) => foreign(model));
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
