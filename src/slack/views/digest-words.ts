import type { CapUse, DigestAction, DigestCampaign, DigestCard } from '../../domain/digest/card.ts';
import type { Check } from '../../domain/hygiene/checks.ts';
import { formatMoney, formatShare, roughMoney } from '../../domain/money.ts';
import type { SeenAlerts } from '../../domain/spend-alert.ts';
import { formatLength, plural } from '../../domain/time.ts';
import type { Place } from '../../services/rotation/rotation-link.ts';
import { campaignName, namesText } from './campaign-words.ts';
import { atRiskText } from './risk-words.ts';
import { actorMention, capital, dayAndTime, escaped, foreign, type Locale, messageLink } from './text.ts';

/** What is looked up when a digest is shown. */
export interface DigestLook {
  readonly locale: Locale;
  /** Of people; user groups have none. A name calls nobody, a mention would each week. */
  readonly nameOf: (userId: string) => string | null;
  /** Where an alert's message stands. */
  readonly placeOf: (alertId: string) => Place | null;
}

const NAMES_SHOWN = 3;

const NOUN: Readonly<Record<Check, (count: number) => string>> = {
  owned: (count) => `${plural(count, 'key')} without an owner`,
  used: (count) => `${count.toLocaleString('en-US')} unused`,
  capped: (count) => `${count.toLocaleString('en-US')} without a cap`,
  scoped: (count) => `${count.toLocaleString('en-US')} that share a project`,
  blast_radius: (count) => `${count.toLocaleString('en-US')} that nothing bounds`,
  young: (count) => `${count.toLocaleString('en-US')} older than a year`,
  alerts_answered: (count) => `${count.toLocaleString('en-US')} with an unanswered alert`,
  named: (count) => `${count.toLocaleString('en-US')} of which nobody says where they belong`,
  rotated: (count) => `${count.toLocaleString('en-US')} overdue for rotation`,
};

/** `12 keys without an owner (−7.4), 5 unused (−3.1)` */
export function lostText({ lost }: Pick<DigestCard, 'lost'>, count: number): string {
  return lost
    .slice(0, count)
    .map(({ check, keys, points }) => `${NOUN[check](keys)} (−${points})`)
    .join(', ');
}

/** `up 3`, `down 2`, `as last week`; null where there is nothing to compare with. */
export function changeText({ scoreChange }: Pick<DigestCard, 'scoreChange'>): string | null {
  if (scoreChange === null) return null;
  if (scoreChange === 0) return 'as last week';
  return scoreChange > 0 ? `up ${scoreChange}` : `down ${-scoreChange}`;
}

/** `$812 spent, 12 % more than the week before` */
export function spentText({ money: { spentMicroUsd, beforeMicroUsd } }: Pick<DigestCard, 'money'>, locale: Locale) {
  const spent = `*${escaped(formatMoney(spentMicroUsd, locale.currency))} spent*`;
  if (beforeMicroUsd === null) return spent;
  if (beforeMicroUsd === 0) return spentMicroUsd === 0 ? `${spent}, as the week before` : `${spent}, nothing before`;
  const change = (spentMicroUsd - beforeMicroUsd) / beforeMicroUsd;
  if (Math.abs(change) < 0.005) return `${spent}, as the week before`;
  return `${spent}, ${formatShare(change)} ${change > 0 ? 'more' : 'less'} than the week before`;
}

/** What is wrong with the figures themselves, before any of them is read. */
export function warningLines({ data, lateMs, paged, turn }: DigestCard, { locale }: DigestLook): readonly string[] {
  const parts = data.blind.map(
    ({ title, ms, isOver }) => `${foreign(title)} ${formatLength(ms)}${isOver ? '' : ', and still'}`,
  );
  return [
    ...(data.blindMs === 0
      ? []
      : [`*Blind for ${formatLength(data.blindMs)} this week* (${parts.join('; ')}): nobody watched then.`]),
    ...(lateMs === 0
      ? []
      : [`This comes ${formatLength(lateMs)} late: it was due ${dayAndTime(turn.dueAt, locale)}, when nothing ran.`]),
    ...(paged.isNobody ? ['*Nobody would be called tonight*: name active people under `roles` in policy.yml.'] : []),
  ].map((line) => `:warning: ${line}`);
}

/** Money and what the score lacks. */
export function summaryLines(card: DigestCard, { locale }: DigestLook): readonly string[] {
  const { money, lost, isNewFormula } = card;
  const amount = (microUsd: number) => escaped(formatMoney(microUsd, locale.currency));
  const { nearest } = money;
  return [
    `${spentText(card, locale)} · ${amount(money.monthMicroUsd)} this month`,
    ...riskLines(money, locale),
    ...(nearest === null
      ? []
      : [
          `Nearest to its cap: ${cappedText(nearest)}, ${amount(nearest.monthMicroUsd)} of ${amount(nearest.capMicroUsd)} this month`,
        ]),
    ...(lost.length === 0 ? [] : [`Points lost: ${lostText(card, NAMES_SHOWN)}`]),
    ...(isNewFormula ? ['The score is counted in a new way: it does not compare with last week’s.'] : []),
  ];
}

/** A cap of a project is no cap of its dearest key. */
function cappedText({ slug, origin = 'own', sharedWith = 0 }: CapUse): string {
  const name = `*${escaped(slug)}*`;
  if (origin === 'own' || origin === 'key') return name;
  return `the ${origin === 'org' ? 'organization' : origin} of ${name}${sharedWith === 0 ? '' : ` and ${plural(sharedWith, 'other key')}`}`;
}

/** Digests of before told one sum. */
function riskLines(
  { atRiskMicroUsd, rated, uncapped, notKnown }: DigestCard['money'],
  locale: Locale,
): readonly string[] {
  if (rated !== undefined && uncapped !== undefined) {
    const text = atRiskText({ atRiskMicroUsd, rated, uncapped, notKnown }, locale);
    return text === '' ? [] : [text];
  }
  const unknown = notKnown === 0 ? '' : `, ${plural(notKnown, 'key')} of unknown size left out`;
  const sum = escaped(formatMoney(atRiskMicroUsd, locale.currency));
  return [`*${sum} at risk*: what 48 hours could cost if the keys leaked now${unknown}`];
}

/** One thing to do, and why it is worth it. */
export function actionText(action: DigestAction, { locale, placeOf }: DigestLook): string {
  const { why, count, points, savesMicroUsd, spentMicroUsd, alert } = action;
  const reasons = [
    ...(alert === null ? [] : [messageLink(alert.name, placeOf(alert.alertId), locale)]),
    ...(savesMicroUsd === null ? [] : [`takes ${escaped(roughMoney(savesMicroUsd, locale.currency))} off the risk`]),
    ...(points === 0 ? [] : [`worth ${points} ${points === 1 ? 'point' : 'points'}`]),
    ...(spentMicroUsd === 0 ? [] : [`${escaped(formatMoney(spentMicroUsd, locale.currency))} this week`]),
  ];
  const others = count > 1 ? `, and ${plural(count - 1, 'more key')}` : '';
  return `*${WHAT[why](action, locale)}*${others}${reasons.length === 0 ? '' : `\n${reasons.join(' · ')}`}`;
}

type What = (action: DigestAction, locale: Locale) => string;

const slugOf: What = ({ slug }) => escaped(slug);
const capOf: What = ({ capMicroUsd }, locale) =>
  capMicroUsd === null ? '' : ` at ${escaped(formatMoney(capMicroUsd, locale.currency))} a month`;

const WHAT: Readonly<Record<DigestAction['why'], What>> = {
  alert: (action, locale) => `Answer the alert of ${slugOf(action, locale)}`,
  revocation: (action, locale) => `See to it that the old key of ${slugOf(action, locale)} ends`,
  cap_by_hand: (action, locale) =>
    `Cap the project or workspace of ${slugOf(action, locale)}${capOf(action, locale)} in its provider’s console`,
  cap_scope: (action, locale) => `Cap the project or workspace of ${slugOf(action, locale)}${capOf(action, locale)}`,
  enforce_cap: (action, locale) => `Have the cap of ${slugOf(action, locale)} enforced (policy.yml, caps.monthly)`,
  stop_key: (action, locale) => `Stop ${slugOf(action, locale)}, which nobody uses`,
  owned: (action, locale) => `Find an owner for ${slugOf(action, locale)}`,
  used: (action, locale) => `Stop ${slugOf(action, locale)}, unused for a month`,
  capped: (action, locale) => `Give ${slugOf(action, locale)} a cap`,
  scoped: (action, locale) => `Move ${slugOf(action, locale)} to a project of its own`,
  blast_radius: (action, locale) => `Bound ${slugOf(action, locale)} by a cap that stops it`,
  young: (action, locale) => `Rotate ${slugOf(action, locale)}, older than a year`,
  alerts_answered: (action, locale) => `Answer the alert of ${slugOf(action, locale)}`,
  named: (action, locale) => `Say where ${slugOf(action, locale)} belongs`,
  rotated: (action, locale) => `Rotate ${slugOf(action, locale)}, overdue`,
};

/** What happened: each line only where there is something. */
export function weekLines(card: DigestCard, look: DigestLook): readonly string[] {
  return [...catchLines(card, look), ...alertLines(card, look), ...rotationLines(card, look), ...oldLines(card)];
}

function catchLines({ catches }: DigestCard, { locale, placeOf }: DigestLook): readonly string[] {
  const shown = catches.slice(0, NAMES_SHOWN).map(({ alertId, name, slug, by, lostMicroUsd, afterMs }) => {
    const gone = lostMicroUsd === 0 ? '' : `, ${escaped(formatMoney(lostMicroUsd, locale.currency))} gone`;
    return `*Caught by ${actorMention(by)}*: ${escaped(slug)}, ${formatLength(afterMs)} after the alert${gone} (${messageLink(name, placeOf(alertId), locale)})`;
  });
  const more = catches.length - shown.length;
  const last = shown.pop();
  if (last === undefined) return [];
  const rest = more > 0 ? `, and ${more} more` : '';
  return [...shown, `${last}${rest}. Thank you.`].map((line) => `:clap: ${line}`);
}

function alertLines({ alerts }: DigestCard, { locale, placeOf }: DigestLook): readonly string[] {
  const { opened, open, quiet, answered, medianAnswerMs } = alerts;
  const answer = medianAnswerMs === null ? '' : `, ${answered} answered in ${formatLength(medianAnswerMs)} (median)`;
  const shown = open
    .slice(0, NAMES_SHOWN)
    .map(({ alertId, name, slug }) => `${messageLink(name, placeOf(alertId), locale)} ${escaped(slug)}`);
  const more = open.length - shown.length;
  const still = open.length === 0 ? '' : `; open: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return [
    ...(opened + open.length === 0 ? [] : [`*Alerts* ${opened} opened${answer}${still}`]),
    ...(quiet === 0 ? [] : [`*Noticed* ${plural(quiet, 'thing')} that called nobody: \`/keys quiet\``]),
  ];
}

function rotationLines({ rotations }: DigestCard, { locale }: DigestLook): readonly string[] {
  const { done, open, overdue, cancelled, pending, campaigns } = rotations;
  const counts = [
    ...(done === 0 ? [] : [`${done} done`]),
    ...(open === 0 ? [] : [`${open} under way`]),
    ...(overdue === 0 ? [] : [`${overdue} overdue`]),
    ...(cancelled === 0 ? [] : [`${cancelled} cancelled`]),
    ...campaigns.map((campaign) => campaignText(campaign, locale)),
  ];
  const since = Math.min(...pending.map((one) => one.since));
  const names = namesText(
    pending.map(({ slug }) => slug),
    NAMES_SHOWN,
  );
  return [
    ...(counts.length === 0 ? [] : [`*Rotations* ${counts.join(', ')}`]),
    ...(pending.length === 0
      ? []
      : [
          `:warning: *Not revoked yet*: ${names}, asked for since ${dayAndTime(since, locale)}; it is tried until done`,
        ]),
  ];
}

function campaignText(campaign: DigestCampaign, locale: Locale): string {
  const { state, startsAt, dueAt, done, keys, overdue, place = null } = campaign;
  const isStanding = state === 'announced' || state === 'running';
  const name = isStanding ? messageLink(campaignName(campaign), place, locale) : campaignName(campaign);
  if (state === 'announced') return `${name} begins ${dayAndTime(startsAt, locale)}`;
  const late = overdue === 0 ? '' : `, ${overdue} overdue`;
  if (isStanding)
    return `${name} ${done} of ${keys}${late}${dueAt === null ? '' : `, due ${dayAndTime(dueAt, locale)}`}`;
  const report = messageLink('report', place, locale);
  return `${name} ${done} of ${keys}, ${state}${late}${report === 'report' ? '' : ` (${report})`}`;
}

function oldLines({ unclaimed, staleProposals }: DigestCard): readonly string[] {
  return [
    ...(unclaimed.length === 0 ? [] : [`*Nobody claims* ${namesText(unclaimed, NAMES_SHOWN)} after two weeks`]),
    ...(staleProposals.length === 0 ? [] : [`*Proposed to delete* ${namesText(staleProposals, NAMES_SHOWN)}`]),
  ];
}

/** How fresh the figures are and how far off. */
export function dataText({ data: { latency, reconciled } }: Pick<DigestCard, 'data'>): string {
  const age =
    latency === null
      ? 'no usage arrived'
      : `usage seen ${formatLength(latency.p50Ms)} after the call, ${formatLength(latency.p95Ms)} at p95`;
  const off = reconciled.map(({ title, errorShare }) => `${formatShare(errorShare)} off the bill of ${foreign(title)}`);
  return capital([age, ...(off.length === 0 ? ['not compared with a bill yet'] : off)].join(' · '));
}

/** Whom an alert calls tonight, without calling them. */
export function pagedText({ paged }: Pick<DigestCard, 'paged'>, { nameOf }: DigestLook): string {
  if (paged.isNobody) return 'Tonight an alert calls nobody';
  const names = (ids: readonly string[]) =>
    ids.map((id) => foreign(nameOf(id) ?? (id.startsWith('S') ? 'the responders’ group' : id))).join(', ');
  const then = paged.admins.filter((id) => !paged.first.includes(id));
  return `Tonight an alert calls ${names(paged.first.length === 0 ? paged.admins : paged.first)}${paged.first.length === 0 || then.length === 0 ? '' : `, then ${names(then)}`}`;
}

/** `OpenAI alerts by itself in 3 of 5 projects; X and Y have none`: one sentence for each connection. */
export function secondAlarmTexts({ secondAlarms }: Pick<DigestCard, 'secondAlarms'>): readonly string[] {
  return secondAlarms.map(({ title, url, seen }) => {
    const name = foreign(title);
    const look = (what: string) => `<${url}|${what}>`;
    if (seen === null) return `Whether ${name} sends spend alerts of its own, its console says: ${look('check there')}`;
    const { isAsked, forAll, scopes, alarmed, unread } = seen;
    if (!isAsked) return `Whether ${name} sends spend alerts of its own was not read yet`;
    if (forAll !== true && alarmed === 0) {
      return forAll === false && unread === 0
        ? `*${name} sends no spend alert of its own*: ${look('set one')} as a second alarm`
        : `Whether ${name} sends spend alerts of its own could not be read: ${look('check in its console')}`;
    }
    const where = [
      ...(forAll === true ? ['for the whole organization'] : []),
      ...(alarmed > 0 ? [inScopes(seen)] : []),
    ];
    const gaps = forAll === true || alarmed === scopes ? [] : gapsOf(seen);
    return [`${name} alerts by itself ${where.join(' and ')}`, ...gaps].join('; ');
  });
}

function inScopes({ kind, scopes, alarmed }: SeenAlerts): string {
  return alarmed === scopes
    ? `in ${scopes === 1 ? `its ${kind}` : `all ${scopes} ${kind}s`}`
    : `in ${alarmed} of ${plural(scopes, kind)}`;
}

/** What an alert on everything would make up for. */
function gapsOf({ scopes, alarmed, unread, without }: SeenAlerts): readonly string[] {
  const more = scopes - alarmed - unread - without.length;
  const names = `${without.map((name) => foreign(name)).join(more > 0 ? ', ' : ' and ')}${more > 0 ? ` and ${more} more` : ''}`;
  return [
    ...(without.length === 0 ? [] : [`${names} ${without.length === 1 && more === 0 ? 'has' : 'have'} none`]),
    ...(unread === 0 ? [] : [`${unread} could not be read`]),
  ];
}
