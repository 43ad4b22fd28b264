import type { KeyActKind } from '../../domain/action.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import { formatMoney } from '../../domain/money.ts';
import { plural } from '../../domain/time.ts';
import type { Impact, UseSum } from '../../services/actions/describe-impact.ts';
import { survivorsText } from './afterlife.ts';
import { earlyEndLines } from './early-end.ts';
import { dayAndTime, escaped, foreign, type Locale } from './text.ts';

const MAX_NAMES = 5;

interface ImpactState {
  readonly kind: KeyActKind;
  readonly lineage: Lineage;
  readonly impact: Impact;
}

/** What the key does now and for whom, which other keys are hit, and what a stop does not end. */
export function impactLines({ kind, lineage, impact }: ImpactState, locale: Locale): string[] {
  const survivors = survivorsText(impact.afterlife, locale);
  return [
    ...(impact.early === null ? [] : earlyEndLines(impact.early, locale)),
    useLine(impact, locale),
    ...calledLines(impact),
    peopleLine(lineage),
    siblingsLine(kind, lineage, impact.siblings),
    ...(survivors === null ? [] : [survivors]),
  ];
}

function useLine({ lastHour, lastDay, watermark }: Impact, locale: Locale): string {
  const use = `*Last hour* ${useText(lastHour, locale)} · *24 hours* ${useText(lastDay, locale)}`;
  if (watermark?.failingSince) {
    return `${use}\n:warning: Usage cannot be read since ${dayAndTime(watermark.failingSince, locale)}: it may be more.`;
  }
  const until = watermark?.newestUsageAt;
  return until == null ? `${use} · no usage read yet` : `${use} · data up to ${dayAndTime(until, locale)}`;
}

/** Not every provider counts requests. */
function useText({ requests, costMicroUsd }: UseSum, locale: Locale): string {
  const cost = escaped(formatMoney(costMicroUsd, locale.currency));
  return requests === null ? cost : `${plural(requests, 'request')}, ${cost}`;
}

function calledLines({ models, endpoints }: Impact): string[] {
  if (models.length === 0) return [];
  return [`*Models* ${names(models)} · *Used for* ${names(endpoints)}`];
}

function peopleLine({ workload, consumers }: Lineage): string {
  const who = consumers.length === 0 ? 'nobody has said' : names(consumers);
  return `${workload === null ? '' : `*Workload* ${foreign(workload)} · `}*Who uses it* ${who}`;
}

function siblingsLine(kind: KeyActKind, lineage: Lineage, siblings: readonly Key[]): string {
  if (siblings.length === 0) return 'No other key is touched.';
  const hints = names(siblings.map(({ hint, label }) => hint ?? label));
  const others = plural(siblings.length, `other key`);
  const verb = siblings.length === 1 ? 'goes' : 'go';
  const rest = kind === 'restore' ? 'stay as they are' : `${verb} on`;
  return `Only this key is touched: ${others} of ${escaped(lineage.slug)} ${rest} (${hints})`;
}

function names(all: readonly string[]): string {
  const shown = all.slice(0, MAX_NAMES).map((name) => foreign(name));
  const more = all.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
