import type { KnownBlock } from '@slack/types';
import { ACTION_DONE, ACTION_NAME, type ActionKind, isKeyAct } from '../../domain/action.ts';
import { actorText } from '../../domain/actor.ts';
import type { GrantTold } from '../../domain/grant.ts';
import { formatMoney, US_DOLLAR } from '../../domain/money.ts';
import { formatLength, plural } from '../../domain/time.ts';
import type { AlertEvent } from '../../ports/store.ts';
import { CAP_KEEPER, POLICY_ACTORS } from '../../services/actions/policy-stop.ts';
import { REASON_MAX } from '../../services/actions/record-request.ts';
import { encodeButton } from '../button-value.ts';
import { ASKED } from './action-text.ts';
import { raiseButton, undoButton } from './alert-buttons.ts';
import { actions, type Rendered, section, TEXT_MAX } from './blocks.ts';
import { grantWords } from './grant.ts';
import { testEndText } from './test-alert.ts';
import { actorMention, capped, dayAndTime, escaped, foreign, instant, type Locale, mention } from './text.ts';

const PLAIN: Locale = { currency: US_DOLLAR, timezone: 'UTC' };

export interface EventSetting {
  readonly locale?: Locale;
  /** A responder may still confirm what the owner said. */
  readonly isConfirmable?: boolean;
  /** The link of an event about a rotation. */
  readonly rotation?: string;
}

/** One line of history in the alert's thread. Null for events that the root message tells well enough. */
export function alertEventView(event: AlertEvent, setting: EventSetting = {}): Rendered | null {
  const { locale = PLAIN, isConfirmable = false, rotation = 'its thread' } = setting;
  const text =
    actionLine(event, locale) ?? rotationLine(event, rotation) ?? grantLine(event, locale) ?? lifeLine(event, locale);
  if (text === null) return null;
  const isAnswer = event.kind !== 'owner_confirmed' && event.detail['acknowledged'] === true;
  const lines = isAnswer ? `${text}\nThat acknowledges the alert.` : text;
  const asksToConfirm = event.kind === 'owner_confirmed' && isConfirmable;
  const blocks = [section(lines), ...(asksToConfirm ? [confirmButton(event)] : undoOf(event))];
  return { text: capped(lines, TEXT_MAX), blocks };
}

function confirmButton({ alertId }: AlertEvent) {
  const value = encodeButton({ alertId, keyId: '', generation: 0 });
  return actions('confirm', [{ actionId: 'alert_confirm', label: 'Confirm it was us', value }]);
}

function actionLine({ kind, actor, detail }: AlertEvent, locale: Locale): string | null {
  const act = String(detail['kind'] ?? 'act');
  const who = actorMention(actor);
  const done = doneWord(act);
  switch (kind) {
    case 'action_requested':
      if (POLICY_ACTORS.has(actor)) return policyStopText(actor, detail);
      return `${who} asked to ${askedText(act, detail)}${agreedText(detail)}${untilText(detail, locale)}: ${reasonIn(detail)}`;
    case 'action_confirmed':
      return `${done}: ${shownText(act, detail)}. Whether usage stays zero is checked.`;
    case 'action_verified':
      return typeof detail['checkedUntil'] === 'number'
        ? `Proven: no usage after ${instantOf(detail, 'silentFrom', locale)} (checked up to ${instantOf(detail, 'checkedUntil', locale)}).`
        : `${done}: ${shownText(act, detail)}.`;
    case 'action_used_after':
      return usedAfterText(detail, locale);
    case 'action_overtaken':
      return ':warning: The key is active again, and not from here: somebody has started it at the provider.';
    case 'action_refused':
      return `${notDone(act)} yet: ${escaped(String(detail['problem'] ?? ''))} It is tried again, at most an hour apart, until it is done or somebody stops trying.`;
    case 'action_delayed':
      return `${notDone(act)} yet: ${escaped(String(detail['problem'] ?? ''))} It is tried again until it is done.`;
    case 'action_failed':
      return `${notDone(act)}: ${escaped(String(detail['problem'] ?? ''))}`;
    case 'action_dismissed':
      return isKnown(act) && !isKeyAct(act)
        ? `${who} dismissed it: the ${ACTION_NAME[act]} is no longer wanted.`
        : `${who} dismissed it: the key is not to be ${done.toLowerCase()} any more.`;
    default:
      return null;
  }
}

function rotationLine({ kind, actor, detail }: AlertEvent, rotation: string): string | null {
  const who = actorMention(actor);
  switch (kind) {
    case 'rotation_started':
      return `Rotation started by ${who}: ${rotation} in this channel leads through the steps.`;
    case 'rotation_done':
      return `Rotated in ${formatLength(Number(detail['lengthMs'] ?? 0))}: ${rotation} says who did what.`;
    case 'rotation_cancelled':
      return `${who} cancelled the rotation: ${rotation} says why.`;
    case 'merged':
      return `The key has taken over from another one: what it does is told in KS-${Number(detail['into'])} from here on.`;
    default:
      return null;
  }
}

function grantLine({ kind, actor, detail }: AlertEvent, locale: Locale): string | null {
  switch (kind) {
    case 'own_cap_raised':
      return `${actorMention(actor)} raised the own cap from ${foreign(String(detail['from']))} to ${newValue(detail)}${untilText(detail, locale)}: ${reasonIn(detail)}`;
    case 'grant_ending':
    case 'grant_ended': {
      const { verdict, lines } = grantWords(detail as unknown as GrantTold, locale);
      return [verdict, ...lines].join('\n');
    }
    default:
      return null;
  }
}

function lifeLine({ kind, actor, detail }: AlertEvent, locale: Locale): string | null {
  const who = actorMention(actor);
  switch (kind) {
    case 'acknowledged':
      return `${who} is on it.`;
    case 'snoozed':
      return `${who} snoozed it until ${when(detail['until'], locale)}: ${reasonIn(detail)}`;
    case 'snooze_over':
      return 'The snooze is over.';
    case 'expected':
      return `${who} says that it was expected: ${reasonIn(detail)}\nAbout as much may go on until ${when(detail['until'], locale)}; twice as much opens the alert again.`;
    case 'not_expected':
      return `${who} says that it was not expected after all: the alert is open again.`;
    case 'reopened':
      return detail['expectedUntil'] === undefined
        ? 'It spends again: the alert is open again.'
        : 'It is more, or goes on for longer, than was called expected: the alert is open again.';
    case 'worse':
      return `It got worse: ${escaped(String(detail['severity'] ?? ''))} now.`;
    case 'loss':
      return `More than ${escaped(formatMoney(Number(detail['lostMicroUsd'] ?? 0), locale.currency))} is lost by now.`;
    case 'resolved':
      return resolvedText(detail);
    case 'window_exceeded':
      return `${actorMention(String(detail['by']))} expected ${moneyIn(detail, 'ceilingMicroUsd', locale)} until ${when(detail['until'], locale)}: ${moneyIn(detail, 'spentMicroUsd', locale)} is spent.`;
    case 'window_over':
      return `The window in which ${actorMention(String(detail['by']))} expected ${moneyIn(detail, 'ceilingMicroUsd', locale)} is over.`;
    case 'cap_step':
      return `${Number(detail['percent'])} % of ${detail['cap'] === 'own' ? 'its own' : 'the provider’s'} monthly cap is spent.`;
    case 'test_ended':
      return testEndText(detail);
    default:
      return callLine({ kind, actor, detail });
  }
}

function resolvedText({ standing, isCap, held }: AlertEvent['detail']): string {
  if (standing === true && isCap === false) return 'Nothing further was found for a day: closed. It is as it was.';
  if (held === true) return 'What is still found is held back: closed. `/keys quiet` lists it.';
  return standing === true
    ? 'No further step of the cap was crossed: closed. What was spent this month still counts.'
    : 'Two hours of complete data below the threshold: resolved by itself.';
}

function moneyIn(detail: AlertEvent['detail'], name: string, { currency }: Locale): string {
  return escaped(formatMoney(Number(detail[name] ?? 0), currency));
}

function callLine({ kind, actor, detail }: Pick<AlertEvent, 'kind' | 'actor' | 'detail'>): string | null {
  const who = actorMention(actor);
  switch (kind) {
    case 'owner_asked':
      return 'Nobody has acknowledged: the owner is asked by direct message whether it was them.';
    case 'owner_denied':
      return `${who} says it was not them.`;
    case 'owner_confirmed':
      return ownerYesText(who, detail);
    case 'escalated':
      return escalatedText(detail);
    default:
      return null;
  }
}

function ownerYesText(who: string, detail: AlertEvent['detail']): string {
  if (detail['isTest'] === true) return `${who} answered the test’s question with yes, and is on it.`;
  const has = detail['acknowledged'] === true ? ' and is on it' : '';
  return `${who} says it was them${has}. A responder has to confirm that.`;
}

const WHY: Readonly<Record<string, string>> = {
  no_owner: 'The key has no owner to ask',
  owner_away: 'The owner cannot be asked',
  owner_not_reached: 'The direct message to the owner could not be delivered',
};

function escalatedText(detail: AlertEvent['detail']): string {
  const to = detail['to'] === 'admins' ? 'admins' : 'responders';
  const waited = Number(detail['waitedMs'] ?? 0);
  const why = WHY[String(detail['why'])] ?? `Nobody has acknowledged for ${formatLength(waited)}`;
  const would = detail['wouldCall'];
  if (would !== undefined) return `${why}: a real alert would call ${escaped(String(would))} now.`;
  return `${why}: the ${to} are called.`;
}

function when(at: AlertEvent['detail'][string] | undefined, locale: Locale): string {
  return typeof at === 'number' ? dayAndTime(at, locale) : 'later';
}

function reasonIn(detail: AlertEvent['detail']): string {
  return foreign(String(detail['reason'] ?? ''), REASON_MAX);
}

const ENFORCED_TEXT =
  'It stays suspended until somebody takes that back; raise the cap first if more is to be spent. It is not done again this month.';

/** Nobody has clicked, so those are told who could take it back. */
function policyStopText(actor: string, detail: AlertEvent['detail']): string {
  const ids = String(detail['people'] ?? '')
    .split(' ')
    .filter((id) => /^[UWS][A-Z0-9]{2,}$/.test(id));
  const whom = ids.map((id) => ` ${mention(id)}`).join('');
  const next = actor === actorText(CAP_KEEPER) ? ENFORCED_TEXT : 'Undo takes it back.';
  return `Keysteward suspends the key by itself: ${reasonIn(detail)}. ${next}${whom}`;
}

function usedAfterText(detail: AlertEvent['detail'], locale: Locale): string {
  const cost = Number(detail['costMicroUsd'] ?? 0);
  const what = cost === 0 ? 'Something without a known price' : formatMoney(cost, locale.currency);
  const batches = detail['batchesOnly'] === true ? ', all of it batches' : '';
  return `:warning: ${escaped(what)} was used after ${instantOf(detail, 'silentFrom', locale)} although it was stopped${batches}. The provider is asked again.`;
}

function instantOf(detail: AlertEvent['detail'], name: string, locale: Locale): string {
  return instant(Number(detail[name] ?? 0), locale);
}

/** Where policy has stopped a key, the way back is under the line that says so. */
function undoOf({ alertId, detail, kind }: AlertEvent): KnownBlock[] {
  const { undoKeyId: keyId, undoGeneration: generation } = detail;
  if (kind !== 'action_confirmed' || typeof keyId !== 'string' || typeof generation !== 'number') return [];
  const value = encodeButton({ alertId, keyId, generation });
  const undo = undoButton(value, 'the key');
  const raise = detail['atCap'] === true ? [raiseButton(value, 'the key')] : [];
  return [actions(`undo_${generation}`, [undo, ...raise])];
}

function askedText(act: string, detail: AlertEvent['detail']): string {
  const asked = isKnown(act) ? ASKED[act] : `${escaped(act)} the key`;
  return detail['to'] === undefined ? asked : `${asked} from ${foreign(String(detail['from']))} to ${newValue(detail)}`;
}

/** How an act that takes two people came to be. */
function agreedText({ approvedBy, alone }: AlertEvent['detail']): string {
  if (typeof approvedBy === 'string') return `, approved by ${actorMention(approvedBy)}`;
  return alone === undefined ? '' : ', alone';
}

function untilText({ until }: AlertEvent['detail'], locale: Locale): string {
  return typeof until === 'number' ? ` until ${dayAndTime(until, locale)}` : '';
}

function shownText(act: string, detail: AlertEvent['detail']): string {
  if (act === 'delete_owner')
    return `the provider shows none of its ${plural(Number(detail['keys'] ?? 1), 'key')} any more`;
  if (detail['to'] !== undefined) return `the provider now shows ${newValue(detail)}`;
  return `the provider now shows the key as ${escaped(String(detail['status'] ?? 'unknown'))}`;
}

function newValue(detail: AlertEvent['detail']): string {
  return foreign(String(detail['to']));
}

/** `Not suspended`, `Cap not changed`. */
function notDone(act: string): string {
  const done = doneWord(act);
  const noun = /^(.+) (changed|deleted)$/.exec(done);
  return noun === null ? `Not ${done.toLowerCase()}` : `${noun[1]} not ${noun[2]}`;
}

function isKnown(act: string): act is ActionKind {
  return Object.hasOwn(ACTION_DONE, act);
}

/** A row of a later version may name an act that this one does not know. */
function doneWord(act: string): string {
  return isKnown(act) ? ACTION_DONE[act] : 'Done';
}
