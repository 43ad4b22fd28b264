import type { KnownBlock } from '@slack/types';
import { dateFormat } from '../../domain/formats.ts';
import { formatMoney } from '../../domain/money.ts';
import { plural } from '../../domain/time.ts';
import type { CapLine, Company, Hygiene } from '../../services/home/read-company.ts';
import { plain } from './action-modal.ts';
import { shareBar } from './bar.ts';
import { sections } from './blocks.ts';
import { atRiskText } from './risk-words.ts';
import { escaped, type Locale } from './text.ts';

/** The company's keys in numbers, as far as they are known. */
export function companyBlocks(company: Company, locale: Locale): KnownBlock[] {
  const { keys, stale, unowned, openAlerts, monthMicroUsd, monthAt, hygiene, score, atRisk } = company;
  const spent = escaped(formatMoney(monthMicroUsd, locale.currency));
  const counts = [
    `*${plural(keys, 'key')}*`,
    `${stale.toLocaleString('en-US')} stale`,
    `${unowned.toLocaleString('en-US')} without an owner`,
    openAlerts === 0 ? 'no open alert' : plural(openAlerts, 'open alert'),
  ];
  return [
    { type: 'header', text: plain('The company in numbers') },
    ...sections([
      counts.join(' · '),
      `*${spent}* spent in ${monthText(monthAt)} (UTC)`,
      ...riskLines(atRisk, locale),
      ...capLines(company, locale),
    ]),
    ...sections(hygieneLines(hygiene, score)),
  ];
}

function capLines({ caps, moreCaps }: Company, locale: Locale): readonly string[] {
  if (caps.length === 0)
    return ['No key has a cap that is known here: `/keys cap <key> <amount>` sets one that is watched.'];
  const more = moreCaps === 0 ? [] : [`and ${plural(moreCaps, 'more cap')}, further from their end`];
  return [...caps.map((cap) => capLine(cap, locale)), ...more];
}

function capLine({ slug, capMicroUsd, monthMicroUsd, sharedWith }: CapLine, { currency }: Locale): string {
  const share = capMicroUsd === 0 ? Number.POSITIVE_INFINITY : monthMicroUsd / capMicroUsd;
  const money = `${formatMoney(monthMicroUsd, currency)} of ${formatMoney(capMicroUsd, currency)}`;
  const shared = sharedWith === 0 ? '' : `, shared with ${plural(sharedWith, 'other key')}`;
  const over = share > 1 ? ':warning: ' : '';
  const percent = Number.isFinite(share) ? ` (${Math.floor(share * 100).toLocaleString('en-US')}%)` : '';
  return `\`${shareBar(share)}\` ${over}${escaped(slug)}: ${escaped(money)}${percent}${shared}`;
}

/** Without a working key there is nothing to say. */
function riskLines(atRisk: Company['atRisk'], locale: Locale): readonly string[] {
  const text = atRiskText(atRisk, locale);
  return text === '' ? [] : [`${text} (\`/keys blast-radius\`)`];
}

function hygieneLines({ keys, owned, used, placed, explained }: Hygiene, score: number): readonly string[] {
  if (keys === 0) return [];
  const line = (count: number, what: string) =>
    `\`${shareBar(count / keys)}\` ${what}: ${count.toLocaleString('en-US')} of ${keys.toLocaleString('en-US')}`;
  return [
    `*Hygiene of the working keys: ${score} of 100*, as far as it is known; \`/keys score\` says what gives points back`,
    line(owned, 'have an owner'),
    line(used, 'were used in the last 30 days'),
    line(placed, 'have a known environment'),
    line(explained, 'say what they are for'),
  ];
}

function monthText(at: number): string {
  return dateFormat('en-US', { timeZone: 'UTC', month: 'long' }).format(at);
}
