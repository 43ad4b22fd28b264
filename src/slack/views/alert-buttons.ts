import { type Action, hangs, isRefused, isShown } from '../../domain/action.ts';
import type { KeyAct } from '../../ports/provider.ts';
import type { AlertCard } from '../../services/alerts/describe-alert.ts';
import { encodeActionButton, encodeButton, encodeChoice } from '../button-value.ts';
import type { ButtonSpec, MenuSpec } from './blocks.ts';
import { capital, plainForeign } from './text.ts';

export const ACT_LABEL: Readonly<Record<KeyAct, string>> = {
  suspend: 'Suspend…',
  restore: 'Restore…',
  revoke: 'Revoke…',
};

export function deleteAccountButton(value: string, name: string): ButtonSpec {
  const accessibilityLabel = `Delete the account of ${name}`;
  return { actionId: 'account_delete', label: 'Delete account…', value, accessibilityLabel, style: 'danger' };
}

/** Takes a suspension back: what undoes it is a restoration. */
export function undoButton(value: string, name: string): ButtonSpec {
  return { actionId: 'key_restore', label: 'Undo…', value, accessibilityLabel: `Undo: restore ${name}` };
}

export function raiseButton(value: string, name: string): ButtonSpec {
  return { actionId: 'cap_raise', label: 'Raise cap…', value, accessibilityLabel: `Raise the cap of ${name}` };
}

/** Gives up an act that hangs. */
export function stopTryingButton({ id }: Pick<Action, 'id'>, name: string): ButtonSpec {
  const value = encodeActionButton({ actionId: id });
  return { actionId: 'action_cancel', label: 'Stop trying', value, accessibilityLabel: `Stop trying: ${name}` };
}

/** Three at most: the stop or what undoes it, and two more ways on. */
export function alertButtons({ alert, key, acts, lineage, lastAction, account }: AlertCard): ButtonSpec[] {
  if (key === null) return [];
  const isHanging = lastAction !== null && hangs(lastAction);
  // While one act is under way the card shows no button that could race it.
  if (!isHanging && (lastAction?.state === 'pending' || lastAction?.state === 'running')) return [];
  const value = encodeButton({ alertId: alert.id, keyId: key.id, generation: key.generation });
  const name = `${lineage.slug} ${plainForeign(key.hint ?? '')}`;
  // What is only delayed is being done; a second click would add nothing.
  if (isHanging && !isRefused(lastAction)) return [stopTryingButton(lastAction, name)];
  const buttons = [stopButton({ alert, acts, account, lastAction }, value, name)].filter((button) => button !== null);
  const rotate = { actionId: 'key_rotate', label: 'Rotate…', value, accessibilityLabel: `Rotate ${name}` };
  const raise = raiseButton(value, name);
  const isOver = alert.state === 'resolved' || key.kind === 'admin';
  if (isHanging) return [...buttons, ...(isOver ? [] : [rotate]), stopTryingButton(lastAction, name)];
  return isOver ? buttons : [...buttons, rotate, raise];
}

/** The mildest way to stop it, or to undo that; what is over can be undone, a new stop needs a new reason. */
function stopButton(
  { alert, acts, account, lastAction }: Pick<AlertCard, 'alert' | 'acts' | 'account' | 'lastAction'>,
  value: string,
  name: string,
): ButtonSpec | null {
  if (account?.refusal === null) return deleteAccountButton(value, name);
  const act = alert.state === 'resolved' ? acts.find((one) => one === 'restore') : acts[0];
  if (act === undefined) return null;
  if (act === 'restore' && lastAction?.kind === 'suspend' && isShown(lastAction)) return undoButton(value, name);
  const style = act === 'revoke' ? 'danger' : act === 'suspend' ? 'primary' : undefined;
  const accessibilityLabel = `${capital(act)} ${name}`;
  return { actionId: `key_${act}`, label: ACT_LABEL[act], value, accessibilityLabel, ...(style ? { style } : {}) };
}

/** All that is not one of the three buttons. */
export function alertMenu({ alert, key }: AlertCard): MenuSpec {
  if (key === null) return [];
  const button = { alertId: alert.id, keyId: key.id, generation: key.generation };
  const isRunning = alert.state === 'open' || alert.state === 'acknowledged';
  const choices: readonly (readonly [choice: string, label: string, offered: boolean])[] = [
    ['ack', 'Acknowledge', alert.state === 'open'],
    ['snooze', 'Snooze or mute…', isRunning],
    ['mute', 'Mute this rule…', !isRunning],
    ['ours', 'This was us…', alert.state !== 'resolved'],
    ['notours', 'It was not us after all', alert.verdict !== null],
    ['brakes', 'Other brakes…', alert.state !== 'resolved' && key.scopeId !== null],
    ['show', 'Show key', true],
  ];
  return choices
    .filter(([, , offered]) => offered)
    .map(([choice, label]) => ({ label, value: encodeChoice(choice, button) }));
}
