import { type DisplayCurrency, formatMoney } from './money.ts';
import { formatLength } from './time.ts';

/**
 * A sentence whose money, instants and foreign words are rendered where it is shown: in the reader's zone and the
 * display currency, with everything from outside escaped. Detectors write these; JSON-safe.
 */
export type SentencePart =
  | string
  | { readonly money: number }
  | { readonly instant: number }
  | { readonly lengthMs: number }
  /** Text from outside: model ids, labels, addresses. */
  | { readonly foreign: string };

export type Sentence = readonly SentencePart[];

export interface SentenceStyle {
  readonly currency: DisplayCurrency;
  readonly instant: (at: number) => string;
  readonly foreign: (text: string) => string;
  /** Our own words; identity unless the medium needs escaping. */
  readonly own: (text: string) => string;
}

export function renderSentence(sentence: Sentence, style: SentenceStyle): string {
  return sentence
    .map((part) => {
      if (typeof part === 'string') return style.own(part);
      if ('money' in part) return style.own(formatMoney(part.money, style.currency));
      if ('instant' in part) return style.instant(part.instant);
      if ('lengthMs' in part) return style.own(formatLength(part.lengthMs));
      return style.foreign(part.foreign);
    })
    .join('');
}
