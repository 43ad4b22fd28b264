import type { Interaction } from '../interaction.ts';
import { alertAcknowledge } from './alert-acknowledge.ts';
import { alertEndTest } from './alert-end-test.ts';
import { alertConfirm, alertExpected, alertExpectedSubmit, alertNotExpected } from './alert-expected.ts';
import { alertMute, alertMuteSubmit } from './alert-mute.ts';
import { alertSnooze, alertSnoozeSubmit } from './alert-snooze.ts';
import { applyCap, applyOwnCapSubmit } from './apply-cap.ts';
import { brakeModelsSubmit, brakePageButtons, brakeRateSubmit, brakesButton } from './brakes.ts';
import { campaignEnd, campaignEndSubmit, campaignReport, campaignStart, campaignStartSubmit } from './campaign.ts';
import { campaignNext, campaignPick, campaignPickSubmit, rotationMore } from './campaign-keys.ts';
import { cancelHangingAction } from './cancel-action.ts';
import { changeCap, changeCapSubmit } from './change-cap.ts';
import { claimAnswer } from './claim-answer.ts';
import { claimKeys, claimKeysSubmit } from './claim-keys.ts';
import { commandAgain } from './command-again.ts';
import { commandAside } from './command-aside.ts';
import { approvalButtons } from './decide-approval.ts';
import { deleteAccount, deleteAccountSubmit } from './delete-account.ts';
import {
  departureButtons,
  departureClose,
  departureNextSubmit,
  departureReassignSubmit,
  departureRevokeSubmit,
  departureRotateSubmit,
} from './departure.ts';
import { departureBeginSubmit } from './departure-begin.ts';
import { digestCsv, digestScore } from './digest.ts';
import { drillSubmit } from './drill.ts';
import { editKeySubmit } from './edit-key.ts';
import { holdEnd } from './hold-end.ts';
import { homeFind } from './home-find.ts';
import { homePageButtons } from './home-page.ts';
import { homeSettings } from './home-settings.ts';
import { importApplySubmit, importFileSubmit } from './import-sheet.ts';
import { keyActionButtons } from './key-action-buttons.ts';
import { keyActionSubmit } from './key-action-submit.ts';
import {
  keyAuditDone,
  keyAuditEnd,
  keyAuditEndSubmit,
  keyAuditReopen,
  keyAuditSheet,
  keyAuditSkip,
  keyAuditSkipSubmit,
} from './key-audit.ts';
import { lintAssign, lintRename, lintRenameSubmit } from './lint.ts';
import { lintSplit, lintSplitSubmit } from './lint-split.ts';
import { ownerAnswers } from './owner-answer.ts';
import { askAll, askAllSubmit, askAnswers, askSomebody, askSomebodySubmit } from './owner-ask.ts';
import { practiseRotation, practiseRotationSubmit } from './practise-rotation.ts';
import { quietList } from './quiet-list.ts';
import { raiseCapButton, raiseCapSubmit } from './raise-cap.ts';
import { registerKeySubmit } from './register-key.ts';
import { rotateKey, rotateKeySubmit } from './rotate-key.ts';
import { rotationRetry, rotationTick, rotationTickSubmit } from './rotation-consumers.ts';
import { rotationChecks, rotationEmergencySubmit } from './rotation-emergency.ts';
import { rotationRetire, rotationRetireSubmit, rotationSimulate } from './rotation-end.ts';
import { rotationHandOver, rotationHandOverSubmit } from './rotation-hand-over.ts';
import { rotationHelp } from './rotation-help.ts';
import { rotationKey, rotationKeySubmit, rotationSync } from './rotation-key.ts';
import { rotationMake, rotationMakeSubmit } from './rotation-make.ts';
import { rotationReasonButtons, rotationReasonSubmit } from './rotation-reason.ts';
import { rotationResume, rotationRollBack, rotationRollBackSubmit } from './rotation-roll-back.ts';
import { rotationLook, rotationStepButtons } from './rotation-step.ts';
import { rotationVerify, rotationVerifySubmit } from './rotation-verify.ts';
import { showKey } from './show-key.ts';
import { staleBulk, staleBulkSubmit } from './stale-bulk.ts';
import { staleDelete, staleDeleteSubmit, staleKeep, staleKeepSubmit } from './stale-keep.ts';
import { suspendScopeSubmit } from './suspend-scope.ts';

/** Every button and modal. A test compares this list with the folder. */
export const interactions: readonly Interaction[] = [
  alertAcknowledge,
  alertSnooze,
  alertSnoozeSubmit,
  alertMute,
  alertMuteSubmit,
  holdEnd,
  quietList,
  alertExpected,
  alertExpectedSubmit,
  alertConfirm,
  alertNotExpected,
  alertEndTest,
  ...ownerAnswers,
  ...askAnswers,
  askSomebody,
  askSomebodySubmit,
  askAll,
  askAllSubmit,
  ...commandAgain,
  ...commandAside,
  ...keyActionButtons,
  keyActionSubmit,
  cancelHangingAction,
  showKey,
  applyCap,
  applyOwnCapSubmit,
  changeCap,
  changeCapSubmit,
  deleteAccount,
  deleteAccountSubmit,
  rotateKey,
  rotateKeySubmit,
  ...rotationStepButtons,
  rotationLook,
  rotationMake,
  rotationMakeSubmit,
  rotationTick,
  rotationTickSubmit,
  rotationRetry,
  rotationKey,
  rotationSync,
  rotationKeySubmit,
  rotationVerify,
  rotationVerifySubmit,
  ...rotationReasonButtons,
  rotationReasonSubmit,
  rotationHandOver,
  rotationHandOverSubmit,
  rotationHelp,
  rotationMore,
  digestCsv,
  digestScore,
  drillSubmit,
  campaignStart,
  campaignStartSubmit,
  campaignEnd,
  campaignEndSubmit,
  campaignReport,
  keyAuditDone,
  keyAuditReopen,
  keyAuditSkip,
  keyAuditSkipSubmit,
  keyAuditEnd,
  keyAuditEndSubmit,
  keyAuditSheet,
  campaignNext,
  campaignPick,
  campaignPickSubmit,
  rotationRetire,
  rotationRetireSubmit,
  rotationSimulate,
  rotationResume,
  rotationRollBack,
  rotationRollBackSubmit,
  rotationEmergencySubmit,
  ...rotationChecks,
  ...departureButtons,
  departureClose,
  departureReassignSubmit,
  departureNextSubmit,
  departureRotateSubmit,
  departureRevokeSubmit,
  departureBeginSubmit,
  ...approvalButtons,
  ...claimAnswer,
  claimKeys,
  claimKeysSubmit,
  practiseRotation,
  practiseRotationSubmit,
  ...homePageButtons,
  homeFind,
  homeSettings,
  lintAssign,
  lintRename,
  lintRenameSubmit,
  lintSplit,
  lintSplitSubmit,
  staleKeep,
  staleKeepSubmit,
  staleDelete,
  staleDeleteSubmit,
  staleBulk,
  staleBulkSubmit,
  editKeySubmit,
  registerKeySubmit,
  importFileSubmit,
  importApplySubmit,
  suspendScopeSubmit,
  raiseCapButton,
  raiseCapSubmit,
  brakesButton,
  ...brakePageButtons,
  brakeRateSubmit,
  brakeModelsSubmit,
];
