import { createHash } from 'node:crypto';
import type { View } from '@slack/types';
import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { planScope, type ScopePlan, scopeKeyOf, suspendScope } from '../../services/actions/suspend-scope.ts';
import { authorise, type Gesture } from '../authorise.ts';
import type { SlackContext } from '../context.ts';
import type { CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { noticeModal } from '../views/action-modal.ts';
import {
  nothingToSuspendModal,
  SCOPE_BLOCKS,
  SCOPE_MODAL,
  SCOPE_TITLE,
  scopeModal,
  scopeResultModal,
  typedNameOf,
} from '../views/scope-modal.ts';
import { readMetadata } from './lib/read-metadata.ts';

const metadata = z.object({ scope: z.string(), seen: z.string() });

/** The modal of `/keys suspend scope`: for responders and admins, since it stops the keys of others. */
export async function scopePage(context: SlackContext, gesture: Gesture, scopeKey: string): Promise<View> {
  await authorise(context, { gesture, act: 'suspend', lineage: null });
  const plan = await planOf(context, scopeKey);
  return plan.hits.length === 0 ? nothingToSuspendModal(plan) : pageOf(context, plan, false);
}

/** The modal sent off. */
export const suspendScopeSubmit: SubmitHandler = {
  kind: 'submit',
  id: SCOPE_MODAL,

  async check(context: SlackContext, submission: Submission): Promise<CheckResult> {
    const { scope } = readMetadata(metadata, submission.privateMetadata);
    const name = typedNameOf(await scopeOf(context, scope));
    const errors: Record<string, string> = {};
    if (!submission.values[SCOPE_BLOCKS.reason]?.trim()) errors[SCOPE_BLOCKS.reason] = 'Say in a few words why.';
    if (submission.values[SCOPE_BLOCKS.name]?.trim() !== name) {
      errors[SCOPE_BLOCKS.name] = `This has to be exactly ${name}.`;
    }
    if (Object.keys(errors).length > 0) return { ok: false, errors };
    return { ok: true, view: noticeModal(SCOPE_TITLE, 'Working…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { scope, seen } = readMetadata(metadata, submission.privateMetadata);
    const actor = await authorise(context, { gesture: submission, act: 'suspend', lineage: null });
    const plan = await planOf(context, scope);
    // The person has decided about the keys that they saw.
    if (digestOf(plan) !== seen)
      return plan.hits.length === 0 ? nothingToSuspendModal(plan) : pageOf(context, plan, true);
    const reason = submission.values[SCOPE_BLOCKS.reason] ?? '';
    return scopeResultModal(await suspendScope(context.deps, { actor, plan, reason }));
  },
};

function pageOf({ locale }: SlackContext, plan: ScopePlan, changed: boolean): View {
  const data = JSON.stringify({ scope: scopeKeyOf(plan.scope), seen: digestOf(plan) });
  return scopeModal(plan, { metadata: data, changed, locale });
}

/** A list of keys, however long, in the few characters that a modal can carry. */
function digestOf({ seen }: ScopePlan): string {
  return createHash('sha256').update(seen).digest('hex');
}

async function planOf(context: SlackContext, scopeKey: string): Promise<ScopePlan> {
  return planScope(context.deps, await scopeOf(context, scopeKey));
}

async function scopeOf({ deps }: SlackContext, scopeKey: string) {
  const scope = (await deps.store.read.scopes.all()).find((one) => scopeKeyOf(one) === scopeKey);
  if (scope !== undefined) return scope;
  throw new AppError({
    code: 'not_found',
    message: 'a scope that is not in the inventory',
    publicMessage: 'This scope is not in the inventory any more. `/keys list` shows which there are.',
  });
}
