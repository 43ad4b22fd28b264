import { pages } from '../domain/escalation.ts';
import { formatMoney, MICRO_USD_PER_USD } from '../domain/money.ts';
import type { Told } from '../domain/replay/replay.ts';
import { renderSentence, type Sentence } from '../domain/sentence.ts';
import { DAY_MS, plural } from '../domain/time.ts';
import type { Offline } from './data/offline.ts';
import { minuteText, printable } from './output.ts';
import { tableOf } from './table.ts';

const COST_COLUMN = 3;

type Style = Pick<Offline, 'currency'>;

export interface BacktestText {
  readonly told: readonly Told[];
  /** The same with another factor. */
  readonly other: { readonly ratio: number; readonly told: readonly Told[] };
  readonly span: { readonly from: number; readonly until: number };
  readonly keys: number;
  readonly offline: Style;
}

/** An array for scripts, in the order of telling. */
export function backtestJson(told: readonly Told[], style: Style): string {
  const rows = told.map(({ key, kind, severity, at, until, costAtAlertMicroUsd, reason }) => ({
    key,
    kind,
    severity,
    at: new Date(at).toISOString(),
    until: new Date(until).toISOString(),
    costAtAlertUsd: costAtAlertMicroUsd / MICRO_USD_PER_USD,
    reason: sentence(reason, style),
  }));
  return `${JSON.stringify(rows, null, 2)}\n`;
}

/** For people: what was told when, and how often that is. */
export function backtestText({ told, other, span, keys, offline }: BacktestText): string {
  const days = Math.max(1, Math.round((span.until - span.from) / DAY_MS));
  const over = `Over ${plural(days, 'day')} and ${plural(keys, 'key')} these rules would have`;
  const again = `; with factor ${other.ratio}: ${timesText(other.told)}.`;
  if (told.length === 0) return `${over} alerted never${again}\n`;
  const rows = told.map((one) => [
    minuteText(one.at),
    one.severity,
    printable(one.key),
    formatMoney(one.costAtAlertMicroUsd, offline.currency),
    `is ${sentence(one.headline, offline)}. ${sentence(one.reason, offline)}`,
  ]);
  const table = tableOf([['told', 'severity', 'key', 'gone by then', 'what'], ...rows], [COST_COLUMN]);
  return `${table}\n${over} alerted ${timesText(told)}${again}\n`;
}

/** `3 times (2 pages, 1 notice)` */
function timesText(told: readonly Told[]): string {
  if (told.length === 0) return 'never';
  const paged = told.filter(({ severity }) => pages(severity)).length;
  const noticed = told.length - paged;
  const parts = [...(paged > 0 ? [plural(paged, 'page')] : []), ...(noticed > 0 ? [plural(noticed, 'notice')] : [])];
  return `${told.length === 1 ? 'once' : plural(told.length, 'time')} (${parts.join(', ')})`;
}

function sentence(parts: Sentence, { currency }: Style): string {
  return renderSentence(parts, { currency, instant: minuteText, foreign: printable, own: (text) => text });
}
