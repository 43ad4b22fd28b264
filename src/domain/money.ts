import { numberFormat } from './formats.ts';
export const MICRO_USD_PER_USD = 1_000_000;

/** How money is shown: policy's display currency with its rate. */
export interface DisplayCurrency {
  /** ISO 4217. */
  readonly code: string;
  /** Units of the display currency for one US dollar. */
  readonly usdRate: number;
  /** The day of the rate, `2026-08-01`; none for US dollars. */
  readonly rateDate?: string | null;
}

export const US_DOLLAR: DisplayCurrency = { code: 'USD', usdRate: 1 };

/** Rounds half up to an integer number of micro-USD. Throws RangeError on NaN or infinity. */
export function microUsdFromUsd(usd: number): number {
  if (!Number.isFinite(usd)) throw new RangeError(`not an amount of money: ${usd}`);
  return Math.round(usd * MICRO_USD_PER_USD);
}

/**
 * Rounded to what a person needs: cents below 10, whole units above. `$0.47`, `$22`, `$12,720`, `€203`, `¥8`, `under
 * $0.01`; what was paid back is negative, `-$5.20`.
 */
export function formatMoney(microUsd: number, currency: DisplayCurrency = US_DOLLAR): string {
  const amount = (microUsd / MICRO_USD_PER_USD) * currency.usdRate;
  const size = Math.abs(amount);
  const digits = smallDigits(currency.code);
  const smallest = 10 ** -digits;
  if (amount > 0 && amount < smallest / 2) return `under ${formatAmount(smallest, currency.code, digits)}`;
  return formatAmount(amount, currency.code, size >= smallest / 2 && size < 9.995 ? digits : 0);
}

/** What nobody can know better, to two digits: `$350,000`, `€1,200`. */
export function roughMoney(microUsd: number, currency: DisplayCurrency = US_DOLLAR): string {
  return formatMoney(Number((microUsd * currency.usdRate).toPrecision(2)) / currency.usdRate, currency);
}

/** What is said once where amounts are not in US dollars: how they were made, since rates change. Null for dollars. */
export function rateText({ code, usdRate, rateDate }: DisplayCurrency): string | null {
  if (code === US_DOLLAR.code) return null;
  return `amounts in ${code} at ${usdRate} for $1${rateDate ? ` (${rateDate})` : ''}`;
}

/** To the cent, in US dollars: for settings, which are shown as they are set. `$500`, `$99.50`. */
export function exactUsd(microUsd: number): string {
  return formatAmount(microUsd / MICRO_USD_PER_USD, 'USD', microUsd % MICRO_USD_PER_USD === 0 ? 0 : 2);
}

/** A share as a person says it: `0.8 %`, `7 %`, `5.4 %`, `35 %`. */
export function formatShare(share: number): string {
  const percent = Math.abs(share) * 100;
  if (percent > 0 && percent < 0.05) return 'under 0.1 %';
  const rounded = percent < 9.95 ? Math.round(percent * 10) / 10 : Math.round(percent);
  return `${rounded.toLocaleString('en-US')} %`;
}

/** Two digits at most: `5.3`, `28`, `560`. */
export function formatRatio(ratio: number): string {
  const digits = ratio < 10 ? 10 : ratio < 100 ? 1 : 0.1;
  return (Math.round(ratio * digits) / digits).toLocaleString('en-US');
}

/** Two, or none for a currency without cents such as the yen. */
function smallDigits(code: string): number {
  const format = numberFormat('en-US', { style: 'currency', currency: code });
  return Math.min(2, format.resolvedOptions().maximumFractionDigits ?? 2);
}

function formatAmount(amount: number, code: string, digits: number): string {
  return numberFormat('en-US', {
    style: 'currency',
    currency: code,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    // No sign on a zero.
    signDisplay: 'negative',
  }).format(amount);
}
