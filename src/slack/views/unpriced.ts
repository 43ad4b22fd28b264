import { formatMoney } from '../../domain/money.ts';
import { dayText, plural } from '../../domain/time.ts';
import type { UnpricedDetail } from '../../domain/unpriced.ts';
import type { UnpricedCard } from '../../services/notices/describe-notice.ts';
import type { Words } from './blocks.ts';
import { escaped, footerText, foreign, type Locale, plainForeign } from './text.ts';

const MODEL_MAX = 120;

/** What is said of usage whose price nobody knows: what it was taken for, whose it is, and the line that ends it. */
export function unpricedWords(card: UnpricedCard, locale: Locale): Words {
  const { detail, providerTitle } = card;
  const footer = footerText([`usage of ${dayText(detail.dayAt)} (UTC)`, escaped(providerTitle)], locale);
  if (detail.state === 'priced') {
    const verdict = `${nameOf(detail)} has a price now.`;
    return { verdict, lines: ['What it cost that day has been priced again.'], footer };
  }
  return { verdict: verdictOf(detail, locale), lines: [keysLine(card), ...todo(detail)], footer };
}

function verdictOf(detail: UnpricedDetail, locale: Locale): string {
  const { state, pricedAs, costMicroUsd } = detail;
  const isOver = state === 'over';
  const when = isOver ? ' of that day' : ' so far today';
  const missing = `${nameOf(detail)} ${isOver ? 'had' : 'has'} no known price.`;
  if (pricedAs === null) return `${missing} Its ${amountOf(detail)}${when} cost $0 in my sums, which is too little.`;
  const sum = escaped(formatMoney(costMicroUsd, locale.currency));
  return `${missing} Its ${sum}${when} is an estimate at ${foreign(pricedAs)}’s price.`;
}

/** A tool has no model, and a picture's model says nothing of pictures. */
function nameOf({ model, endpoint, tokens, modality }: UnpricedDetail): string {
  if (model === '') return foreign(endpoint);
  if (modality !== null) return `${foreign(model)} (${modality} tokens)`;
  return tokens > 0 ? foreign(model) : `${foreign(model)} (${foreign(endpoint)})`;
}

function amountOf({ tokens, requests }: UnpricedDetail): string {
  return tokens > 0 ? plural(tokens, 'token') : plural(requests, 'unit');
}

function keysLine({ detail, keys }: UnpricedCard): string {
  const named = keys.map((slug) => (slug === null ? 'usage without a key' : `*${escaped(slug)}*`));
  const more = detail.keyCount - keys.length;
  const all = more > 0 ? [...named, `${more.toLocaleString('en-US')} more`] : named;
  const last = all.at(-1) ?? '';
  return `Used by ${all.length > 1 ? `${all.slice(0, -1).join(', ')} and ${last}` : last}.`;
}

function todo({ model, providerId, endpoint, modality, tokens, rates, dayAt }: UnpricedDetail): readonly string[] {
  const isPerUnit = tokens === 0;
  const price = isPerUnit
    ? `endpoint: ${endpoint}, per_unit_usd: PRICE`
    : `input_usd: ${figure(rates?.inputUsd)}, cached_input_usd: ${figure(rates?.cachedInputUsd)}, output_usd: ${figure(rates?.outputUsd)}`;
  const parts = [
    // A backtick would end the code; in a pattern any one character can stand for it.
    ...(model === '' ? [] : [`model: '${plainForeign(model, MODEL_MAX).replaceAll("'", "''").replaceAll('`', '?')}'`]),
    `provider: ${providerId}`,
    price,
    ...(modality === null || isPerUnit ? [] : [`modality: ${modality}`]),
  ];
  const figures = rates === null ? 'with the real price for PRICE' : 'with the real figures; these are the estimate’s';
  return [
    `Put this line into policy.yml under \`prices:\`, ${figures}. Restart, then run \`keysteward reprice --from ${dayText(dayAt)}\`.`,
    `\`\`\`${escaped(`- { ${parts.join(', ')} }`)}\`\`\``,
  ];
}

function figure(usd: number | undefined): string {
  return usd === undefined ? 'PRICE' : String(Number(usd.toPrecision(6)));
}
