import type { KnownBlock } from '@slack/types';
import { ACTION_NAME, type Action, hangs, isRefused, silentFrom } from '../../domain/action.ts';
import { alertName } from '../../domain/alert.ts';
import { LEARNING_DAYS } from '../../domain/baseline.ts';
import { DAY_MS, formatLength, MINUTE_MS, plural } from '../../domain/time.ts';
import type { InventoryRead } from '../../ports/watch.ts';
import { audienceText } from '../../services/notices/report-audience.ts';
import type { RotationLink } from '../../services/rotation/rotation-link.ts';

import type { ConnectionStatus, EventLogStatus, Status } from '../../services/status/read-status.ts';
import { missingScopeText } from '../scopes.ts';
import { expiryText } from './admin-key-expiry.ts';
import { lifeText } from './alert-life.ts';
import { context, type Rendered, section, sections } from './blocks.ts';
import { campaignName } from './campaign-words.ts';
import { costStatusText } from './costs.ts';
import { deliveryLines, deliveryTroubles } from './deliveries.ts';
import { lastDrillText } from './drill.ts';
import { grantText } from './grant.ts';
import { nextText, progressText } from './rotation-words.ts';
import { pagedText } from './test-alert.ts';
import { actorMention, capital, dayAndTime, escaped, foreign, instant, type Locale, messageLink } from './text.ts';

export interface StatusOptions {
  readonly locale: Locale;
  readonly configLines: readonly string[];
}

const MAX_LINES = 10;

export function statusView(status: Status, { locale, configLines }: StatusOptions): Rendered {
  const verdict = verdictOf(status);
  const parts = [
    status.connections.flatMap((connection) => connectionLines(connection, status.now, locale)),
    learningLines(status),
    capped(
      status.alerts.map(
        (alert) =>
          `• ${alertName(alert)}, ${nameOf(status, alert.lineageId)}: ${alert.state}, alerted ${dayAndTime(alert.openedAt, locale)}${lifeOf(status, alert, locale)}`,
      ),
    ),
    [`Called by the next alert: ${pagedText(status.paged.first)}; last of all ${pagedText(status.paged.admins)}.`],
    capped(status.unfinishedActions.map((action) => actionLine(status, action, locale))),
    capped(
      status.campaigns.map(
        (campaign) => `• ${campaignName(campaign)}: ${campaign.state}, ${campaignWhen(campaign, locale)}`,
      ),
    ),
    status.lastDrill === null
      ? []
      : [`• ${lastDrillText(status.lastDrill, nameOf(status, status.lastDrill.lineageId), locale)}`],
    capped(status.rotations.map((link) => rotationLine(status, link, locale))),
    capped(
      status.approvals.map(
        (approval) =>
          `• ${ACTION_NAME[approval.kind]} of ${nameOf(status, approval.keyId)}, asked by ${actorMention(approval.requestedBy)}: waits for a second person until ${instant(approval.expiresAt, locale)}`,
      ),
    ),
    capped(status.expiringAdminKeys.map((key) => `:warning: ${expiryText(key, status.now, locale)}`)),
    status.missingScopes.map(({ scope }) => `:warning: ${escaped(missingScopeText([scope]))}`),
    status.audiences.map((audience) => `:warning: ${escaped(audienceText(audience))}.`),
    capped(status.endingGrants.map((grant) => `• ${nameOf(status, grant.keyId)}: ${grantText(grant, locale)}`)),
    capped(
      // What a channel has refused is told with the channel.
      status.deadLetters
        .filter(({ refusedBy }) => refusedBy === null)
        .map((row) => `• a message (${escaped(row.kind)}) could not be sent: ${escaped(row.problem ?? 'unknown')}`),
    ),
    capped(deliveryLines(status, locale)),
    capped(
      status.failedJobs.map(
        (run) => `• ${escaped(run.job)} failed at its last run: ${escaped(run.problem ?? 'unknown')}`,
      ),
    ),
    needsReview(status)
      ? ['On the server `keysteward review` shows what was given up, sends it again or dismisses it.']
      : [],
  ].filter((lines) => lines.length > 0);
  const blocks: KnownBlock[] = [section(`*${verdict}*`), ...parts.flatMap(sections)];
  const settings = configLines.map(escaped).join('\n');
  const audit = `Audit log: ${plural(status.audit.count, 'entry').replace('entrys', 'entries')}, head ${status.audit.hash.slice(0, 12)}`;
  blocks.push(context([settings, audit].filter((line) => line !== '').join('\n')));
  return { text: [verdict, ...parts.flat(), settings, audit].join('\n'), blocks };
}

/** A new company is watched by absolute amounts until its days are known. */
function learningLines({ learning }: Status): readonly string[] {
  if (learning.learning === 0) return [];
  const keys = `${learning.learning.toLocaleString('en-US')} of ${plural(learning.of, 'key')} with traffic`;
  return [
    `Learning what is usual: of ${keys} fewer than ${LEARNING_DAYS} days are known; \`/keys show\` says how many.`,
  ];
}

function lifeOf({ nextCalls }: Status, alert: Status['alerts'][number], locale: Locale): string {
  const text = lifeText({ alert, nextCall: nextCalls.get(alert.id) ?? null }, locale);
  return text === null ? '' : `, ${text}`;
}

function verdictOf(status: Status): string {
  const blind = status.connections.filter(({ watermark }) => watermark?.failingSince);
  if (status.connections.length === 0) return 'Nothing is watched: no admin key is configured.';
  const unlisted = status.connections.filter(({ inventory }) => inventory?.failingSince);
  const unread = status.connections.filter(({ watermark }) => watermark === null);
  const drifting = status.connections.filter(({ costs }) => costs.kind === 'compared' && costs.verdict === 'drifts');
  const notDone = status.unfinishedActions.filter(({ state }) => state !== 'confirmed').length;
  const troubles = [
    unread.length > 0 ? `${unread.map(({ title }) => escaped(title)).join(', ')} not read yet` : '',
    unlisted.length > 0 ? `key list of ${unlisted.map(({ title }) => escaped(title)).join(', ')} cannot be read` : '',
    blind.length > 0 ? `blind on ${blind.map(({ title }) => escaped(title)).join(', ')}` : '',
    drifting.length > 0 ? `costs off on ${drifting.map(({ title }) => escaped(title)).join(', ')}` : '',
    ...deliveryTroubles(status),
    scopesText(status),
    status.outbox.dead > 0 ? `${plural(status.outbox.dead, 'message')} given up` : '',
    notDone > 0 ? `${plural(notDone, 'action')} not done` : '',
    status.failedJobs.length > 0 ? `${plural(status.failedJobs.length, 'job')} failing` : '',
  ].filter((trouble) => trouble !== '');
  const alerts = status.alerts.length === 0 ? 'no open alert' : plural(status.alerts.length, 'open alert');
  return troubles.length === 0 ? `All is watched, ${alerts}.` : `${capital(troubles.join('; '))}; ${alerts}.`;
}

function scopesText({ missingScopes }: Status): string {
  return missingScopes.length === 0 ? '' : `the app lacks ${plural(missingScopes.length, 'Slack scope')}`;
}

function needsReview({ deadLetters, unfinishedActions }: Status): boolean {
  return deadLetters.length > 0 || unfinishedActions.some((action) => action.state === 'failed' || isRefused(action));
}

/** What it waits for: a proof, the next try, or a person. */
function actionLine(status: Status, action: Action, locale: Locale): string {
  const { kind, keyId, requestedBy, state, attempts, notBeforeAt, problem } = action;
  const what = `• ${ACTION_NAME[kind]} of ${nameOf(status, keyId)}, asked by ${actorMention(requestedBy)}`;
  if (state === 'confirmed') {
    return `${what}: done ${dayAndTime(action.executedAt ?? action.requestedAt, locale)}, checking that usage stays zero after ${instant(silentFrom(action), locale)}`;
  }
  const why = problem === null ? '' : ` – ${escaped(problem)}`;
  if (!hangs(action)) return `${what}: ${state}${why}`;
  const next = state === 'running' ? 'tried again now' : `tried again ${dayAndTime(notBeforeAt, locale)}`;
  return `${what}: ${isRefused(action) ? 'refused' : 'not done yet'} (${plural(attempts, 'try').replace('trys', 'tries')}), ${next}${why}`;
}

function nameOf({ slugs }: Status, id: string): string {
  return foreign(slugs.get(id) ?? 'a key that is gone');
}

/** One line for the usage, and one each for what else is read. */
function connectionLines(connection: ConnectionStatus, now: number, locale: Locale): readonly string[] {
  const { inventory, events } = connection;
  const further = [
    inventory === null ? null : inventoryText(inventory, now, locale),
    events === null ? null : eventsText(events, now, locale),
    costStatusText(connection.costs, locale),
  ];
  return [
    connectionLine(connection, now, locale),
    ...further.filter((text) => text !== null).map((text) => `    ◦ ${text}`),
  ];
}

function inventoryText({ readAt, failingSince, problem }: InventoryRead, now: number, locale: Locale): string | null {
  if (failingSince !== null) {
    return `:warning: key list cannot be read since ${dayAndTime(failingSince, locale)}: ${escaped(problem ?? '')}`;
  }
  return readAt === null ? null : `key list read ${ago(now - readAt)}`;
}

/** An empty log is not proof of a quiet night: some are off without saying so. */
function eventsText({ watermark, setup }: EventLogStatus, now: number, locale: Locale): string {
  const howTo = setup === null ? '' : ` ${escaped(setup)}`;
  if (watermark === null) return 'provider events: not read yet';
  const { availability, failingSince, newestEventAt, problem, readUntil } = watermark;
  if (failingSince !== null) {
    return `:warning: provider events: cannot be read since ${dayAndTime(failingSince, locale)}: ${escaped(problem ?? '')}`;
  }
  if (availability === 'not_enabled') {
    return `provider events: not enabled.${howTo} Events are kept from then on only.`;
  }
  if (readUntil === null) return 'provider events: not read yet';
  const until = now - readUntil < DAY_MS ? instant(readUntil, locale) : dayAndTime(readUntil, locale);
  if (newestEventAt !== null) return `provider events: read until ${until}`;
  return `provider events: read until ${until}, none so far. Should there be some, the log may be off:${howTo}`;
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

function campaignWhen({ startedAt, startsAt, dueAt }: Status['campaigns'][number], locale: Locale): string {
  if (startedAt === null) return `begins ${dayAndTime(startsAt, locale)}`;
  return dueAt === null ? `since ${dayAndTime(startedAt, locale)}` : `due ${dayAndTime(dueAt, locale)}`;
}

/** The next step and how long it has been going on: what nobody drives any more shows. */
function rotationLine(status: Status, { rotation, oldKeyStatus, place }: RotationLink, locale: Locale): string {
  const name = messageLink(`rotation of ${nameOf(status, rotation.lineageId)}`, place, locale);
  const age = `begun ${ago(status.now - rotation.startedAt)}`;
  if (rotation.rollback !== null) {
    const restoring = status.restoring.get(rotation.id);
    const why =
      restoring === undefined
        ? ''
        : `: its former secret is not back yet: ${escaped(restoring.problem)} Tried again ${dayAndTime(restoring.nextTryAt, locale)}`;
    return `• ${name}: goes back to its old key${why}`;
  }
  return `• ${name}: ${progressText(rotation)}, ${nextText(rotation, oldKeyStatus)}, ${age}, driven by ${actorMention(rotation.driver)}`;
}

function ago(lengthMs: number): string {
  return lengthMs < MINUTE_MS ? 'just now' : `${formatLength(lengthMs)} ago`;
}

function capped(lines: readonly string[]): readonly string[] {
  return lines.length <= MAX_LINES ? lines : [...lines.slice(0, MAX_LINES), `• and ${lines.length - MAX_LINES} more`];
}
