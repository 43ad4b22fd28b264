import type { View } from '@slack/types';
import { z } from 'zod';
import { earlyEnd } from '../../domain/early-end.ts';
import { AppError } from '../../domain/errors.ts';
import type { Key } from '../../domain/key.ts';
import { plural } from '../../domain/time.ts';
import { type AccountCard, describeAccount } from '../../services/actions/account.ts';
import { requestOwnerDeletion } from '../../services/actions/request-owner-deletion.ts';
import { type EarlyEndCard, readEarlyEnd } from '../../services/rotation/early-end.ts';
import { authorise, type Gesture } from '../authorise.ts';
import { type ButtonValue, decodeButton } from '../button-value.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { noticeModal, REASON_BLOCK, SLUG_BLOCK } from '../views/action-modal.ts';
import { ACCOUNT_MODAL, ACCOUNT_TITLE, accountModal } from '../views/limit-modals.ts';
import { escaped } from '../views/text.ts';
import { keyAndLineage } from './key-action-buttons.ts';
import { aloneErrors, aloneFrom, consentFor } from './lib/alone.ts';
import { openModal } from './lib/open-modal.ts';
import { placeOf } from './lib/place.ts';
import { readMetadata } from './lib/read-metadata.ts';
import { waitsPage } from './lib/waits-page.ts';

const metadata = z.object({
  alertId: z.string().nullable(),
  keyId: z.string(),
  generation: z.number().int(),
  seen: z.string(),
  told: z.array(earlyEnd).readonly().default([]),
});

/** `Delete account…`, for keys that a service account owns. */
export const deleteAccount: ButtonHandler = {
  kind: 'button',
  id: 'account_delete',
  run(context, click) {
    const button = decodeButton(click.value);
    return openModal(context, click, { title: ACCOUNT_TITLE, build: () => accountPage(context, click, button) });
  },
};

/** The modal behind it, sent off. */
export const deleteAccountSubmit: SubmitHandler = {
  kind: 'submit',
  id: ACCOUNT_MODAL,

  async check(context: SlackContext, submission: Submission): Promise<CheckResult> {
    const { keyId } = readMetadata(metadata, submission.privateMetadata);
    const { key, lineage } = await keyAndLineage(context, keyId);
    const errors: Record<string, string> = {};
    if (!submission.values[REASON_BLOCK]?.trim()) errors[REASON_BLOCK] = 'Say in a few words why.';
    if (submission.values[SLUG_BLOCK]?.trim() !== lineage.slug) {
      errors[SLUG_BLOCK] = `This has to be exactly ${lineage.slug}.`;
    }
    Object.assign(errors, await aloneErrors(context, submission, key));
    if (Object.keys(errors).length > 0) return { ok: false, errors };
    return { ok: true, view: noticeModal(ACCOUNT_TITLE, 'Working…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { alertId, keyId, generation, seen, told } = readMetadata(metadata, submission.privateMetadata);
    const { key, lineage } = await keyAndLineage(context, keyId);
    const actor = await authorise(context, { gesture: submission, act: 'delete_owner', lineage });
    const { keyIds } = await accountFor(context, key);
    const outcome = await requestOwnerDeletion(context.deps, {
      actor,
      keyId,
      generation,
      alertId,
      seen,
      told,
      reason: submission.values[REASON_BLOCK] ?? '',
      typedSlug: submission.values[SLUG_BLOCK] ?? null,
      alone: await aloneFrom(context, submission, { lineage }),
    });
    if (outcome.kind === 'waits') return waitsPage(context, ACCOUNT_TITLE, outcome.approval);
    const where = alertId === null ? `\`/keys show ${escaped(lineage.slug)}\`` : 'The alert';
    const text = `*The account of ${escaped(lineage.slug)} and its ${plural(keyIds.length, 'key')} are being deleted.* ${where} shows when the provider confirms it; until then it is tried again.`;
    return noticeModal(ACCOUNT_TITLE, text);
  },
};

async function accountPage(context: SlackContext, gesture: Gesture, button: ButtonValue): Promise<View> {
  const { key, lineage } = await keyAndLineage(context, button.keyId);
  await authorise(context, { gesture, act: 'delete_owner', lineage });
  if (key.generation !== button.generation) {
    return noticeModal(ACCOUNT_TITLE, `Nothing to do: ${escaped(lineage.slug)} is ${key.status} now.`);
  }
  const account = await accountFor(context, key);
  if (account.refusal !== null) return noticeModal(ACCOUNT_TITLE, escaped(account.refusal));
  const consent = await consentFor(context, gesture, { kind: 'delete_owner', key, lineage });
  const early: EarlyEndCard[] = [];
  for (const keyId of account.keyIds) {
    const card = await readEarlyEnd(context.deps, keyId);
    if (card !== null) early.push(card);
  }
  const where = await placeOf(context.deps, key);
  return accountModal({ lineage, account, where, button, consent, early }, context.locale);
}

async function accountFor({ deps }: SlackContext, key: Key): Promise<AccountCard> {
  const account = await describeAccount(deps, key);
  if (account !== null) return account;
  throw new AppError({
    code: 'invalid_input',
    message: `key ${key.id} has no account to delete`,
    publicMessage: 'This key has no account that can be deleted from here. Use the provider’s console.',
  });
}
