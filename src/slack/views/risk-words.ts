import type { BoundedBy, Radius, StoppedBy } from '../../domain/blast-radius/radius.ts';
import { formatMoney } from '../../domain/money.ts';
import { formatLength, MINUTE_MS } from '../../domain/time.ts';
import type { Watch, WatchGap } from '../../domain/watch.ts';
import { channelText, escaped, type Locale, mention } from './text.ts';

const BOUNDED: Readonly<Record<BoundedBy, string>> = {
  rate: 'by its rate limits alone',
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

/** `$4,800 in 48 hours, by its rate limits alone`. */
export function worstText({ worst48hMicroUsd, boundedBy }: Radius, { currency }: Locale): string {
  if (worst48hMicroUsd === null) return `not known: ${BOUNDED[boundedBy]}`;
  return `${escaped(formatMoney(worst48hMicroUsd, currency))} in 48 hours, ${BOUNDED[boundedBy]}`;
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
