import { ACTION_DONE, type ActionKind } from '../../domain/action.ts';
import type { AlertEvent } from '../../ports/store.ts';
import { REASON_MAX } from '../../services/actions/request-action.ts';
import { type Rendered, section, TEXT_MAX } from './blocks.ts';
import { actorMention, capped, escaped, foreign } from './text.ts';

/** One line of history in the alert's thread. Null for events that the root message tells well enough. */
export function alertEventView(event: AlertEvent): Rendered | null {
  const text = lineOf(event);
  return text === null ? null : { text: capped(text, TEXT_MAX), blocks: [section(text)] };
}

function lineOf({ kind, actor, detail }: AlertEvent): string | null {
  const act = String(detail['kind'] ?? 'act');
  const who = actorMention(actor);
  const done = doneWord(act);
  switch (kind) {
    case 'action_requested':
      return `${who} asked to ${escaped(act)} the key: ${foreign(String(detail['reason'] ?? ''), REASON_MAX)}`;
    case 'action_verified':
      return `${done}: the provider now shows the key as ${escaped(String(detail['status'] ?? 'unknown'))}.`;
    case 'action_delayed':
      return `Not ${done.toLowerCase()} yet: ${escaped(String(detail['problem'] ?? ''))} It is tried again until it is done.`;
    case 'action_failed':
      return `Not ${done.toLowerCase()}: ${escaped(String(detail['problem'] ?? ''))}`;
    case 'action_dismissed':
      return `${who} dismissed it: the key is not to be ${done.toLowerCase()} any more.`;
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

/** A row of a later version may name an act that this one does not know. */
function doneWord(act: string): string {
  return Object.hasOwn(ACTION_DONE, act) ? ACTION_DONE[act as ActionKind] : 'Done';
}
