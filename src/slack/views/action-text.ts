import {
  ACTION_DONE,
  ACTION_NAME,
  type Action,
  type ActionKind,
  isRefused,
  isShown,
  isStop,
  silentFrom,
} from '../../domain/action.ts';
import { spendLimitChange } from '../../domain/action-params.ts';
import { capWords } from '../../domain/limits.ts';
import { actorMention, capital, dayAndTime, escaped, foreign, type Locale } from './text.ts';

/** While it is under way: `Suspending it…`. */
export const PROGRESS: Readonly<Record<ActionKind, string>> = {
  suspend: 'Suspending it',
  restore: 'Restoring it',
  revoke: 'Revoking it',
  set_spend_limit: 'Changing the cap',
  set_rate_limit: 'Changing a rate limit',
  set_models: 'Changing the allowed models',
  delete_owner: 'Deleting its account',
  create_key: 'Making the new key',
  retire: 'Suspending it before its end',
  rename: 'Renaming it',
};

/** What somebody asked for: `asked to …`. */
export const ASKED: Readonly<Record<ActionKind, string>> = {
  suspend: 'suspend the key',
  restore: 'restore the key',
  revoke: 'revoke the key',
  set_spend_limit: 'change the cap',
  set_rate_limit: 'change a rate limit',
  set_models: 'change the allowed models',
  delete_owner: 'delete the account that owns the key',
  create_key: 'make the new key',
  retire: 'suspend the key now and revoke it for good later',
  rename: 'rename the key',
};

/** For accounts whose keys are counted: `delete the account of …`. */
export const ACCOUNT_VERB = 'delete the account of';

/** Who agreed to it besides the one who asked; empty where one person is enough. */
export function consentText({ consent }: Pick<Action, 'consent'>): string {
  if (consent === null) return '';
  if (consent.kind === 'policy') return ', as policy says';
  return consent.kind === 'approved' ? `, approved by ${actorMention(consent.by)}` : ', alone (break-glass)';
}

/** The newest act on a key or its limits, for its card. */
export function lastActText(action: Action, locale: Locale): string {
  const who = actorMention(action.requestedBy);
  const at = dayAndTime(action.executedAt ?? action.verifiedAt ?? action.requestedAt, locale);
  if (isShown(action)) {
    return `*Last act* ${ACTION_DONE[action.kind]}${changeText(action)} by ${who}${consentText(action)} · ${at} · reason: ${foreign(action.reason)}${proofWord(action, locale)}`;
  }
  const what = `*Last act* ${capital(ACTION_NAME[action.kind])}${changeText(action)}, asked by ${who}${consentText(action)}`;
  const problem = action.problem === null ? '' : ` ${escaped(action.problem)}`;
  if (action.state === 'failed') return `${what}, was not done:${problem}`;
  if (action.state === 'dismissed') return `${what}, is no longer wanted.${problem}`;
  if (isRefused(action)) return `${what}, is refused and tried again:${problem}`;
  return `${what}, is under way.${problem}`;
}

function proofWord(action: Action, locale: Locale): string {
  if (!isStop(action.kind)) return '';
  if (action.state === 'confirmed') return ' · checking that usage stays zero';
  return action.checkedUntil === null ? '' : ` · no usage after ${dayAndTime(silentFrom(action), locale)}`;
}

function changeText({ kind, params }: Action): string {
  if (kind !== 'set_spend_limit') return '';
  const { from, to } = spendLimitChange.parse(params);
  return ` from ${capWords(from)} to ${capWords(to)}`;
}
