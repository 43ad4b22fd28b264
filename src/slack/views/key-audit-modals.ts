import type { View } from '@slack/types';
import type { KeyAudit } from '../../domain/key-audit.ts';
import { encodeKeyAuditButton, type KeyAuditButton } from '../key-audit-button.ts';
import { plain, reasonInput } from './action-modal.ts';
import { section } from './blocks.ts';
import { STEP_WORDS } from './key-audit-words.ts';

export const SKIP_MODAL = 'key_audit_skip';
export const SKIP_TITLE = 'Skip this step';
export const END_AUDIT_MODAL = 'key_audit_end';
export const END_AUDIT_TITLE = 'End the audit';

/** Asks why a step is left out. */
export function skipStepModal({
  auditId,
  step,
}: {
  readonly auditId: string;
  readonly step: NonNullable<KeyAuditButton['step']>;
}): View {
  return {
    type: 'modal',
    callback_id: SKIP_MODAL,
    title: plain(SKIP_TITLE),
    submit: plain('Skip'),
    close: plain('Back'),
    private_metadata: encodeKeyAuditButton({ auditId, step }),
    blocks: [
      section(
        `*${STEP_WORDS[step].title}* is left out; the report says why. It can be opened again until the audit is over.`,
      ),
      reasonInput('was done last week'),
    ],
  };
}

/** Asks why it ends before it is through. */
export function endAuditModal({ id }: Pick<KeyAudit, 'id'>): View {
  return {
    type: 'modal',
    callback_id: END_AUDIT_MODAL,
    title: plain(END_AUDIT_TITLE),
    submit: plain('End'),
    close: plain('Back'),
    private_metadata: encodeKeyAuditButton({ auditId: id, step: null }),
    blocks: [
      section('*The audit ends as it is.* Its report is posted and kept; another can begin at any time.'),
      reasonInput('we begin again after the move'),
    ],
  };
}
