import type { KeyFinding } from '../domain/analysis/analyze.ts';
import type { Evidence } from '../domain/finding.ts';
import { formatMoney, formatShare, microUsdFromUsd } from '../domain/money.ts';
import { plural, zoneDayText } from '../domain/time.ts';
import type { Offline } from './data/offline.ts';
import { minuteText, printable } from './output.ts';
import { tableOf } from './table.ts';

type Style = Pick<Offline, 'currency' | 'timeZone'>;

/** An array for scripts, by time. */
export function analysisJson(found: readonly KeyFinding[], { timeZone }: Style): string {
  const rows = found.map(({ key, kind, severity, dayAt, at, evidence }) => ({
    key,
    kind,
    severity,
    day: zoneDayText(dayAt, timeZone),
    at: new Date(at).toISOString(),
    evidence,
  }));
  return `${JSON.stringify(rows, null, 2)}\n`;
}

export interface AnalysisTextOptions {
  /** Of the records. */
  readonly keys: number;
  /** Of which the history says nothing. */
  readonly unknown: number;
  readonly offline: Style;
}

/** For people. */
export function analysisText(found: readonly KeyFinding[], { keys, unknown, offline }: AnalysisTextOptions): string {
  const rows = found.map(({ key, kind, severity, at, evidence }) => [
    minuteText(at),
    severity,
    printable(key),
    `${whatText(kind, evidence, offline)}${typeof evidence['heldBack'] === 'string' ? `; held back: ${evidence['heldBack']}` : ''}`,
  ]);
  const table = rows.length === 0 ? '' : `${tableOf([['at', 'severity', 'key', 'what'], ...rows])}\n`;
  const summary = `${found.length === 0 ? 'Nothing was found' : plural(found.length, 'finding')} in the records of ${plural(keys, 'key')}.`;
  const note =
    unknown === 0
      ? ''
      : ` The history says nothing of ${unknown === keys ? 'any of them' : plural(unknown, 'key')}, so their days were held against nothing.`;
  return `${table}${summary}${note}\n`;
}

/** One line on what the figures are, by what is there. */
function whatText(kind: string, evidence: Evidence, { currency }: Style): string {
  const money = (name: string) => formatMoney(microUsdFromUsd(numberOf(evidence, name)), currency);
  const count = (name: string) => Math.round(numberOf(evidence, name)).toLocaleString('en-US');
  const name = (field: string) => printable(String(evidence[field] ?? ''));
  const texts: Readonly<Record<string, () => string>> = {
    'spend-acceleration': () => `${money('hourUsd')} in an hour; a usual hour is ${money('medianUsd')}`,
    'cost-spike': () => `${money('costUsd')} in a day; an average day is ${money('averageUsd')}`,
    'volume-spike': () => `${count('requests')} requests in a day; an average day has ${count('mean')}`,
    'billing-threshold': () => `${money('costUsd')} in a day; a typical day is ${money('typicalUsd')}`,
    'unknown-model': () => `first use of ${name('model')}`,
    'unknown-endpoint': () => `first use of ${name('endpoint')}`,
    'unknown-address': () => `called from ${name('address')}, which is new`,
    'off-hours': () => `${formatShare(numberOf(evidence, 'share'))} of the day's requests at unusual hours`,
    'auth-failures': () =>
      `refused ${count('failures')} times${evidence['address'] == null ? '' : `, then let in from ${name('address')}`}`,
    'dormant-awake': () => `used again after ${plural(numberOf(evidence, 'quietDays'), 'day')}`,
  };
  return texts[kind]?.() ?? kind;
}

function numberOf(evidence: Evidence, name: string): number {
  const value = evidence[name];
  return typeof value === 'number' ? value : 0;
}
