import { ACTION_DONE, ACTION_NAME, type ActionKind, isKeyAct } from '../../domain/action.ts';
import { formatLength, plural } from '../../domain/time.ts';
import type { AlertEvent } from '../../ports/store.ts';
import { REASON_MAX } from '../../services/actions/record-request.ts';
import { ASKED } from './action-text.ts';
import { type Rendered, section, TEXT_MAX } from './blocks.ts';
import { actorMention, capped, escaped, foreign } from './text.ts';

/** One line of history in the alert's thread. Null for events that the root message tells well enough. */
/** `rotation`: where the link of an event about one leads. */
export function alertEventView(event: AlertEvent, rotation: string | null = null): Rendered | null {
  const text = lineOf(event, rotation);
  return text === null ? null : { text: capped(text, TEXT_MAX), blocks: [section(text)] };
}

function lineOf({ kind, actor, detail }: AlertEvent, rotation: string | null): string | null {
  const act = String(detail['kind'] ?? 'act');
  const who = actorMention(actor);
  const done = doneWord(act);
  switch (kind) {
    case 'action_requested':
      return `${who} asked to ${askedText(act, detail)}${agreedText(detail)}: ${foreign(String(detail['reason'] ?? ''), REASON_MAX)}`;
    case 'action_verified':
      return `${done}: ${shownText(act, detail)}.`;
    case 'action_delayed':
      return `${notDone(act)} yet: ${escaped(String(detail['problem'] ?? ''))} It is tried again until it is done.`;
    case 'action_failed':
      return `${notDone(act)}: ${escaped(String(detail['problem'] ?? ''))}`;
    case 'action_dismissed':
      return isKnown(act) && !isKeyAct(act)
        ? `${who} dismissed it: the ${ACTION_NAME[act]} is no longer wanted.`
        : `${who} dismissed it: the key is not to be ${done.toLowerCase()} any more.`;
    case 'rotation_started':
      return `Rotation started by ${who}: ${rotation ?? 'its thread'} in this channel leads through the steps.`;
    case 'rotation_done':
      return `Rotated in ${formatLength(Number(detail['lengthMs'] ?? 0))}: ${rotation ?? 'its thread'} says who did what.`;
    case 'rotation_cancelled':
      return `${who} cancelled the rotation: ${rotation ?? 'its thread'} says why.`;
    case 'merged':
      return `The key has taken over from another one: what it does is told in KS-${Number(detail['into'])} from here on.`;
    case 'acknowledged':
      return `${who} is on it.`;
    case 'reopened':
      return 'It spends again: the alert is open again.';
    case 'worse':
      return `It got worse: ${escaped(String(detail['severity'] ?? ''))} now.`;
    case 'resolved':
      return 'Two hours of complete data below the threshold: resolved by itself.';
    default:
      return null;
  }
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
