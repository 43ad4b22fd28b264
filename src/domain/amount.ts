import { type DisplayCurrency, exactUsd, MICRO_USD_PER_USD, US_DOLLAR } from './money.ts';

const MICRO_USD_PER_CENT = 10_000;
/** More than any cap or spend: what is above is a slip of the finger. */
const MAX_USD = 10_000_000;
const SIGNS: Readonly<Record<string, string>> = {
  $: 'USD',
  '€': 'EUR',
  '£': 'GBP',
  '¥': 'JPY',
  '₹': 'INR',
  '₩': 'KRW',
};
const WORDS: Readonly<Record<string, string>> = {
  dollar: 'USD',
  dollars: 'USD',
  bucks: 'USD',
  euro: 'EUR',
  euros: 'EUR',
  pound: 'GBP',
  pounds: 'GBP',
  yen: 'JPY',
};
const NUMBER_WORDS =
  /^(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|half|some|few)\b/;
const NOTHING: ReadonlySet<string> = new Set(['none', 'no', 'off', 'unlimited', 'remove']);
export const AMOUNT_HELP = 'Give an amount with whole cents, such as 250 or 99.50, or the word none.';

export type Amount =
  | {
      readonly ok: true;
      /** Null: `none`. */
      readonly microUsd: number | null;
      /** How it came from another currency, for the answer; null for dollars. */
      readonly converted: string | null;
    }
  | { readonly ok: false; readonly fault: string };

/**
 * An amount as a person types it: `250`, `$1,000`, `1.000,50`, `200 EUR`, `none`. Bare numbers are US dollars; policy's
 * display currency is converted at its rate to the cent. What can be read in two ways is asked back, never guessed.
 */
export function parseAmount(text: string, currency: DisplayCurrency = US_DOLLAR): Amount {
  const typed = text.trim().toLowerCase();
  if (NOTHING.has(typed)) return { ok: true, microUsd: null, converted: null };
  if (/^\p{Sc}?\s*[-−–]/u.test(typed)) return fault('An amount cannot be negative. Use the word none to have none.');
  const { number, code } = parted(typed);
  if (code === null) return fault(NUMBER_WORDS.test(typed) ? `Write it in digits. ${AMOUNT_HELP}` : AMOUNT_HELP);
  if (/^\d+(?:[.,]\d+)?e\+?\d+$/.test(number)) return fault('Write it out in plain digits, such as 1000.');
  const value = plainNumber(number);
  if (typeof value === 'string') return fault(value);
  if (code === US_DOLLAR.code) return fitting(value * 100, null);
  if (code !== currency.code) {
    const known = currency.code === US_DOLLAR.code ? '' : ` or ${currency.code}`;
    return fault(`Give it in USD${known}: there is no rate for ${code} in policy.yml.`);
  }
  const cents = (value / currency.usdRate) * 100;
  const rate = currency.rateDate ? ` (${currency.rateDate})` : '';
  return fitting(cents, `${number} ${code} at ${currency.usdRate} for $1${rate}`);
}

function fitting(cents: number, converted: string | null): Amount {
  if (cents > MAX_USD * 100)
    return fault(`That is more than ${exactUsd(MAX_USD * MICRO_USD_PER_USD)}. Is a digit too many?`);
  return { ok: true, microUsd: Math.round(cents) * MICRO_USD_PER_CENT, converted };
}

/** The digits, and the currency that stands before or after them; null where there is something else. */
function parted(typed: string): { readonly number: string; readonly code: string | null } {
  const match = /^(\p{Sc}|[a-z]{3})?\s*(\d[\d.,' \u00a0\u202f]*(?:e\+?\d+)?)\s*(\p{Sc}|[a-z]+)?$/u.exec(typed);
  const number = (match?.[2] ?? '').trim();
  const marks = [match?.[1], match?.[3]].filter((mark) => mark !== undefined).map(codeOf);
  const [code = US_DOLLAR.code] = marks;
  if (number === '' || marks.includes(null) || marks.some((mark) => mark !== code)) return { number, code: null };
  return { number, code };
}

function codeOf(mark: string): string | null {
  return SIGNS[mark] ?? WORDS[mark] ?? (/^[a-z]{3}$/.test(mark) ? mark.toUpperCase() : null);
}

/** A number, or the sentence that asks back. */
function plainNumber(typed: string): number | string {
  const digits = typed.replace(/[' \u00a0\u202f](?=\d{3}(?:\D|$))/g, '');
  if (/^\d+(?:\.\d{1,2})?$/.test(digits)) return Number(digits);
  if (/^\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?$/.test(digits)) return Number(digits.replaceAll(',', ''));
  if (
    /^\d+,\d{1,2}$/.test(digits) ||
    /^\d{1,3}(?:\.\d{3})+,\d{1,2}$/.test(digits) ||
    /^\d{1,3}(?:\.\d{3}){2,}$/.test(digits)
  ) {
    return Number(digits.replaceAll('.', '').replace(',', '.'));
  }
  const thousands = /^(\d{1,3})\.(\d{3})$/.exec(digits);
  if (thousands !== null) {
    return `That can be read in two ways. Write ${thousands[1]}${thousands[2]}, or ${thousands[1]}.${thousands[2]?.slice(0, 2)}.`;
  }
  return AMOUNT_HELP;
}

function fault(sentence: string): Amount {
  return { ok: false, fault: sentence };
}
