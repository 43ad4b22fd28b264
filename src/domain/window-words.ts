import { parseAmount } from './amount.ts';
import { END_HELP, takeEndTime } from './end-time.ts';
import type { DisplayCurrency } from './money.ts';

export interface WindowWords {
  readonly untilAt: number;
  readonly ceilingMicroUsd: number;
  /** How the amount came from another currency; null for dollars. */
  readonly converted: string | null;
  /** Empty: none was given. */
  readonly reason: string;
}

interface Setting {
  readonly now: number;
  readonly timeZone: string;
  readonly currency: DisplayCurrency;
}

type Taken<Value> = { readonly ok: true; readonly value: Value; readonly rest: string };
type Fault = { readonly ok: false; readonly fault: string };

const CURRENCY_WORDS = /^(?:usd|eur|gbp|jpy|inr|chf|dollars?|bucks|euros?|pounds?|yen|\p{Sc})$/iu;

/** `until <time> <amount> [reason]`, or the amount first. */
export function parseWindow(text: string, setting: Setting): ({ readonly ok: true } & WindowWords) | Fault {
  const isTimeFirst = /^until\b/i.test(text);
  const first = isTimeFirst ? takeUntil(text, setting) : takeAmount(text, setting);
  if (!first.ok) return first;
  const second = isTimeFirst ? takeAmount(first.rest, setting) : takeUntil(first.rest, setting);
  if (!second.ok) return second;
  const values = { ...first.value, ...second.value };
  if (!('untilAt' in values && 'ceilingMicroUsd' in values)) return { ok: false, fault: END_HELP };
  return { ok: true, ...values, reason: unquoted(second.rest) };
}

/** The end and the reason of something that has no amount; `until` may be left out. */
export function parseEnd(
  text: string,
  setting: Pick<Setting, 'now' | 'timeZone'>,
): { readonly ok: true; readonly untilAt: number; readonly reason: string } | Fault {
  const end = takeEndTime(text.replace(/^(?:until|for)\s+/i, ''), setting);
  if (end === null) return { ok: false, fault: END_HELP };
  return { ok: true, untilAt: end.at, reason: unquoted(end.rest) };
}

function takeUntil(text: string, setting: Setting): Taken<Pick<WindowWords, 'untilAt'>> | Fault {
  const end = /^(?:until|for)\b/i.test(text) ? takeEndTime(text.replace(/^(?:until|for)\s*/i, ''), setting) : null;
  if (end === null) return { ok: false, fault: `Say \`until\` and when. ${END_HELP}` };
  return { ok: true, value: { untilAt: end.at }, rest: end.rest };
}

/** The currency may be a word of its own; a word of the reason must not pass for one, nor a currency for the reason. */
function takeAmount(
  text: string,
  { currency }: Setting,
): Taken<Pick<WindowWords, 'ceilingMicroUsd' | 'converted'>> | Fault {
  const [one = '', two = '', ...others] = text.split(/\s+/);
  const isTwo = isCurrency(two, currency) || (isCurrency(one, currency) && two !== '');
  const amount = parseAmount(isTwo ? `${one} ${two}` : one, currency);
  if (!amount.ok)
    return { ok: false, fault: one === '' ? 'Say how much it may spend until then, all in all.' : amount.fault };
  if (amount.microUsd === null || amount.microUsd === 0) {
    return { ok: false, fault: 'Say how much it may spend until then, all in all: an amount above zero.' };
  }
  const rest = (isTwo ? others : [two, ...others]).join(' ').trim();
  return { ok: true, value: { ceilingMicroUsd: amount.microUsd, converted: amount.converted }, rest };
}

function isCurrency(word: string, { code }: DisplayCurrency): boolean {
  if (CURRENCY_WORDS.test(word) || word.toUpperCase() === code) return true;
  return /^[A-Z]{3}$/.test(word) && Intl.supportedValuesOf('currency').includes(word);
}

function unquoted(text: string): string {
  return text.replace(/^["“”](.*)["“”]$/s, '$1').trim();
}
