import type { View } from '@slack/types';
import { AppError } from '../../domain/errors.ts';
import type { AuditEvent, AuditStep } from '../../domain/key-audit.ts';
import { describeAudit } from '../../services/key-audits/describe-audit.ts';
import { auditNamed, changeAudit } from '../../services/key-audits/lead-audit.ts';
import { watchSheet } from '../../services/key-audits/watch-sheet.ts';
import { authorise, type Gesture } from '../authorise.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Click, Submission, SubmitHandler } from '../interaction.ts';
import { decodeKeyAuditButton } from '../key-audit-button.ts';
import { sendFile } from '../send-file.ts';
import { noticeModal, REASON_BLOCK } from '../views/action-modal.ts';
import { answer } from '../views/blocks.ts';
import { keyAuditAnswer } from '../views/key-audit.ts';
import {
  END_AUDIT_MODAL,
  END_AUDIT_TITLE,
  endAuditModal,
  SKIP_MODAL,
  SKIP_TITLE,
  skipStepModal,
} from '../views/key-audit-modals.ts';
import { openModal } from './lib/open-modal.ts';

/** `Done` and `Open again` of a step. */
export const keyAuditDone = stepButton('key_audit_done', (step) => ({ kind: 'done', step }));
export const keyAuditReopen = stepButton('key_audit_reopen', (step) => ({ kind: 'reopen', step }));

function stepButton(id: string, eventOf: (step: AuditStep) => AuditEvent): ButtonHandler {
  return {
    kind: 'button',
    id,
    async run(context, click) {
      const { auditId, step } = decodeKeyAuditButton(click.value);
      const actor = await authorise(context, { gesture: click, act: 'audit', lineage: null });
      if (step === null) throw otherVersion();
      const audit = await changeAudit(context.deps, { actor, auditId, event: eventOf(step) });
      await goOn(context, click, audit.id);
    },
  };
}

/** Whoever clicks in the answer of `/keys audit`, which only they see, gets the next step there. */
async function goOn({ deps, locale }: SlackContext, click: Click, auditId: string): Promise<void> {
  if (!click.isEphemeral) return;
  const card = await describeAudit(deps, auditId);
  if (card !== undefined) await click.replace(keyAuditAnswer(card, false, locale));
}

/** `Skip…` */
export const keyAuditSkip: ButtonHandler = {
  kind: 'button',
  id: SKIP_MODAL,
  run(context, click) {
    const build = async () => {
      const { auditId, step } = await allowedButton(context, click, click.value);
      if (step === null) throw otherVersion();
      return skipStepModal({ auditId, step });
    };
    return openModal(context, click, { title: SKIP_TITLE, build });
  },
};

export const keyAuditSkipSubmit: SubmitHandler = {
  kind: 'submit',
  id: SKIP_MODAL,
  check: checkReason,
  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { auditId, step } = decodeKeyAuditButton(submission.privateMetadata);
    if (step === null) throw otherVersion();
    const actor = await authorise(context, { gesture: submission, act: 'audit', lineage: null });
    const reason = submission.values[REASON_BLOCK] ?? '';
    const { state } = await changeAudit(context.deps, { actor, auditId, event: { kind: 'skip', step, reason } });
    return noticeModal(SKIP_TITLE, state === 'open' ? 'It is skipped; the next step is in the thread.' : OVER);
  },
};

/** `End…` */
export const keyAuditEnd: ButtonHandler = {
  kind: 'button',
  id: END_AUDIT_MODAL,
  run(context, click) {
    const build = async () => {
      const { auditId } = await allowedButton(context, click, click.value);
      return endAuditModal(await auditNamed(context.deps.store.read, auditId));
    };
    return openModal(context, click, { title: END_AUDIT_TITLE, build });
  },
};

export const keyAuditEndSubmit: SubmitHandler = {
  kind: 'submit',
  id: END_AUDIT_MODAL,
  check: checkReason,
  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { auditId } = decodeKeyAuditButton(submission.privateMetadata);
    const actor = await authorise(context, { gesture: submission, act: 'audit', lineage: null });
    await changeAudit(context.deps, {
      actor,
      auditId,
      event: { kind: 'end', reason: submission.values[REASON_BLOCK] ?? '' },
    });
    return noticeModal(END_AUDIT_TITLE, OVER);
  },
};

/** Every key with the three answers, into the direct messages of whoever asks. */
export const keyAuditSheet: ButtonHandler = {
  kind: 'button',
  id: 'key_audit_sheet',
  async run(context, click) {
    const { auditId } = decodeKeyAuditButton(click.value);
    const actor = await authorise(context, { gesture: click, act: 'export_all', lineage: null });
    await auditNamed(context.deps.store.read, auditId);
    const { name, bytes } = await watchSheet(context.deps, { actor, auditId });
    const comment = 'Who would notice a leak of each key, where, and how soon, as of now.';
    await sendFile(context, click.userId, { name, bytes, comment });
    await click.reply(answer(`*${name}* is in your direct messages with me.`));
  },
};

const OVER = 'The audit is over; its report is in the thread.';

async function allowedButton(context: SlackContext, gesture: Gesture, value: string) {
  await authorise(context, { gesture, act: 'audit', lineage: null });
  return decodeKeyAuditButton(value);
}

async function checkReason(_context: SlackContext, { values }: Submission): Promise<CheckResult> {
  if (!values[REASON_BLOCK]?.trim()) return { ok: false, errors: { [REASON_BLOCK]: 'Say in a few words why.' } };
  return { ok: true, view: noticeModal('Key audit', 'Working…') };
}

function otherVersion(): AppError {
  return new AppError({
    code: 'invalid_input',
    message: 'a button of a step without a step',
    publicMessage: 'Nothing was done: this button was made by another version of Keysteward. Type `/keys audit`.',
  });
}
