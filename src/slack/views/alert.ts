import type { KnownBlock } from '@slack/types';
import { ACTION_DONE, ACTION_NAME } from '../../domain/action.ts';
import { alertName } from '../../domain/alert.ts';
import type { KeyOwner, KeyStatus, Lineage } from '../../domain/key.ts';
import { formatMoney } from '../../domain/money.ts';
import { HOUR_MS } from '../../domain/time.ts';
import type { KeyAct } from '../../ports/provider.ts';
import type { AccountCard } from '../../services/actions/account.ts';
import { REASON_MAX } from '../../services/actions/record-request.ts';
import type { AlertCard } from '../../services/alerts/describe-alert.ts';
import type { RotationLink } from '../../services/rotation/rotation-link.ts';
import { encodeButton, encodeChoice } from '../button-value.ts';
import { PROGRESS } from './action-text.ts';
import { actions, type ButtonSpec, context, type MenuSpec, type Rendered, section, TEXT_MAX } from './blocks.ts';
import { capText, namesText } from './scope.ts';
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
  plainForeign,
} from './text.ts';

export const ACT_LABEL: Readonly<Record<KeyAct, string>> = {
  suspend: 'Suspend…',
  restore: 'Restore…',
  revoke: 'Revoke…',
};
// What a stopped key is called; providers' own words differ.
const STOPPED_WORD: Readonly<Partial<Record<KeyStatus, string>>> = {
  inactive: 'suspended',
  archived: 'revoked',
  expired: 'expired',
  gone: 'gone',
};

export function deleteAccountButton(value: string, name: string): ButtonSpec {
  const accessibilityLabel = `Delete the account of ${name}`;
  return { actionId: 'account_delete', label: 'Delete account…', value, accessibilityLabel, style: 'danger' };
}

/** The one message of an alert, as it should look now. */
export function alertView(card: AlertCard, locale: Locale): Rendered {
  const verdict = verdictOf(card, locale);
  const figures = figuresOf(card, locale);
  const place = placeLine(card, locale);
  const blocks: KnownBlock[] = [section(`*${verdict}*\n${figures}`), section(place)];
  const remarks = remarksOf(card, locale);
  if (remarks.length > 0) blocks.push(section(remarks.join('\n')));
  const buttons = buttonsOf(card);
  const menu = menuOf(card);
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
  if (alert.state === 'resolved') return `${name} is quiet again${stillStopped(card)}. It was ${doing}.`;
  if (alert.state === 'contained') return `${name} is ${stoppedWord(card)}. It was ${doing}.`;
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

function nextStep({ acts, key }: AlertCard): string {
  const stopped = key === null ? undefined : STOPPED_WORD[key.status];
  if (stopped !== undefined) return `The key is already ${stopped}.`;
  const mildest = acts[0];
  return mildest === undefined ? 'Stop it in the console.' : `${capital(mildest)} it?`;
}

function stoppedWord({ key, lastAction }: AlertCard): string {
  const wasOurs = lastAction?.state === 'verified' && lastAction.kind !== 'restore';
  if (wasOurs) return ACTION_DONE[lastAction.kind].toLowerCase();
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
  const { alert, lastAction, consoleSteps, blind, key, account, rotation } = card;
  const remarks: string[] = rotation === null ? [] : [rotationText(rotation, locale)];
  if (lastAction !== null) {
    const who = actorMention(lastAction.requestedBy);
    if (lastAction.state === 'verified') {
      const at = dayAndTime(lastAction.verifiedAt ?? lastAction.requestedAt, locale);
      remarks.push(
        `${ACTION_DONE[lastAction.kind]} by ${who} · ${at} · reason: ${foreign(lastAction.reason, REASON_MAX)} · read back at the provider: ${key?.status ?? 'gone'}`,
      );
    } else if (lastAction.state === 'dismissed') {
      remarks.push(`${capital(lastAction.kind)} asked by ${who} was not done and is no longer wanted.`);
    } else if (lastAction.state === 'failed') {
      remarks.push(
        `${capital(ACTION_NAME[lastAction.kind])} asked by ${who} was not done: ${escaped(lastAction.problem ?? 'refused')}`,
      );
      if (account !== null) remarks.push(accountText(account));
    } else {
      const trouble = lastAction.problem === null ? '' : ` ${escaped(lastAction.problem)} Trying again.`;
      remarks.push(`${PROGRESS[lastAction.kind]}, asked by ${who}.${trouble}`);
    }
  }
  if (isRunning(alert) && consoleSteps !== null && key?.status === 'active') {
    const steps = consoleSteps.steps.map((step, index) => `${index + 1}. ${escaped(step)}`);
    remarks.push(
      `No right to stop it from here. In the <${consoleSteps.url}|provider’s console>:\n${steps.join('\n')}`,
    );
  }
  if (blind?.failingSince) {
    remarks.push(
      `:warning: Usage cannot be read since ${dayAndTime(blind.failingSince, locale)}: ${escaped(blind.problem ?? '')}`,
    );
  }
  return remarks;
}

/** How far it is stands in its own message, which is edited; this one need not be each time. */
function rotationText({ rotation, place }: RotationLink, locale: Locale): string {
  const where = messageLink('its thread', place, locale);
  return `A rotation is under way, driven by ${actorMention(rotation.driver)}: ${where}.`;
}

/** The way on when a key refuses to be revoked by itself. */
function accountText({ owner, siblings, refusal }: AccountCard): string {
  if (refusal !== null) return escaped(refusal);
  const name = foreign(owner.name ?? owner.id);
  if (siblings.length === 0) return `Deleting its service account ${name} stops it; the account has no other key.`;
  return `Deleting its service account ${name} stops it, and with it ${namesText(siblings)}.`;
}

function buttonsOf({ alert, key, acts, lineage, lastAction, account }: AlertCard): ButtonSpec[] {
  if (key === null) return [];
  // While one act is under way the card shows no button that could race it.
  if (lastAction?.state === 'pending' || lastAction?.state === 'running') return [];
  const value = encodeButton({ alertId: alert.id, keyId: key.id, generation: key.generation });
  const name = `${lineage.slug} ${plainForeign(key.hint ?? '')}`;
  const buttons = [stopButton({ alert, acts, account }, value, name)].filter((button) => button !== null);
  if (alert.state !== 'resolved' && key.kind !== 'admin') {
    buttons.push(
      { actionId: 'key_rotate', label: 'Rotate…', value, accessibilityLabel: `Rotate ${name}` },
      { actionId: 'cap_raise', label: 'Raise cap…', value, accessibilityLabel: `Raise the cap of ${name}` },
    );
  }
  return buttons;
}

/** The mildest way to stop it, or to undo that; what is over can be undone, a new stop needs a new reason. */
function stopButton(
  { alert, acts, account }: Pick<AlertCard, 'alert' | 'acts' | 'account'>,
  value: string,
  name: string,
): ButtonSpec | null {
  if (account?.refusal === null) return deleteAccountButton(value, name);
  const act = alert.state === 'resolved' ? acts.find((one) => one === 'restore') : acts[0];
  if (act === undefined) return null;
  const style = act === 'revoke' ? 'danger' : act === 'suspend' ? 'primary' : undefined;
  const accessibilityLabel = `${capital(act)} ${name}`;
  return { actionId: `key_${act}`, label: ACT_LABEL[act], value, accessibilityLabel, ...(style ? { style } : {}) };
}

/** All that is not one of the three buttons. */
function menuOf({ alert, key }: AlertCard): MenuSpec {
  if (key === null) return [];
  const button = { alertId: alert.id, keyId: key.id, generation: key.generation };
  const choices: readonly (readonly [choice: string, label: string, offered: boolean])[] = [
    ['ack', 'Acknowledge', alert.state === 'open'],
    ['snooze', 'Snooze…', isRunning(alert)],
    ['ours', 'This was us…', alert.state !== 'resolved'],
    ['brakes', 'Other brakes…', alert.state !== 'resolved' && key.scopeId !== null],
    ['show', 'Show key', true],
  ];
  return choices
    .filter(([, , offered]) => offered)
    .map(([choice, label]) => ({ label, value: encodeChoice(choice, button) }));
}

function footerOf({ alert }: AlertCard, locale: Locale): string {
  const data = `data up to ${instant(alert.dataUntil, locale)}`;
  return footerText([stateText(alert, locale), data, alert.severity, alertName(alert)], locale);
}

/** An acknowledged alert is open all the same; the headline says who is on it. */
function stateText({ state, openedAt, containedAt, closedAt }: AlertCard['alert'], locale: Locale): string {
  if (state === 'resolved') return `resolved ${dayAndTime(closedAt ?? openedAt, locale)}`;
  if (state === 'contained') return `contained since ${dayAndTime(containedAt ?? openedAt, locale)}`;
  return `open since ${dayAndTime(openedAt, locale)}`;
}
