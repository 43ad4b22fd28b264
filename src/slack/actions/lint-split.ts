import type { View } from '@slack/types';
import { planSplit } from '../../services/hygiene/plan-split.ts';
import { openRotation } from '../../services/rotation/open-rotation.ts';
import { linkOf } from '../../services/rotation/rotation-link.ts';
import { authorise, requireViewer } from '../authorise.ts';
import { decodeButton } from '../button-value.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { refusalText } from '../refusal.ts';
import { answerModal, noticeModal, REASON_BLOCK } from '../views/action-modal.ts';
import { sections } from '../views/blocks.ts';
import { LINT_SPLIT } from '../views/lint.ts';
import { KEYS_BLOCK, MAX_OPTIONS } from '../views/pick-keys-modals.ts';
import { SPLIT_TITLE, splitModal } from '../views/split-modal.ts';
import { escaped, messageLink } from '../views/text.ts';
import { keyAndLineage } from './key-action-buttons.ts';
import { openModal } from './lib/open-modal.ts';
import { placeOf } from './lib/place.ts';

/** `Split…`: the plan for one key per place, for whoever may look. */
export const lintSplit: ButtonHandler = {
  kind: 'button',
  id: LINT_SPLIT,
  run(context, click) {
    const { deps, locale } = context;
    const build = async () => {
      await requireViewer(context, click);
      const { keyId } = decodeButton(click.value);
      const planned = await planSplit(deps, keyId);
      if (planned === undefined) return noticeModal(SPLIT_TITLE, 'Nothing to do: this key does not work any more.');
      const { key } = planned.entry;
      const ref = { providerKeyId: key.providerKeyId, scopeId: key.scopeId };
      const consoleUrl = deps.providers.get(key.connectionId)?.consoleSteps('change_cap', ref).url ?? null;
      return splitModal({ plan: planned.plan, where: await placeOf(deps, key), keyId, consoleUrl }, locale);
    };
    return openModal(context, click, { title: SPLIT_TITLE, build });
  },
};

/** Begins the rotations that were chosen, one after the other. */
export const lintSplitSubmit: SubmitHandler = {
  kind: 'submit',
  id: LINT_SPLIT,

  async check(_context: SlackContext, { values, choices }: Submission): Promise<CheckResult> {
    const errors: Record<string, string> = {};
    if ((choices[KEYS_BLOCK] ?? []).length === 0) errors[KEYS_BLOCK] = 'Choose at least one key.';
    if (!values[REASON_BLOCK]?.trim()) errors[REASON_BLOCK] = 'Say in a few words why.';
    if (Object.keys(errors).length > 0) return { ok: false, errors };
    return { ok: true, view: noticeModal(SPLIT_TITLE, 'Working…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    await requireViewer(context, submission);
    const wanted = [...new Set(submission.choices[KEYS_BLOCK])].slice(0, MAX_OPTIONS);
    const lines: string[] = [];
    for (const keyId of wanted) lines.push(await beginOne(context, submission, keyId));
    return answerModal(SPLIT_TITLE, { blocks: sections(lines.map((line) => `• ${line}`)) });
  },
};

async function beginOne(context: SlackContext, submission: Submission, keyId: string): Promise<string> {
  const { deps, locale } = context;
  try {
    const { lineage } = await keyAndLineage(context, keyId);
    const actor = await authorise(context, { gesture: submission, act: 'rotate', lineage });
    const reason = submission.values[REASON_BLOCK] ?? '';
    const { rotation, isNew } = await openRotation(deps, { actor, keyId, alertId: null, reason });
    const { place } = await linkOf(deps, rotation);
    const what = isNew ? 'its rotation has begun' : 'it is being rotated already';
    return `*${escaped(lineage.slug)}*: ${messageLink(what, place, locale)}.`;
  } catch (error) {
    return refusalText(deps.logger, error);
  }
}
