import type { View } from '@slack/types';
import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { hintFault, holdsKey, PASTED_KEY } from '../../domain/key-hint.ts';
import { registerKey } from '../../services/inventory/register-key.ts';
import { refuseUnfitOwner } from '../../services/owners/fit-owner.ts';
import { authorise } from '../authorise.ts';
import type { Submission, SubmitHandler } from '../interaction.ts';
import { noticeModal } from '../views/action-modal.ts';
import { REGISTER_BLOCKS, REGISTER_MODAL, REGISTER_TITLE } from '../views/register-modal.ts';
import { escaped } from '../views/text.ts';

const environment = z.enum(['production', 'staging', 'development', 'unknown']);

/** A whole key is refused beside its field, and goes no further. */
export const registerKeySubmit: SubmitHandler = {
  kind: 'submit',
  id: REGISTER_MODAL,
  async check(_context, submission) {
    const errors = faultsIn(submission);
    if (Object.keys(errors).length > 0) return { ok: false, errors };
    return { ok: true, view: noticeModal(REGISTER_TITLE, 'Saving…') };
  },
  async run(context, submission): Promise<View> {
    const { deps } = context;
    const actor = await authorise(context, { gesture: submission, act: 'classify', lineage: null });
    const [fault] = Object.values(faultsIn(submission));
    if (fault !== undefined) throw refused(fault);
    const text = (name: keyof typeof REGISTER_BLOCKS) => submission.values[REGISTER_BLOCKS[name]]?.trim() ?? '';
    const ownerSlackId = text('owner') || null;
    if (ownerSlackId !== null) await refuseUnfitOwner(deps, ownerSlackId);
    const place = environment.catch('unknown').parse(text('environment'));
    const lineage = await registerKey(deps, actor, {
      provider: text('provider'),
      label: text('label'),
      hint: text('hint') || null,
      createdAt: null,
      status: 'active',
      facts: {
        ...(ownerSlackId === null ? {} : { ownerSlackId }),
        ...(place === 'unknown' ? {} : { environment: place }),
        workload: text('workload') || null,
        consumers: text('consumers').split(/[\n,;]+/),
      },
    });
    const slug = escaped(lineage.slug);
    return noticeModal(
      REGISTER_TITLE,
      `*${slug} is in the inventory.* Nobody watches it. \`/keys show ${slug}\` shows it; when it is no more, say \`/keys register ${slug} gone\`.`,
    );
  },
};

function refused(fault: string): AppError {
  return new AppError({
    code: 'invalid_input',
    message: 'a registration with faults',
    publicMessage: `Nothing was done. ${fault}`,
  });
}

function faultsIn({ values }: Submission): Readonly<Record<string, string>> {
  const errors: Record<string, string> = {};
  for (const id of Object.values(REGISTER_BLOCKS)) if (holdsKey(values[id] ?? '')) errors[id] = PASTED_KEY;
  const fault = hintFault(values[REGISTER_BLOCKS.hint] ?? '');
  if (fault !== null) errors[REGISTER_BLOCKS.hint] = fault;
  for (const id of [REGISTER_BLOCKS.provider, REGISTER_BLOCKS.label])
    if ((values[id] ?? '').trim() === '') errors[id] = 'Say what it is called.';
  return errors;
}
