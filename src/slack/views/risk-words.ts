import type { AtRisk } from '../../domain/blast-radius/company.ts';
import type { BoundedBy, Radius, StoppedBy } from '../../domain/blast-radius/radius.ts';
import { formatMoney, roughMoney } from '../../domain/money.ts';
import { formatLength, MINUTE_MS, plural } from '../../domain/time.ts';
import type { Watch, WatchGap } from '../../domain/watch.ts';
import { channelText, escaped, type Locale, mention } from './text.ts';

const BOUNDED: Readonly<Record<BoundedBy, string>> = {
  rate: 'by its rate limits, which end before its cap',
  provider_cap: 'by the provider’s cap',
  own_cap: 'by its own cap, which is enforced',
  prepaid: 'by what is paid in advance',
  highest_hour: 'unbounded by rate: its highest hour ever, 48 times',
  not_known: 'no limit, no cap and no usage of it is known',
};

const STOPPED: Readonly<Record<StoppedBy, string>> = {
  provider_cap: 'the provider’s cap stops it',
  own_cap: 'its own cap stops it',
  auto_contain: 'Keysteward suspends it (`auto_contain`)',
  people: 'nothing stops it by itself; people are called',
  nothing: 'nothing stops it, and nobody is called',
};

const GAPS: Readonly<Record<WatchGap, string>> = {
  blind: 'its usage cannot be read now',
  nobody: 'nobody active is named under roles in policy.yml',
  no_owner: 'it has no owner who could say whether it was them',
  learning: 'what is usual for it is still being learned, so only large amounts are told',
  not_per_key: 'its provider does not tell usage by key',
};

/** `$240 in 48 hours, by the provider’s cap`; `no cap: its rate limits alone allow up to $350,000 in 48 hours`. */
export function worstText(
  radius: Pick<Radius, 'worst48hMicroUsd' | 'boundedBy' | 'isTheoretical'>,
  { currency }: Locale,
) {
  const { worst48hMicroUsd, boundedBy, isTheoretical } = radius;
  if (worst48hMicroUsd === null) return `not known: ${BOUNDED[boundedBy]}`;
  const most = `up to ${escaped(roughMoney(worst48hMicroUsd, currency))} in 48 hours`;
  if (isTheoretical && boundedBy === 'rate') return `no cap: its rate limits alone allow ${most}`;
  if (isTheoretical) return `no cap, and no rate limit is known: ${most} if its highest hour ever went on`;
  return `${escaped(formatMoney(worst48hMicroUsd, currency))} in 48 hours, ${BOUNDED[boundedBy]}`;
}

/** The company's sum: what caps bound, what nothing bounds, and what nobody can tell. */
export function atRiskText({ atRiskMicroUsd, rated, uncapped, notKnown }: AtRisk, { currency }: Locale): string {
  const capped = rated - uncapped.keys;
  const sum = escaped(formatMoney(atRiskMicroUsd - uncapped.microUsd, currency));
  const theory = escaped(roughMoney(uncapped.microUsd, currency));
  const has = uncapped.keys === 1 ? 'has no cap that stops it' : 'have no cap that stops them';
  return [
    ...(capped === 0 ? [] : [`*${sum} at risk* in 48 hours behind caps (${plural(capped, 'key')})`]),
    ...(uncapped.keys === 0
      ? []
      : [`*${plural(uncapped.keys, 'key')} ${has}*: if leaked, in theory up to ${theory} in 48 hours`]),
    ...(notKnown === 0 ? [] : [`${plural(notKnown, 'key')} of which nothing can be said`]),
  ].join('; ');
}

export function stoppedText({ stoppedBy, withinMinutes }: Radius): string {
  const within = withinMinutes === null ? '' : ` within ${formatLength(Math.max(1, withinMinutes) * MINUTE_MS)}`;
  return `${STOPPED[stoppedBy]}${within}`;
}

/** The three questions of an audit: who would notice, where, and within which time. */
export function watchLines({ who, where, withinMs, next, gaps }: Watch): string[] {
  const people = who.length === 0 ? 'nobody by name' : who.map(mention).join(', ');
  const direct = where.direct.length === 0 ? '' : `, a direct message to ${where.direct.map(mention).join(', ')}`;
  const hooks = where.webhooks === 0 ? '' : ', and outside of Slack';
  const time = withinMs === null ? 'not at all' : `within ${formatLength(withinMs)}`;
  const steps = next.map(({ step, afterMs }) => `${step} after ${formatLength(afterMs)}`);
  const then = steps.length === 0 ? '' : ` · while nobody answers: ${steps.join(', ')}`;
  const lines = [`*Who would notice* ${people} · in ${channelText(where.channel)}${direct}${hooks} · ${time}${then}`];
  if (gaps.length > 0) lines.push(`    ◦ but ${gaps.map((gap) => GAPS[gap]).join('; ')}`);
  return lines;
}
