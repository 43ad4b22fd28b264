import { capWords, modelWords, rateWords, shareWords, widestRates } from '../../domain/limits.ts';
import { formatMoney } from '../../domain/money.ts';
import type { ProviderCapabilities } from '../../ports/provider.ts';
import type { ScopeCard } from '../../services/limits/describe-scope.ts';
import { dayAndTime, escaped, foreign, type Locale } from './text.ts';

export const SCOPE_NOUN: Readonly<Record<ProviderCapabilities['capScope'], string>> = {
  none: 'scope',
  key: 'key',
  project: 'project',
  workspace: 'workspace',
  org: 'organization',
};
const MAX_RATES = 3;
const MAX_MODELS_LENGTH = 300;

/** `$500 a month on the project (12 other keys share it)`, `none`, or why it is not known. */
export function capText(scope: ScopeCard | null, locale: Locale): string {
  if (scope === null) return 'not known';
  const { capScope, known, sharedWith } = scope;
  if (capScope === 'none') return 'none';
  if (known?.limits == null) return known?.problem == null ? 'not known (not read yet)' : 'not known (cannot be read)';
  const { availability, monthlyMicroUsd, enforcing } = known.limits.spendLimit;
  if (availability === 'not_enabled') return 'not known (not opened to your organization)';
  const asOf = known.problem === null || known.readAt === null ? '' : ` as of ${dayAndTime(known.readAt, locale)}`;
  if (monthlyMicroUsd === null) return `none${asOf}`;
  const shared = shareWords(sharedWith.length);
  const reached = enforcing === true ? ', reached: requests are refused' : '';
  return `${capWords(monthlyMicroUsd)} on the ${SCOPE_NOUN[capScope]}${shared === null ? '' : ` (${shared})`}${reached}${asOf}`;
}

/** `$310 used this month (62%)`; null while usage is not known. */
export function spentText(scope: ScopeCard, spentMicroUsd: number | null, locale: Locale): string | null {
  if (spentMicroUsd === null) return null;
  const spent = formatMoney(spentMicroUsd, locale.currency);
  const cap = scope.known?.limits?.spendLimit.monthlyMicroUsd ?? null;
  if (cap === null) return `${spent} spent in the ${SCOPE_NOUN[scope.capScope]} this month`;
  return `${spent} used this month (${Math.round((spentMicroUsd / cap) * 100)}%)`;
}

/** What bounds the blast radius besides the cap, where the provider shows it. */
export function boundsLines({ known }: ScopeCard): string[] {
  if (known?.limits == null) return [];
  const { models, rateLimits } = known.limits;
  const lines: string[] = [];
  if (models.availability === 'available') lines.push(`*Models* ${foreign(modelWords(models), MAX_MODELS_LENGTH)}`);
  const rates = widestRates(rateLimits, MAX_RATES).map((limit) => {
    const model = limit.model === null ? '' : ` (${foreign(limit.model)})`;
    return `${foreign(rateWords(limit))}${model}`;
  });
  if (rates.length > 0) lines.push(`*Highest rates* ${rates.join(', ')}`);
  return lines;
}

/** `a, b, c and 4 more`. */
export function namesText(names: readonly string[], max = 10): string {
  const shown = names.slice(0, max).map(escaped);
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(', ')} and ${more} more`;
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}` : shown.join('');
}
