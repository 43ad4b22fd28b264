import type { KnownBlock } from '@slack/types';
import { ACTION_NAME } from '../../domain/action.ts';
import { alertName } from '../../domain/alert.ts';
import { formatLength, MINUTE_MS, plural } from '../../domain/time.ts';
import type { ConnectionStatus, Status } from '../../services/status/read-status.ts';
import { context, type Rendered, section, sections } from './blocks.ts';
import { costStatusText } from './costs.ts';
import { actorMention, capital, dayAndTime, escaped, foreign, type Locale } from './text.ts';

export interface StatusOptions {
  readonly locale: Locale;
  readonly configLines: readonly string[];
}

const MAX_LINES = 10;

export function statusView(status: Status, { locale, configLines }: StatusOptions): Rendered {
  const verdict = verdictOf(status);
  const parts = [
    status.connections.flatMap((connection) => connectionLines(connection, status.now, locale)),
    capped(
      status.alerts.map(
        (alert) =>
          `• ${alertName(alert)}, ${nameOf(status, alert.lineageId)}: ${alert.state}, alerted ${dayAndTime(alert.openedAt, locale)}`,
      ),
    ),
    capped(
      status.unfinishedActions.map(
        (action) =>
          `• ${ACTION_NAME[action.kind]} of ${nameOf(status, action.keyId)}, asked by ${actorMention(action.requestedBy)}: ${action.state}${action.problem === null ? '' : ` – ${escaped(action.problem)}`}`,
      ),
    ),
    capped(
      status.deadLetters.map(
        (row) => `• a message (${escaped(row.kind)}) could not be sent: ${escaped(row.problem ?? 'unknown')}`,
      ),
    ),
    capped(
      status.failedJobs.map(
        (run) => `• ${escaped(run.job)} failed at its last run: ${escaped(run.problem ?? 'unknown')}`,
      ),
    ),
  ].filter((lines) => lines.length > 0);
  const blocks: KnownBlock[] = [section(`*${verdict}*`), ...parts.flatMap(sections)];
  const settings = configLines.map(escaped).join('\n');
  const audit = `Audit log: ${plural(status.audit.count, 'entry').replace('entrys', 'entries')}, head ${status.audit.hash.slice(0, 12)}`;
  blocks.push(context([settings, audit].filter((line) => line !== '').join('\n')));
  return { text: [verdict, ...parts.flat(), settings, audit].join('\n'), blocks };
}

function verdictOf(status: Status): string {
  const blind = status.connections.filter(({ watermark }) => watermark?.failingSince);
  if (status.connections.length === 0) return 'Nothing is watched: no admin key is configured.';
  const unread = status.connections.filter(({ watermark }) => watermark === null);
  const drifting = status.connections.filter(({ costs }) => costs.kind === 'compared' && costs.verdict === 'drifts');
  const troubles = [
    unread.length > 0 ? `${unread.map(({ title }) => escaped(title)).join(', ')} not read yet` : '',
    blind.length > 0 ? `blind on ${blind.map(({ title }) => escaped(title)).join(', ')}` : '',
    drifting.length > 0 ? `costs off on ${drifting.map(({ title }) => escaped(title)).join(', ')}` : '',
    status.outbox.dead > 0 ? `${plural(status.outbox.dead, 'message')} given up` : '',
    status.unfinishedActions.length > 0 ? `${plural(status.unfinishedActions.length, 'action')} not done` : '',
    status.failedJobs.length > 0 ? `${plural(status.failedJobs.length, 'job')} failing` : '',
  ].filter((trouble) => trouble !== '');
  const alerts = status.alerts.length === 0 ? 'no open alert' : plural(status.alerts.length, 'open alert');
  return troubles.length === 0 ? `All is watched, ${alerts}.` : `${capital(troubles.join('; '))}; ${alerts}.`;
}

function nameOf({ slugs }: Status, id: string): string {
  return foreign(slugs.get(id) ?? 'a key that is gone');
}

function connectionLines(connection: ConnectionStatus, now: number, locale: Locale): readonly string[] {
  const costs = costStatusText(connection.costs, locale);
  const line = connectionLine(connection, now, locale);
  return costs === null ? [line] : [line, `  ◦ ${costs}`];
}

function connectionLine(
  { title, connectionId, keys, writable, watermark }: ConnectionStatus,
  now: number,
  locale: Locale,
) {
  const name = `• *${escaped(title)}* (${escaped(connectionId)})`;
  const rights = writable ? 'read and write' : 'read only';
  if (watermark === null) return `${name}: ${plural(keys, 'key')}, not polled yet, ${rights}`;
  if (watermark.failingSince !== null) {
    return `${name}: :warning: cannot be read since ${dayAndTime(watermark.failingSince, locale)} (${plural(watermark.missedPolls, 'poll')} missed): ${escaped(watermark.problem ?? '')}`;
  }
  const polled = watermark.polledAt === null ? 'never' : `${ago(now - watermark.polledAt)}`;
  const newest =
    watermark.newestUsageAt === null ? 'no usage seen' : `newest usage ${ago(now - watermark.newestUsageAt)}`;
  return `${name}: ${plural(keys, 'key')}, polled ${polled}, ${newest}, ${rights}`;
}

function ago(lengthMs: number): string {
  return lengthMs < MINUTE_MS ? 'just now' : `${formatLength(lengthMs)} ago`;
}

function capped(lines: readonly string[]): readonly string[] {
  return lines.length <= MAX_LINES ? lines : [...lines.slice(0, MAX_LINES), `• and ${lines.length - MAX_LINES} more`];
}
