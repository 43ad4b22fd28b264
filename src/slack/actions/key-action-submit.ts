import { z } from 'zod';
import { earlyEnd } from '../../domain/early-end.ts';
import { needsTypedSlug, requestAction } from '../../services/actions/request-action.ts';
import { allows, authorise } from '../authorise.ts';
import { encodeButton } from '../button-value.ts';
import type { SlackContext } from '../context.ts';
import type { CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { ACTION_MODAL, noticeModal, REASON_BLOCK, SLUG_BLOCK } from '../views/action-modal.ts';
import { undoButton } from '../views/alert-buttons.ts';
import { actions, section } from '../views/blocks.ts';
import { capital, escaped } from '../views/text.ts';
import { keyAndLineage } from './key-action-buttons.ts';
import { aloneErrors, aloneFrom } from './lib/alone.ts';
import { readMetadata } from './lib/read-metadata.ts';
import { waitsPage } from './lib/waits-page.ts';

const metadata = z.object({
  kind: z.enum(['suspend', 'restore', 'revoke']),
  alertId: z.string().nullable(),
  keyId: z.string(),
  generation: z.number().int(),
  told: z.array(earlyEnd).readonly().default([]),
});

const UNDO_TEXT = 'Undo starts it again at any time, as long as the key is not revoked or archived at the provider.';

/** The modal behind Suspend, Restore and Revoke, sent off. */
export const keyActionSubmit: SubmitHandler = {
  kind: 'submit',
  id: ACTION_MODAL,

  async check(context: SlackContext, submission: Submission): Promise<CheckResult> {
    const { kind, keyId } = readMetadata(metadata, submission.privateMetadata);
    const { key, lineage } = await keyAndLineage(context, keyId);
    const errors: Record<string, string> = {};
    if (!submission.values[REASON_BLOCK]?.trim()) errors[REASON_BLOCK] = 'Say in a few words why.';
    if (needsTypedSlug(kind, lineage) && submission.values[SLUG_BLOCK]?.trim() !== lineage.slug) {
      errors[SLUG_BLOCK] = `This has to be exactly ${lineage.slug}.`;
    }
    Object.assign(errors, await aloneErrors(context, submission, key));
    if (Object.keys(errors).length > 0) return { ok: false, errors };
    return { ok: true, view: noticeModal(`${capital(kind)} key`, 'Working…') };
  },

  async run(context: SlackContext, submission: Submission) {
    const { kind, alertId, keyId, generation, told } = readMetadata(metadata, submission.privateMetadata);
    const { key, lineage } = await keyAndLineage(context, keyId);
    const actor = await authorise(context, { gesture: submission, act: kind, lineage });
    const outcome = await requestAction(context.deps, {
      actor,
      kind,
      keyId,
      generation,
      alertId,
      told,
      reason: submission.values[REASON_BLOCK] ?? '',
      typedSlug: submission.values[SLUG_BLOCK] ?? null,
      alone: await aloneFrom(context, submission, { lineage }),
    });
    if (outcome.kind === 'waits') return waitsPage(context, `${capital(kind)} key`, outcome.approval);
    const where = alertId === null ? `\`/keys show ${escaped(lineage.slug)}\`` : 'The alert';
    const text = `*${capital(kind)} of ${escaped(lineage.slug)} is on its way.* ${where} shows when the provider confirms it; until then it is tried again.`;
    const page = noticeModal(`${capital(kind)} key`, text);
    const canUndo = kind === 'suspend' && context.deps.providers.get(key.connectionId)?.restoreKey !== undefined;
    // To whom the button would be refused it is not shown.
    if (!canUndo || !(await allows(context, { gesture: submission, act: 'restore', lineage }))) return page;
    const undo = encodeButton({ alertId, keyId, generation: generation + 1 });
    return { ...page, blocks: [...page.blocks, section(UNDO_TEXT), actions('undo', [undoButton(undo, lineage.slug)])] };
  },
};
