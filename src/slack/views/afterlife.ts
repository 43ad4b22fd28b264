import { formatMoney } from '../../domain/money.ts';
import { formatLength } from '../../domain/time.ts';
import type { Survivor } from '../../ports/provider.ts';
import type { Afterlife } from '../../services/actions/describe-impact.ts';
import { escaped, type Locale } from './text.ts';

const WORDS: Readonly<Record<Survivor['what'], string>> = {
  batches: 'batches that run already',
  fine_tunes: 'fine-tuning jobs',
  schedules: 'scheduled runs',
  minted_tokens: 'short-lived tokens made before',
};

/** `Batches that run already (up to 24 hours) … may go on and cost`; null where nothing is known to. */
export function survivorsText({ survivors, batchesMicroUsd }: Afterlife, locale: Locale): string | null {
  if (survivors.length === 0) return null;
  const names = survivors.map(({ what, longestMs }) => {
    const until = longestMs === null ? '' : ` (up to ${formatLength(longestMs)})`;
    return `${WORDS[what]}${until}`;
  });
  const list = names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : (names[0] ?? '');
  return `A stop does not end ${list}: they may go on and cost until they are cancelled in the console. ${seenText(batchesMicroUsd, locale)}`;
}

/** After a stop, what of it there is reason to expect; null where nothing was seen. */
export function batchesText({ survivors, batchesMicroUsd }: Afterlife, locale: Locale): string | null {
  if (batchesMicroUsd === null || !survivors.some(({ what }) => what === 'batches')) return null;
  const cost = escaped(formatMoney(batchesMicroUsd, locale.currency));
  return `:warning: This key used batches in the 24 hours before (${cost}): those that run now may go on and cost. Cancel them in the console.`;
}

function seenText(batchesMicroUsd: number | null, locale: Locale): string {
  if (batchesMicroUsd === null) return 'No batch of this key was seen in the last 24 hours.';
  return `This key used batches in the last 24 hours (${escaped(formatMoney(batchesMicroUsd, locale.currency))}).`;
}
