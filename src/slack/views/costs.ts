import { formatMoney, formatShare, MICRO_USD_PER_USD } from '../../domain/money.ts';
import { errorMicroUsd, errorShare } from '../../domain/reconciliation.ts';
import type { CostName } from '../../services/money/cost-names.ts';
import type { CostStatus } from '../../services/money/cost-status.ts';
import { dayAndTime, escaped, foreign, type Locale, utcDayText } from './text.ts';

/** What to do where a provider does not open its costs to our admin key. */
export const COSTS_NOT_ENABLED =
  'give it the right to read usage and costs at the provider, or use an admin key that has it';

// Less than this beside the keys is rounding, not somebody's use.
const SHADOW_SHARE = 0.01;
// Nobody asks for more than a tenth of a percent.
const SMALLEST_SHARE = 0.001;

type Figures = { readonly providerMicroUsd: number; readonly ownMicroUsd: number };

/** `7 % below`; where the provider says nothing there is no share to tell. */
export function errorText(figures: Figures): string {
  const share = errorShare(figures);
  const error = errorMicroUsd(figures);
  const side = error < 0 ? 'below' : 'above';
  if (error === 0) return 'the same';
  return share === null ? 'nothing of it at the provider' : `${formatShare(Math.abs(share))} ${side}`;
}

/** `$412 against $443`: ours, then theirs. */
export function figuresText({ ownMicroUsd, providerMicroUsd }: Figures, { currency }: Locale): string {
  return `${formatMoney(ownMicroUsd, currency)} against ${formatMoney(providerMicroUsd, currency)}`;
}

export function costNameText({ kind, key, scope }: CostName): string {
  const where = scope === null ? 'outside of every scope' : foreign(scope);
  if (kind === 'key') return foreign(key ?? '');
  if (kind === 'scope') return scope === null ? 'what is outside of every scope' : `all of ${where}`;
  const what = kind === 'no_key' ? 'usage without a key' : `a key that is not in the inventory (${foreign(key ?? '')})`;
  return scope === null ? `${what}, ${where}` : `${what} in ${where}`;
}

/** One line of `/keys status`; null where the provider has no costs to compare with. */
export function costStatusText(costs: CostStatus, locale: Locale): string | null {
  switch (costs.kind) {
    case 'not_offered':
      return null;
    case 'not_enabled':
      return `:warning: costs cannot be read with this key: ${COSTS_NOT_ENABLED}`;
    case 'not_compared':
      return `costs not compared yet${failingText(costs, locale)}`;
    case 'compared':
      return `${comparedText(costs, locale)}${shadowText(costs, locale)}${failingText(costs, locale)}`;
  }
}

type Compared = CostStatus & { readonly kind: 'compared' };

function comparedText(costs: Compared, locale: Locale): string {
  const day = utcDayText(costs.dayAt);
  if (costs.verdict !== 'agrees' && costs.verdict !== 'drifts')
    return `costs: under a dollar on both sides (${day}), too little to compare`;
  const share = errorShare(costs);
  const to = `to ${formatShare(Math.max(Math.abs(share ?? 0), SMALLEST_SHARE))} (${day})`;
  if (costs.verdict === 'agrees') return `costs agree with the provider’s ${to}`;
  if (costs.hiddenParts > 0) {
    const parts = costs.hiddenParts === 1 ? '1 key or scope is' : `${costs.hiddenParts} keys or scopes are`;
    return `:warning: costs agree with the provider’s as a whole ${to}, but ${parts} off by more than 5 %`;
  }
  return `:warning: our costs are ${errorText(costs)} the provider’s (${day}): ${figuresText(costs, locale)}`;
}

function shadowText({ shadowMicroUsd, providerMicroUsd }: Compared, { currency }: Locale): string {
  if (shadowMicroUsd === null || shadowMicroUsd < MICRO_USD_PER_USD) return '';
  if (shadowMicroUsd < SHADOW_SHARE * providerMicroUsd) return '';
  const share = formatShare(shadowMicroUsd / providerMicroUsd);
  return `; ${formatMoney(shadowMicroUsd, currency)} of theirs (${share}) on none of the keys that are watched`;
}

function failingText(costs: { failingSince: number | null; problem: string | null }, locale: Locale): string {
  if (costs.failingSince === null) return '';
  return `; :warning: not read since ${dayAndTime(costs.failingSince, locale)}: ${escaped(costs.problem ?? '')}`;
}
