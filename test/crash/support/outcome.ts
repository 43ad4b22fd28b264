import SqliteDatabase from 'better-sqlite3';
import { Secret } from '../../../src/domain/secret.ts';
import type { Message } from '../../../src/sandbox/slack/index.ts';
import { renderText } from '../../../src/sandbox/slack/index.ts';
import { integrityProblem, verifyAudit } from '../../../src/store/integrity.ts';
import { countingIds } from '../../../src/system/ids.ts';
import { hmacHex } from '../../../src/system/installation-secret.ts';
import type { Play } from './play.ts';
import type { Surroundings } from './surroundings.ts';
import { INSTALLATION_SECRET } from './wire.ts';

/** What is left when the story has ended. Lists are in a stable order, without times and ids. */
export interface Outcome {
  /** Rules that no story may break, and where it did. */
  readonly faults: readonly string[];
  /** Lists of which each has to be the same as without the crash. */
  readonly facts: Readonly<Record<string, readonly string[]>>;
  /** How often each subject was posted, and whether a repeat said so. */
  readonly repeats: readonly string[];
  readonly logs: readonly string[];
}

export interface Ended {
  readonly surroundings: Surroundings;
  readonly databasePath: string;
  readonly play: Play;
}

export async function outcomeOf({ surroundings, databasePath, play }: Ended): Promise<Outcome> {
  const database = new SqliteDatabase(databasePath);
  try {
    const rows = (sql: string): string[] => database.prepare<[], string>(sql).pluck().all();
    const faults = [...databaseFaults(rows), ...(await provenWhole(database))];
    return {
      faults,
      facts: {
        messages: messagesIn(surroundings),
        notifications: surroundings.slack.workspace.notifications
          .map(({ userId, kind }) => `${kind} to ${userId}`)
          .sort(),
        ...databaseFacts(rows),
        usage: usageOf(rows, surroundings),
        'rows of each table': rowCounts(rows, surroundings),
        pages: pagesTo(surroundings),
        'writes at the provider': writesAt(surroundings),
        'the consumer': surroundings.consumer?.facts() ?? [],
        'keys at the provider': keysAt(surroundings),
      },
      repeats: repeatsIn(surroundings),
      logs: play.logs,
    };
  } finally {
    database.close();
  }
}

function databaseFaults(rows: (sql: string) => string[]): readonly string[] {
  return [
    ...rows(
      `SELECT 'message not sent: ' || kind || ' is ' || state || ' ' || coalesce(problem, '') FROM outbox WHERE state <> 'sent'`,
    ),
    ...rows(
      `SELECT 'action not proven: ' || kind || ' is ' || state || ' ' || coalesce(problem, '') FROM actions WHERE state <> 'verified'`,
    ),
    ...rows(`SELECT 'job run has no end: ' || job FROM job_runs WHERE outcome = 'running'`),
    ...rows(`SELECT 'lease still held by ' || holder FROM lease WHERE holder IS NOT NULL`),
  ];
}

// Edits that wait for one another become one row, and a run that was cut short leaves a row of its own. What the audit
// says is counted by its verbs.
const UNEVEN: ReadonlySet<string> = new Set(['outbox', 'job_runs', 'audit']);

// A new key whose answer was lost is deleted and made once more, after a wait: both are written down.
const AFTER_A_LOST_ANSWER = "'rotation.stray_deleted', 'key.create_key.delayed'";

/** Whatever table there is: a crash adds no row and loses none. */
function rowCounts(rows: (sql: string) => string[], { consumer }: Surroundings): readonly string[] {
  const tables = rows(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`);
  return tables
    .filter((table) => !UNEVEN.has(table) && !(table === 'usage' && consumer !== undefined))
    .flatMap((table) => rows(`SELECT '${table} ' || count(*) FROM "${table}"`));
}

/** Rows are by key, and when the consumer goes over to the new one depends on a wait: what it used does not. */
function usageOf(rows: (sql: string) => string[], { consumer }: Surroundings): readonly string[] {
  return consumer === undefined
    ? rows(`SELECT count(*) || ' rows, ' || sum(cost_micro_usd) || ' micro-USD' FROM usage`)
    : rows(`SELECT sum(requests) || ' requests, ' || sum(output) || ' tokens out' FROM usage`);
}

function databaseFacts(rows: (sql: string) => string[]): Record<string, readonly string[]> {
  return {
    alerts: rows(`SELECT 'KS-' || number || ' ' || state || ' ' || lost_micro_usd FROM alerts ORDER BY number`),
    rotations: rows(`SELECT name || ' ' || state || ' ' || coalesce(done_by, '') FROM rotation_steps ORDER BY rowid`),
    'history of alerts': rows(`SELECT kind || ' ' || actor FROM alert_events ORDER BY at, kind`),
    findings: rows(`SELECT detector_id || ' ' || found_at FROM findings ORDER BY found_at, detector_id`),
    actions: rows(`SELECT kind || ' ' || state FROM actions ORDER BY requested_at, kind`),
    keys: rows(`SELECT label || ' ' || status || ' ' || generation FROM keys ORDER BY label, provider_key_id`),
    audit: rows(
      `SELECT verb || ' ' || count(*) FROM audit WHERE verb NOT IN (${AFTER_A_LOST_ANSWER}) GROUP BY verb ORDER BY verb`,
    ),
    notices: rows(`SELECT kind || ' ' || subject FROM notices ORDER BY kind, subject`).map(withoutIds),
    'newest job runs':
      rows(`SELECT job || ' ' || outcome || ' due ' || due_at FROM job_runs AS run WHERE outcome <> 'abandoned'
      AND NOT EXISTS (SELECT 1 FROM job_runs AS later WHERE later.job = run.job AND later.due_at > run.due_at) GROUP BY job ORDER BY job`),
  };
}

async function provenWhole(database: SqliteDatabase.Database): Promise<readonly string[]> {
  const problem = integrityProblem(database);
  const secret = new Secret(INSTALLATION_SECRET);
  const audit = await verifyAudit(database, { ids: countingIds(), sign: (text) => hmacHex(secret, text) });
  return [
    ...(problem === null ? [] : [`the database is damaged: ${problem}`]),
    ...(audit.ok ? [] : [`the audit chain is broken: ${audit.problem}`]),
  ];
}

/** What everybody sees in channels, threads and direct messages. A thread has an order; threads among each other have none. */
function messagesIn({ slack: { workspace }, consumer }: Surroundings): readonly string[] {
  const withoutHints = (text: string): string =>
    (consumer?.made() ?? []).reduce((rest, { hint }) => rest.replaceAll(hint, '<new key>'), text);
  return workspace.channels().flatMap((channel) =>
    workspace
      .messages(channel.id)
      .filter(({ threadTs }) => threadTs === undefined)
      .map((root) =>
        [root, ...workspace.replies(channel.id, root.ts)].map(
          (message) =>
            `${channel.name}: ${withoutHints(withoutCounts(withoutFigures(withoutTimes(renderText(message, workspace)))))}`,
        ),
      )
      .sort(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0))
      .flat(),
  );
}

/** How much was called with the new key depends on when its consumer went over to it; that it was called does not. */
function withoutCounts(text: string): string {
  return text.replaceAll(/\b[1-9]\d* requests since\b/g, '<some> requests since');
}

/** What the report of a past says depends on when it was written: before the leak, or after it. That it comes once does not. */
function withoutFigures(text: string): string {
  return text.startsWith('Over the last 31 days') ? 'the report of a past' : text;
}

function withoutTimes(text: string): string {
  // The version of a file is when it was written and where it lies on the disk.
  const places = text.replaceAll(/version \d{4}-\S+Z-[0-9a-f]+/g, 'version <version>');
  return places.replaceAll(/\b(\d{4}-\d{2}-\d{2} )?\d{2}:\d{2}( UTC)?\b/g, '<time>');
}

/** What each webhook was told, in its order. */
function pagesTo({ receivers }: Surroundings): readonly string[] {
  return [...receivers].flatMap(([name, { told }]) => told.map((body) => `${name}: ${withoutIds(withoutTimes(body))}`));
}

function withoutIds(text: string): string {
  return text.replaceAll(/\b([a-z]+)_[0-9A-Z]{16,}\b/g, '<$1>').replaceAll(/\/p\d+/g, '/<message>');
}

function keysAt({ world, consumer }: Surroundings): readonly string[] {
  const strays = new Set(consumer?.strays().map(({ id }) => id));
  const kept = world.keys().filter(({ key }) => !strays.has(key.id));
  return kept.map(({ key, state }) => `${key.name} ${state}`);
}

/** Without the making and the deletion of strays: as many of the one as of the other. */
function writesAt({ provider, consumer }: Surroundings): readonly string[] {
  const strays = consumer?.strays() ?? [];
  let spare = strays.length;
  return provider.calls
    .filter(({ method }) => method !== 'GET')
    .filter(({ method, path }) => !(method === 'DELETE' && strays.some(({ id }) => path.endsWith(`/${id}`))))
    .filter(({ method, path }) => !(method === 'POST' && path.endsWith('/api_keys') && spare-- > 0))
    .map(({ method, path, status }) => `${method} ${path} ${status}`);
}

/** Subjects that were posted more than once; who reads it again has to be told. */
function repeatsIn({ slack }: Surroundings): readonly string[] {
  const seen = new Set<string>();
  const repeats: string[] = [];
  for (const { method, ok, args } of slack.calls) {
    const subject = subjectOf({ metadata: args['metadata'] as Message['metadata'] });
    if (method !== 'chat.postMessage' || !ok || subject === '') continue;
    const mark = String(args['text']).includes('may be a repeat') ? 'marked' : 'not marked';
    if (seen.has(subject)) repeats.push(`${subject.split(':', 1)[0]} posted twice, ${mark}`);
    seen.add(subject);
  }
  return repeats;
}

/** What a message is about, as its metadata says: `alert:…`. Empty for what is about nothing. */
export function subjectOf({ metadata }: { readonly metadata?: Message['metadata'] | undefined }): string {
  return (metadata?.['event_payload'] as { subject?: string } | undefined)?.subject ?? '';
}
