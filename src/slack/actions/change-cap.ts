import type { View } from '@slack/types';
import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { capWords, parseCap } from '../../domain/limits.ts';
import { needsSlugForScope, requestLimitChange } from '../../services/actions/request-limit-change.ts';
import { describeRaise } from '../../services/grants/describe-raise.ts';
import { capControls, spentThisMonth } from '../../services/limits/describe-scope.ts';
import { authorise, type Gesture } from '../authorise.ts';
import { type ButtonValue, decodeButton } from '../button-value.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { consoleStepsText, noticeModal, REASON_BLOCK, SLUG_BLOCK } from '../views/action-modal.ts';
import { UNTIL_BLOCK, untilOf } from '../views/expiry.ts';
import {
  AMOUNT_BLOCK,
  belowSpentText,
  CAP_MODAL,
  CAP_TITLE,
  type CapModalState,
  capModal,
} from '../views/limit-modals.ts';
import { dayAndTime, escaped } from '../views/text.ts';
import { keyAndLineage } from './key-action-buttons.ts';
import { actToSetCap } from './lib/act-to-set-cap.ts';
import { openModal } from './lib/open-modal.ts';
import { placeOf } from './lib/place.ts';
import { readMetadata } from './lib/read-metadata.ts';
import { refreshScope, scopeOf } from './lib/scope-of.ts';

const metadata = z.object({
  alertId: z.string().nullable(),
  keyId: z.string(),
  generation: z.number().int(),
  from: z.number().int().nullable(),
});

/** `Change cap…`: reads the limits now, so that the person decides on what is true. */
export const changeCap: ButtonHandler = {
  kind: 'button',
  id: 'scope_cap',
  run(context, click) {
    const button = decodeButton(click.value);
    return openModal(context, click, { title: CAP_TITLE, build: () => capPage(context, click, button) });
  },
};

/** The modal behind it, sent off. */
export const changeCapSubmit: SubmitHandler = {
  kind: 'submit',
  id: CAP_MODAL,

  async check(context: SlackContext, submission: Submission): Promise<CheckResult> {
    const { keyId } = readMetadata(metadata, submission.privateMetadata);
    const { key, lineage } = await keyAndLineage(context, keyId);
    const scope = await scopeOf(context, key);
    const errors: Record<string, string> = {};
    const cap = parseCap(submission.values[AMOUNT_BLOCK] ?? '');
    if (!cap.ok) errors[AMOUNT_BLOCK] = cap.fault;
    if (!submission.values[REASON_BLOCK]?.trim()) errors[REASON_BLOCK] = 'Say in a few words why.';
    if (needsSlugForScope(lineage, scope) && submission.values[SLUG_BLOCK]?.trim() !== lineage.slug) {
      errors[SLUG_BLOCK] = `This has to be exactly ${lineage.slug}.`;
    }
    if (Object.keys(errors).length > 0) return { ok: false, errors };
    return { ok: true, view: noticeModal(CAP_TITLE, 'Working…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { deps, locale } = context;
    const { alertId, keyId, from } = readMetadata(metadata, submission.privateMetadata);
    const { key, lineage } = await keyAndLineage(context, keyId);
    await authorise(context, { gesture: submission, act: 'change_limits', lineage });
    const cap = parseCap(submission.values[AMOUNT_BLOCK] ?? '');
    if (!cap.ok) throw new AppError({ code: 'invalid_input', message: cap.fault, publicMessage: cap.fault });
    const to = cap.monthlyMicroUsd;
    const { scope: raisable } = await describeRaise(deps, key, lineage);
    const act = actToSetCap({ from, to }, raisable?.boundMicroUsd ?? null, 'change_limits');
    const actor = await authorise(context, { gesture: submission, act, lineage });
    const choice = submission.values[UNTIL_BLOCK];
    // Without a cap before there is nothing to go back to, and nothing was asked.
    const untilAt = choice === undefined || from === null ? null : untilOf(choice, deps.clock.now());
    await requestLimitChange(deps, {
      actor,
      kind: 'set_spend_limit',
      keyId,
      alertId,
      untilAt,
      change: { from, to },
      reason: submission.values[REASON_BLOCK] ?? '',
      typedSlug: submission.values[SLUG_BLOCK] ?? null,
    });
    const scope = await scopeOf(context, key);
    const spentMicroUsd = await spentThisMonth(deps, key);
    const warning = belowSpentText({ scope, spentMicroUsd, to }, { locale, now: deps.clock.now() });
    const until =
      untilAt === null
        ? 'until somebody changes it'
        : `until ${dayAndTime(untilAt, locale)}; then ${capWords(from)} is restored`;
    const text = `*The change of the cap from ${capWords(from)} to ${capWords(to)}, ${until}, is on its way.* \`/keys show ${escaped(lineage.slug)}\` shows when the provider confirms it; until then it is tried again.${warning}`;
    return noticeModal(CAP_TITLE, text);
  },
};

interface CapWish extends ButtonValue {
  /** What the field is filled in with, and why. */
  readonly proposed?: NonNullable<CapModalState['proposed']>;
}

/** The page of a scope's cap: who else it holds for, what it has let through, and the amount. */
export async function capPage(context: SlackContext, gesture: Gesture, wish: CapWish): Promise<View> {
  const { proposed = null, ...button } = wish;
  const { deps, locale } = context;
  const { key, lineage } = await keyAndLineage(context, button.keyId);
  await authorise(context, { gesture, act: 'change_limits', lineage });
  await refreshScope(context, key);
  const scope = await scopeOf(context, key);
  const { canChange, consoleSteps } = capControls(deps, key, scope.known);
  if (!canChange) {
    const text =
      consoleSteps === null ? 'There is no cap to change here.' : consoleStepsText('change this cap', consoleSteps);
    return noticeModal(CAP_TITLE, text);
  }
  const { known } = scope;
  if (known?.limits == null) {
    return noticeModal(
      CAP_TITLE,
      `The cap cannot be read now, so it cannot be changed safely. ${escaped(known?.problem ?? '')}`,
    );
  }
  const where = await placeOf(deps, key);
  const spentMicroUsd = await spentThisMonth(deps, key);
  return capModal({ lineage, scope, where, spentMicroUsd, button, proposed, now: deps.clock.now() }, locale);
}
