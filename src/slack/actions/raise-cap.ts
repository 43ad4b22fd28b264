import type { View } from '@slack/types';
import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import { capWords, parseCap } from '../../domain/limits.ts';
import { nextMonthStart } from '../../domain/time.ts';
import { describeRaise, type RaisableCap } from '../../services/grants/describe-raise.ts';
import { prolong, raiseCap } from '../../services/grants/raise-cap.ts';
import { authorise, type Gesture } from '../authorise.ts';
import { type ButtonValue, decodeButton } from '../button-value.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { noticeModal, REASON_BLOCK, SLUG_BLOCK } from '../views/action-modal.ts';
import { UNTIL_BLOCK, untilOf } from '../views/expiry.ts';
import { AMOUNT_BLOCK } from '../views/limit-modals.ts';
import {
  RAISE_MODAL,
  RAISE_TITLE,
  raiseModal,
  raiseNeedsSlug,
  WHICH_BLOCK,
  type WhichCap,
} from '../views/raise-modal.ts';
import { dayAndTime, escaped } from '../views/text.ts';
import { keyAndLineage } from './key-action-buttons.ts';
import { openModal } from './lib/open-modal.ts';
import { placeOf } from './lib/place.ts';
import { readMetadata } from './lib/read-metadata.ts';
import { refreshScope } from './lib/scope-of.ts';

const perCap = <Value extends z.ZodType>(value: Value) => z.object({ own: value.nullable(), scope: value.nullable() });
const metadata = z.object({
  alertId: z.string().nullable(),
  keyId: z.string(),
  generation: z.number().int(),
  /** Where there is no choice. */
  which: z.enum(['own', 'scope']),
  seen: perCap(z.number().int()),
  /** Changes that hold for a time, at the newest. */
  grants: perCap(z.string()),
});

/** `Raise cap…`: reads the limits now, so that the person decides on what is true. */
export const raiseCapButton: ButtonHandler = {
  kind: 'button',
  id: 'cap_raise',
  run(context, click) {
    const button = decodeButton(click.value);
    return openModal(context, click, { title: RAISE_TITLE, build: () => raisePage(context, click, button) });
  },
};

/** The modal behind it, sent off. */
export const raiseCapSubmit: SubmitHandler = {
  kind: 'submit',
  id: RAISE_MODAL,

  async check(context: SlackContext, submission: Submission): Promise<CheckResult> {
    const asked = askedIn(context, submission);
    const { key, lineage } = await keyAndLineage(context, asked.keyId);
    const errors: Record<string, string> = {};
    if (typeof asked.amount === 'string') errors[AMOUNT_BLOCK] = asked.amount;
    if (!submission.values[REASON_BLOCK]?.trim()) errors[REASON_BLOCK] = 'Say in a few words why.';
    const needsSlug = raiseNeedsSlug(lineage, await describeRaise(context.deps, key, lineage));
    // The input is there only where it was needed when the modal was opened; the act asks again.
    const typed = submission.values[SLUG_BLOCK];
    if (needsSlug && typed !== undefined && typed.trim() !== lineage.slug) {
      errors[SLUG_BLOCK] = `This has to be exactly ${lineage.slug}.`;
    }
    if (Object.keys(errors).length > 0) return { ok: false, errors };
    return { ok: true, view: noticeModal(RAISE_TITLE, 'Working…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const asked = askedIn(context, submission);
    const { amount: to } = asked;
    if (typeof to === 'string') throw new AppError({ code: 'invalid_input', message: to, publicMessage: to });
    const { key, lineage } = await keyAndLineage(context, asked.keyId);
    const card = await describeRaise(context.deps, key, lineage);
    const cap = asked.which === 'own' ? card.own : card.scope;
    const actor = await authoriseRaise(context, { submission, lineage, cap, to });
    const { from, grantId, untilAt } = asked;
    if (grantId !== null && to === from) {
      await prolong(context.deps, { actor, grantId, alertId: asked.alertId, untilAt });
      return noticeModal(RAISE_TITLE, `*The cap of ${capWords(to)} now holds ${untilText(context, untilAt)}.*`);
    }
    await raiseCap(context.deps, {
      actor,
      keyId: key.id,
      alertId: asked.alertId,
      cap: asked.which,
      from,
      to,
      untilAt,
      reason: submission.values[REASON_BLOCK] ?? '',
      typedSlug: submission.values[SLUG_BLOCK] ?? null,
    });
    return noticeModal(RAISE_TITLE, doneText(context, { ...asked, to, lineage }));
  },
};

interface Asked extends ButtonValue {
  readonly which: WhichCap;
  readonly from: number | null;
  readonly grantId: string | null;
  readonly untilAt: number | null;
  /** Or what is wrong with it. */
  readonly amount: number | string;
}

function askedIn({ deps }: SlackContext, submission: Submission): Asked {
  const { which: only, seen, grants, ...button } = readMetadata(metadata, submission.privateMetadata);
  const chosen = submission.values[WHICH_BLOCK];
  const which = chosen === 'own' || chosen === 'scope' ? chosen : only;
  const from = seen[which];
  // Without a cap before there is nothing to go back to, and nothing was asked.
  const choice = submission.values[UNTIL_BLOCK];
  const untilAt = choice === undefined || from === null ? null : untilOf(choice, deps.clock.now());
  const grantId = grants[which];
  return { ...button, which, from, grantId, untilAt, amount: amountOf(submission, { from, grantId }) };
}

function amountOf(
  { values }: Submission,
  { from, grantId }: { readonly from: number | null; readonly grantId: string | null },
): number | string {
  const cap = parseCap(values[AMOUNT_BLOCK] ?? '');
  if (!cap.ok) return cap.fault;
  const to = cap.monthlyMicroUsd;
  if (to === null) return 'This raises a cap. To remove one, use Change cap… on the key’s card.';
  if (from === null || to > from) return to;
  // The same amount once more gives a change that runs another end.
  if (to === from && grantId !== null) return to;
  return `That is no raise: the cap is ${capWords(from)}. To lower it, use Other brakes…`;
}

interface RaiseRight {
  readonly submission: Submission;
  readonly lineage: Lineage;
  readonly cap: RaisableCap | null;
  readonly to: number;
}

/** A cap where there was none is a setting of the key; a raise has bounds. */
function authoriseRaise(context: SlackContext, { submission: gesture, lineage, cap, to }: RaiseRight) {
  const bound = cap?.boundMicroUsd ?? null;
  const act = bound === null ? 'classify' : to > bound ? 'raise_cap_beyond' : 'raise_cap';
  return authorise(context, { gesture, act, lineage });
}

async function raisePage(context: SlackContext, gesture: Gesture, button: ButtonValue): Promise<View> {
  const { deps, locale } = context;
  const { key, lineage } = await keyAndLineage(context, button.keyId);
  await authorise(context, { gesture, act: 'raise_cap', lineage });
  await refreshIfPossible(context, key);
  const card = await describeRaise(deps, key, lineage);
  const where = await placeOf(deps, key);
  return raiseModal({ lineage, card, where, button, now: deps.clock.now() }, locale);
}

/** What the provider does not let us read must not keep the team from its own cap. */
async function refreshIfPossible(context: SlackContext, key: Key): Promise<void> {
  await refreshScope(context, key).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code === 'database') throw error;
  });
}

function doneText(
  context: SlackContext,
  { which, from, to, untilAt, lineage }: Asked & { readonly to: number; readonly lineage: Lineage },
): string {
  const slug = escaped(lineage.slug);
  const until = untilText(context, untilAt);
  if (from === null)
    return `*The own cap of ${slug} is ${capWords(to)} now.* It is watched here and stops nothing by itself.`;
  const change = `from ${capWords(from)} to ${capWords(to)}`;
  if (which === 'own') return `*The own cap of ${slug} is raised ${change}, ${until}.* People are called at its steps.`;
  return `*The raise of the cap ${change}, ${until}, is on its way.* It takes effect after some minutes. \`/keys show ${slug}\` shows when the provider confirms it; until then it is tried again.`;
}

function untilText({ deps, locale }: SlackContext, untilAt: number | null): string {
  if (untilAt === null) return 'until somebody changes it';
  const isMonth = untilAt === nextMonthStart(deps.clock.now());
  return isMonth ? `until the month ends (${dayAndTime(untilAt, locale)})` : `until ${dayAndTime(untilAt, locale)}`;
}
