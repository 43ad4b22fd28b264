import type { CapProposal } from '../../domain/cap-proposal.ts';
import { dateFormat } from '../../domain/formats.ts';
import { capWords } from '../../domain/limits.ts';
import { formatMoney } from '../../domain/money.ts';
import type { OwnCap } from '../../domain/own-cap.ts';
import { plural } from '../../domain/time.ts';
import { escaped, type Locale } from './text.ts';

const SIX_MONTHS = 6;
const ORIGIN: Readonly<Record<NonNullable<OwnCap['origin']>, string>> = {
  slack: 'set in Slack',
  import: 'imported',
  policy: 'from policy',
};

/** `$500 a month (from policy), which Keysteward enforces`. */
export function ownCapText({ microUsd, origin, enforced }: OwnCap, canEnforce = true): string {
  const from = origin === null ? '' : ` (${ORIGIN[origin]})`;
  if (microUsd === null) return `none${from}`;
  const how = !enforced
    ? ', watched here'
    : canEnforce
      ? ', enforced: the key is suspended at it'
      : ', enforced by policy, but this key cannot be suspended from here: only watched';
  return `${capWords(microUsd)}${from}${how}`;
}

/** No cap acts at once: what goes through before it does, at the rate of the last hour. */
export function overshootText(microUsd: number, { currency }: Locale): string {
  if (microUsd === 0) return 'nothing is being spent at present';
  return `about ${escaped(formatMoney(microUsd, currency))} more would go through at the present rate before it acts`;
}

/** What it is made of, and what it is not. */
export function proposalText(
  { monthlyMicroUsd, basis, wholeMonths, daysLeftOut }: CapProposal,
  { currency }: Locale,
): string {
  if (monthlyMicroUsd === null || basis === null) return 'none: no spend of it is known in six months';
  const month = dateFormat('en-US', { timeZone: 'UTC', month: 'long' }).format(basis.monthAt);
  const spent = escaped(formatMoney(basis.costMicroUsd, currency));
  const partly = basis.isPartial ? ', a part of the month alone and not made into a whole one' : '';
  const young =
    wholeMonths < SIX_MONTHS
      ? ` Only ${plural(wholeMonths, 'whole month')} ${wholeMonths === 1 ? 'is' : 'are'} known.`
      : '';
  const left = daysLeftOut === 0 ? '' : ` ${plural(daysLeftOut, 'day')} of incidents left out.`;
  return `${capWords(monthlyMicroUsd)}: 1.5 times the ${spent} of ${month}${partly}.${young}${left}`;
}
