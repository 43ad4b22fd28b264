import type { KnownBlock } from '@slack/types';
import { capWords } from '../../domain/limits.ts';
import { formatMoney } from '../../domain/money.ts';
import { formatLength } from '../../domain/time.ts';
import type { HistoryEntry } from '../../services/history/read-history.ts';
import { auditSentence } from './audit-words.ts';
import { actions, context, type Rendered, section, sections, TEXT_MAX } from './blocks.ts';
import type { Page } from './paging.ts';
import { actorMention, capped, channelText, dayAndTime, escaped, foreign, type Locale, mention } from './text.ts';

const DETAIL_MAX = 120;

type Words = (value: unknown, locale: Locale) => string;

const quoted: Words = (value) => `“${foreign(String(value), DETAIL_MAX)}”`;
const money: Words = (value, { currency }) => escaped(formatMoney(Number(value), currency));
const person: Words = (value) => personText(String(value));
const date: Words = (value, locale) => dayAndTime(Number(value), locale);
const word: Words = (value) => foreign(String(value).replaceAll('_', ' '), DETAIL_MAX);

// What of an entry is worth telling; ids, counters and what the sentence says already are not.
const TOLD: Readonly<Record<string, readonly [label: string, words: Words]>> = {
  reason: ['', quoted],
  problem: ['', word],
  severity: ['severity', word],
  environment: ['environment', word],
  status: ['status', word],
  lastStatus: ['last seen as', word],
  step: ['step', word],
  outcome: ['outcome', word],
  found: ['there instead:', word],
  because: ['because of', word],
  until: ['until', date],
  expiresAt: ['open until', date],
  checkedUntil: ['checked up to', date],
  owner: ['owner', person],
  userId: ['asked', person],
  by: ['by', person],
  approvedBy: ['approved by', person],
  requestedBy: ['asked by', person],
  grantedBy: ['asked by', person],
  lengthMs: ['after', (value) => formatLength(Number(value))],
  waitedMs: ['after', (value) => formatLength(Number(value))],
  rule: ['rule', word],
  ceilingMicroUsd: ['up to', money],
  spentMicroUsd: ['spent', money],
  lostMicroUsd: ['lost', money],
  usedAfterMicroUsd: ['spent', money],
  beforeMicroUsd: ['before', money],
  afterMicroUsd: ['after', money],
  calls: ['called:', (value) => (value === 'opening' ? 'responders and owner' : foreign(String(value)))],
  noLongerProduction: ['', () => 'no longer counts as production'],
  channel: ['', (value) => channelText(String(value))],
};

export interface HistoryPage {
  readonly title: string;
  readonly entries: readonly HistoryEntry[];
  readonly page: Omit<Page<never>, 'items'>;
}

// Of these nobody having said anything is not the same as none.
const AS_POLICY = new Set(['lineage.models.changed', 'lineage.promise.changed']);

/** The audit log as people read it: when, who, what, and from what to what. */
export function historyView({ title, entries, page }: HistoryPage, locale: Locale): Rendered {
  const rows = entries.map((entry) => entryText(entry, locale));
  const footer = page.text;
  const blocks: KnownBlock[] = [section(`*${title}*`), ...sections(rows)];
  if (page.buttons.length > 0) blocks.push(actions(`page_${page.number}`, page.buttons));
  if (footer !== '') blocks.push(context(footer));
  const text = [title, ...rows, footer].filter((line) => line !== '').join('\n');
  return { text: capped(text, TEXT_MAX), blocks };
}

function entryText(entry: HistoryEntry, locale: Locale): string {
  const sentence = auditSentence(entry.verb) ?? `… : ${escaped(entry.verb.replace(/[._]/g, ' '))}`;
  const what = sentence.replace('…', () => (entry.name === null ? 'it' : `*${foreign(entry.name)}*`));
  const change = changeText(entry, locale);
  const details = Object.entries(entry.detail).flatMap(([name, value]) => detailText(name, value, locale));
  const when = `• ${dayAndTime(entry.at, locale)}`;
  return [when, personText(entry.actor), `${what}${change}`, ...details].join(' · ');
}

/** From what to what; of an alert the sentence says it. */
function changeText({ verb, detail }: HistoryEntry, locale: Locale): string {
  if (!('from' in detail && 'to' in detail) || verb.startsWith('alert.')) return '';
  return ` from ${valueText(verb, detail['from'], locale)} to ${valueText(verb, detail['to'], locale)}`;
}

function detailText(name: string, value: unknown, locale: Locale): string[] {
  const told = TOLD[name];
  if (told === undefined || value === null || value === false || value === '') return [];
  const [label, words] = told;
  return [label === '' ? words(value, locale) : `${label} ${words(value, locale)}`];
}

/** A person in whichever way the log names one: an actor, or a member's id. */
function personText(value: string): string {
  if (/^[UW][A-Z0-9]+$/.test(value)) return mention(value);
  if (value.startsWith('cli:')) return `${foreign(value.slice('cli:'.length), DETAIL_MAX)} (command line)`;
  return value.includes(':') ? actorMention(value) : foreign(value, DETAIL_MAX);
}

function valueText(verb: string, value: unknown, locale: Locale): string {
  if (value === null || value === undefined || value === '') return AS_POLICY.has(verb) ? 'as policy says' : 'none';
  if (typeof value === 'number') {
    if (verb.startsWith('grant.')) return dayAndTime(value, locale);
    return verb === 'lineage.cap.changed' ? capWords(value) : value.toLocaleString('en-US');
  }
  const isPerson = verb === 'lineage.owner.changed' || verb === 'rotation.handed_over';
  return isPerson ? personText(String(value)) : foreign(String(value), DETAIL_MAX);
}
