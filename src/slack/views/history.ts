import type { KnownBlock } from '@slack/types';
import { capWords } from '../../domain/limits.ts';
import type { HistoryEntry } from '../../services/history/read-history.ts';
import { actions, context, type Rendered, section, sections, TEXT_MAX } from './blocks.ts';
import type { Page } from './paging.ts';
import { actorMention, capped, dayAndTime, escaped, foreign, type Locale, mention } from './text.ts';

const DETAIL_MAX = 120;

// What was done, as a person says it; `…` is where the name of the subject comes.
const DONE: Readonly<Record<string, string>> = {
  'key.appeared': '… appeared at the provider',
  'key.vanished': '… is no longer listed by the provider',
  'key.status.seen': 'the provider shows … differently',
  'key.deleted_with_owner': '… was deleted together with its account',
  'lineage.owner.matched': 'the owner of … was found by e-mail',
  'lineage.owner.changed': 'the owner of … was changed',
  'lineage.owner.kept': 'the owner of … was confirmed by a person',
  'lineage.environment.changed': 'the environment of … was changed',
  'lineage.workload.changed': 'what … is for was changed',
  'lineage.consumers.changed': 'who uses … was changed',
  'lineage.cap.changed': 'the cap of … was changed',
  'lineage.claimed': '… was claimed',
  'lineage.claim.confirmed': 'the claim of … was confirmed',
  'lineage.claim.declined': 'the claim of … was declined',
  'usage.repriced': 'usage was priced again',
  'database.restored': 'the database was restored from a backup',
};
const ACTS: Readonly<Record<string, string>> = {
  suspend: 'suspending …',
  restore: 'restoring …',
  revoke: 'revoking …',
  delete_owner: 'deleting the account of …',
  set_spend_limit: 'the provider’s cap for …',
  set_rate_limit: 'the rate limit of …',
  set_models: 'the allowed models of …',
};
const STAGES: Readonly<Record<string, string>> = {
  requested: 'was asked for',
  verified: 'is done and read back at the provider',
  delayed: 'has to wait and is tried again',
  failed: 'failed',
  dismissed: 'is no longer wanted',
};
// Ids and what the sentence says already.
const UNTOLD = new Set(['kind', 'keyId', 'slug', 'requestedBy', 'subject', 'with']);
const PEOPLE = new Set(['owner']);

export interface HistoryPage {
  readonly title: string;
  readonly entries: readonly HistoryEntry[];
  readonly page: Omit<Page<never>, 'items'>;
}

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
  const details = Object.entries(entry.detail).flatMap(([name, value]) => detailText(entry.verb, name, value));
  const what = sentenceOf(entry.verb).replace('…', () => (entry.name === null ? 'it' : `*${foreign(entry.name)}*`));
  const from = entry.detail['from'];
  const change =
    'to' in entry.detail ? ` from ${valueText(entry.verb, from)} to ${valueText(entry.verb, entry.detail['to'])}` : '';
  return [`• ${dayAndTime(entry.at, locale)}`, actorMention(entry.actor), `${what}${change}`, ...details].join(' · ');
}

function sentenceOf(verb: string): string {
  const said = DONE[verb];
  if (said !== undefined) return said;
  const [subject = '', act = '', stage = ''] = verb.split('.');
  const what = ACTS[act];
  const how = STAGES[stage];
  if (what !== undefined && how !== undefined) return `${what} ${how}`;
  if (subject === 'alert') return `… was ${escaped(act.replaceAll('_', ' '))}`;
  return `… : ${escaped(verb.replace(/[._]/g, ' '))}`;
}

function detailText(verb: string, name: string, value: unknown): string[] {
  if (UNTOLD.has(name) || name === 'from' || name === 'to' || value === null || value === false || value === '')
    return [];
  if (name === 'noLongerProduction') return ['no longer counts as production'];
  if (name === 'confirmed') return [];
  const label = name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
  const isPerson = PEOPLE.has(name) && typeof value === 'string' && /^[UW][A-Z0-9]+$/.test(value);
  return [`${escaped(label)}: ${isPerson ? mention(value) : valueText(verb, value)}`];
}

function valueText(verb: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return 'none';
  if (typeof value === 'number' && (verb === 'lineage.cap.changed' || verb.startsWith('scope.set_spend_limit'))) {
    return capWords(value);
  }
  if (verb === 'lineage.owner.changed' && typeof value === 'string' && /^[UW][A-Z0-9]+$/.test(value))
    return mention(value);
  return foreign(typeof value === 'string' ? value : JSON.stringify(value), DETAIL_MAX);
}
