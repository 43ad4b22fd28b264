import type { Interaction } from '../interaction.ts';
import { alertAcknowledge } from './alert-acknowledge.ts';
import { changeCap, changeCapSubmit } from './change-cap.ts';
import { deleteAccount, deleteAccountSubmit } from './delete-account.ts';
import { keyActionButtons } from './key-action-buttons.ts';
import { keyActionSubmit } from './key-action-submit.ts';

/** Every button and modal. A test compares this list with the folder. */
export const interactions: readonly Interaction[] = [
  alertAcknowledge,
  ...keyActionButtons,
  keyActionSubmit,
  changeCap,
  changeCapSubmit,
  deleteAccount,
  deleteAccountSubmit,
];
