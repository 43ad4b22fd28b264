import type { Interaction } from '../interaction.ts';
import { alertAcknowledge } from './alert-acknowledge.ts';
import { changeCap, changeCapSubmit } from './change-cap.ts';
import { claimAnswer } from './claim-answer.ts';
import { commandAgain } from './command-again.ts';
import { deleteAccount, deleteAccountSubmit } from './delete-account.ts';
import { editKeySubmit } from './edit-key.ts';
import { keyActionButtons } from './key-action-buttons.ts';
import { keyActionSubmit } from './key-action-submit.ts';
import { rotateKey, rotateKeySubmit } from './rotate-key.ts';
import { rotationHandOver, rotationHandOverSubmit } from './rotation-hand-over.ts';
import { rotationKey, rotationKeySubmit, rotationSync } from './rotation-key.ts';
import { rotationReasonButtons, rotationReasonSubmit } from './rotation-reason.ts';
import { rotationLook, rotationStepButtons } from './rotation-step.ts';
import { rotationVerify, rotationVerifySubmit } from './rotation-verify.ts';
import { suspendScopeSubmit } from './suspend-scope.ts';

/** Every button and modal. A test compares this list with the folder. */
export const interactions: readonly Interaction[] = [
  alertAcknowledge,
  ...commandAgain,
  ...keyActionButtons,
  keyActionSubmit,
  changeCap,
  changeCapSubmit,
  deleteAccount,
  deleteAccountSubmit,
  rotateKey,
  rotateKeySubmit,
  ...rotationStepButtons,
  rotationLook,
  rotationKey,
  rotationSync,
  rotationKeySubmit,
  rotationVerify,
  rotationVerifySubmit,
  ...rotationReasonButtons,
  rotationReasonSubmit,
  rotationHandOver,
  rotationHandOverSubmit,
  ...claimAnswer,
  editKeySubmit,
  suspendScopeSubmit,
];
