import type { KnownBlock } from '@slack/types';
import { ACTION_DONE, ACTION_NAME, isRefused, isShown, isStop } from '../../domain/action.ts';
import { alertName } from '../../domain/alert.ts';
import type { Approval } from '../../domain/approval.ts';
import { severityRank } from '../../domain/finding.ts';
import type { KeyOwner, KeyStatus, Lineage } from '../../domain/key.ts';
import { formatMoney } from '../../domain/money.ts';
import { HOUR_MS } from '../../domain/time.ts';
import type { AlertCard } from '../../services/alerts/describe-alert.ts';
import type { RotationLink } from '../../services/rotation/rotation-link.ts';
import { PROGRESS } from './action-text.ts';
import { actLines, stepsText } from './alert-act.ts';
import { alertButtons, alertMenu } from './alert-buttons.ts';
import { expectedText, lifeText, otherKeyText } from './alert-life.ts';
import { actions, context, type Rendered, section, sections, TEXT_MAX } from './blocks.ts';
import { grantText } from './grant.ts';
import { capText } from './scope.ts';
import {
  actorMention,
  capital,
  capped,
  dayAndTime,
  escaped,
  footerText,
  foreign,
  instant,
  type Locale,
  mention,
  messageLink,
  mrkdwnSentence,
} from './text.ts';

const MAX_KEYS = 5;
// What a stopped key is called; providers' own words differ.
const STOPPED_WORD: Readonly<Partial<Record<KeyStatus, string>>> = {
  inactive: 'suspended',
  archived: 'revoked',
  expired: 'expired',
  gone: 'gone',
};

/** The one message of an alert, as it should look now. */
export function alertView(card: AlertCard, locale: Locale): Rendered {
  const verdict = verdictOf(card, locale);
  const figures = figuresOf(card, locale);
  const place = [placeLine(card, locale), ...keyLines(card, locale)].join('\n');
  const blocks: KnownBlock[] = [section(`*${verdict}*\n${figures}`), section(place)];
  const remarks = remarksOf(card, locale);
  blocks.push(...sections(remarks));
  const buttons = alertButtons(card);
  const menu = alertMenu(card);
  if (buttons.length + menu.length > 0) {
    blocks.push(actions(`alert_${card.alert.revision}_${card.key?.generation ?? 0}`, buttons, menu));
  }
  const footer = footerOf(card, locale);
  blocks.push(context(footer));
  return { text: capped([verdict, figures, place, ...remarks, footer].join('\n'), TEXT_MAX), blocks };
}

function verdictOf(card: AlertCard, locale: Locale): string {
  const { alert, lineage } = card;
  const doing = mrkdwnSentence(alert.headline, locale);
  const name = escaped(lineage.slug);
  if (alert.verdict !== null) return `${name} was ${doing}: ${expectedText(card)}.`;
  if (alert.state === 'resolved') return `${name} is quiet again${stillStopped(card)}. It was ${doing}.`;
  if (alert.state === 'contained') return `${name} is ${stoppedWord(card)}. It was ${doing}.`;
  if (card.lastAction !== null && isRefused(card.lastAction)) {
    return `${name} is ${doing}. Not ${ACTION_DONE[card.lastAction.kind].toLowerCase()} yet: stop it in the console.`;
  }
  if (card.lastAction?.state === 'pending' || card.lastAction?.state === 'running') {
    return `${name} is ${doing}. ${PROGRESS[card.lastAction.kind]}…`;
  }
  if (alert.state === 'acknowledged' && alert.acknowledgedBy !== null) {
    return `${name} is ${doing}. ${actorMention(alert.acknowledgedBy)} is on it.`;
  }
  return `${name} is ${doing}. ${nextStep(card)}`;
}

/** Two hours after a stop the alert closes by itself; the key does not come back by itself. */
function stillStopped({ key }: AlertCard): string {
  const stopped = key === null ? undefined : STOPPED_WORD[key.status];
  return stopped === undefined ? '' : `, and ${stopped}`;
}

function nextStep({ acts, key, alert }: AlertCard): string {
  const stopped = key === null ? undefined : STOPPED_WORD[key.status];
  if (stopped !== undefined) return `The key is already ${stopped}.`;
  if (severityRank(alert.severity) < severityRank('high')) return 'Nothing has to be done at once.';
  const mildest = acts[0];
  return mildest === undefined ? 'Stop it in the console.' : `${capital(mildest)} it?`;
}

function stoppedWord({ key, lastAction }: AlertCard): string {
  if (lastAction !== null && isShown(lastAction) && isStop(lastAction.kind))
    return ACTION_DONE[lastAction.kind].toLowerCase();
  return (key && STOPPED_WORD[key.status]) ?? 'stopped';
}

/**
 * While it runs, the newest figures, and the sum once the episode is longer than their window. When it is over only the
 * sum: a rate would be old news, and late usage makes the last window look harmless.
 */
function figuresOf({ alert }: AlertCard, locale: Locale): string {
  const sum = escaped(formatMoney(alert.lostMicroUsd, locale.currency));
  const spent = `${sum} spent since ${dayAndTime(alert.startedAt, locale)}.`;
  if (!isRunning(alert)) return spent;
  const reason = mrkdwnSentence(alert.reason, locale);
  const saysItAll = alert.dataUntil - alert.startedAt <= HOUR_MS || reason.startsWith(`${sum} in `);
  return saysItAll ? reason : `${reason}\n${spent}`;
}

function isRunning({ state }: AlertCard['alert']): boolean {
  return state === 'open' || state === 'acknowledged';
}

function placeLine({ key, lineage, providerTitle, scopeName, scope }: AlertCard, locale: Locale): string {
  const where = scopeName === null ? escaped(providerTitle) : `${escaped(providerTitle)} / ${foreign(scopeName)}`;
  return [
    `*Key* ${key?.hint ? foreign(key.hint) : 'hint unknown'}`,
    `*Where* ${where}`,
    `*Environment* ${lineage.environment}`,
    `*Owner* ${ownerText(lineage, key?.owner ?? null)}`,
    `*Cap* ${capText(scope, locale)}`,
  ].join(' · ');
}

/** Where several keys of one name spend, stopping one of them is not enough. */
function keyLines({ keyCosts }: AlertCard, locale: Locale): string[] {
  if (keyCosts.length < 2) return [];
  const more = keyCosts.length - MAX_KEYS;
  const keys = keyCosts.slice(0, MAX_KEYS).map(({ key, costMicroUsd }) => {
    const cost = escaped(formatMoney(costMicroUsd, locale.currency));
    return `${foreign(key.hint ?? key.label)} ${cost} (${STOPPED_WORD[key.status] ?? 'active'})`;
  });
  return [`*${keyCosts.length} keys spend* ${keys.join(' · ')}${more > 0 ? ` · and ${more} more` : ''}`];
}

/** For places without a heading, where `unknown` alone would say nothing. */
export function environmentText({ environment }: Lineage): string {
  return environment === 'unknown' ? 'environment unknown' : environment;
}

/** A service account is named as what it is: nobody can be asked. */
export function ownerText({ ownerSlackId, ownerStanding }: Lineage, owner: KeyOwner | null): string {
  if (ownerSlackId !== null)
    return `${mention(ownerSlackId)}${ownerStanding === 'claimed' ? ' (not confirmed yet)' : ''}`;
  const name = owner?.name ?? owner?.email ?? null;
  if (owner === null || name === null) return 'nobody';
  return owner.kind === 'service_account' ? `service account ${foreign(name)}` : `${foreign(name)} (not in Slack)`;
}

function remarksOf(card: AlertCard, locale: Locale): string[] {
  const { alert, lastAction, approval, consoleSteps, blind, key, otherKeys, rotation, grants } = card;
  const remarks = [
    ...otherKeys.map((other) => otherKeyText(other, locale)),
    ...grants.map((grant) => grantText(grant, locale)),
    ...(rotation === null ? [] : [rotationText(rotation, locale)]),
    ...(approval === null ? [] : [approvalText(approval, locale)]),
    ...actLines(card, locale),
  ];
  const isSaid = lastAction !== null && isRefused(lastAction);
  if (isRunning(alert) && consoleSteps !== null && key?.status === 'active' && !isSaid) {
    const why = key.kind === 'admin' ? 'An admin key is never stopped from here.' : 'No right to stop it from here.';
    remarks.push(stepsText(`${why} In`, consoleSteps));
  }
  if (blind?.failingSince) {
    remarks.push(
      `:warning: Usage cannot be read since ${dayAndTime(blind.failingSince, locale)}: ${escaped(blind.problem ?? '')}`,
    );
  }
  return remarks;
}

function approvalText({ kind, requestedBy, expiresAt }: Approval, locale: Locale): string {
  const what = `${capital(ACTION_NAME[kind])}, asked by ${actorMention(requestedBy)},`;
  return `${what} waits for a second person until ${instant(expiresAt, locale)}: see the thread.`;
}

/** How far it is stands in its own message, which is edited; this one need not be each time. */
function rotationText({ rotation, place }: RotationLink, locale: Locale): string {
  const where = messageLink('its thread', place, locale);
  return `A rotation is under way, driven by ${actorMention(rotation.driver)}: ${where}.`;
}

function footerOf(card: AlertCard, locale: Locale): string {
  const { alert } = card;
  const data = `data up to ${instant(alert.dataUntil, locale)}`;
  const life = lifeText(card, locale);
  const parts = [stateText(alert, locale), life, data, alert.severity, alertName(alert)];
  return footerText(
    parts.filter((part) => part !== null),
    locale,
  );
}

/** An acknowledged alert is open all the same; the headline says who is on it. */
function stateText({ state, openedAt, containedAt, closedAt }: AlertCard['alert'], locale: Locale): string {
  if (state === 'resolved') return `resolved ${dayAndTime(closedAt ?? openedAt, locale)}`;
  if (state === 'contained') return `contained since ${dayAndTime(containedAt ?? openedAt, locale)}`;
  return `open since ${dayAndTime(openedAt, locale)}`;
}
