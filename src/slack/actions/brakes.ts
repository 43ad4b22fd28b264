import type { View } from '@slack/types';
import { z } from 'zod';
import type { LimitActKind } from '../../domain/action.ts';
import { AppError } from '../../domain/errors.ts';
import { modelWords, narrowed } from '../../domain/limits.ts';
import { needsSlugForScope, requestLimitChange } from '../../services/actions/request-limit-change.ts';
import { describeBrakes, modelsOfLate } from '../../services/limits/describe-brakes.ts';
import { authorise, type Gesture } from '../authorise.ts';
import { type ButtonValue, decodeButton } from '../button-value.ts';
import type { SlackContext } from '../context.ts';
import type { ButtonHandler, CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { noticeModal, REASON_BLOCK, SLUG_BLOCK } from '../views/action-modal.ts';
import {
  BRAKES_TITLE,
  brakesModal,
  LIMIT_BLOCK,
  MODE_BLOCK,
  MODELS_BLOCK,
  MODELS_MODAL,
  MODELS_TITLE,
  modelsModal,
  RATE_MODAL,
  RATE_TITLE,
  rateChoice,
  rateModal,
  VALUE_BLOCK,
} from '../views/brakes-modal.ts';
import { UNTIL_BLOCK, untilOf } from '../views/expiry.ts';
import { dayAndTime, escaped, foreign } from '../views/text.ts';
import { keyAndLineage } from './key-action-buttons.ts';
import { openModal } from './lib/open-modal.ts';
import { placeOf } from './lib/place.ts';
import { readMetadata } from './lib/read-metadata.ts';
import { refreshScope, scopeOf } from './lib/scope-of.ts';

const metadata = z.object({
  alertId: z.string().nullable(),
  keyId: z.string(),
  generation: z.number().int(),
  seen: z.number().int().nullable(),
});

/** `Other brakes…`: what the provider offers short of stopping the key. */
export const brakesButton: ButtonHandler = {
  kind: 'button',
  id: 'key_brakes',
  choice: 'brakes',
  run(context, click) {
    const button = decodeButton(click.value);
    const build = async () => {
      const { key, lineage, scope, where } = await facts(context, click, button);
      const card = describeBrakes(context.deps, key, scope);
      if (card === null) return noticeModal(BRAKES_TITLE, 'This key’s provider is not configured any more.');
      return brakesModal({ lineage, card, where, button }, context.locale);
    };
    return openModal(context, click, { title: BRAKES_TITLE, build });
  },
};

/** Behind two of the brakes; the cap has a modal of its own. */
export const brakePageButtons: readonly ButtonHandler[] = [
  pageButton('brake_rate', RATE_TITLE, 'set_rate_limit'),
  pageButton('brake_models', MODELS_TITLE, 'set_models'),
];

function pageButton(id: string, title: string, kind: LimitActKind): ButtonHandler {
  return {
    kind: 'button',
    id,
    run(context, click) {
      const button = decodeButton(click.value);
      const build = async () => {
        const { key, ...shown } = await facts(context, click, button);
        const brake = describeBrakes(context.deps, key, shown.scope)?.brakes.find((one) => one.kind === kind);
        if (brake?.gap !== null) return noticeModal(title, 'This cannot be changed from here any more. Look again.');
        const state = { ...shown, button, now: context.deps.clock.now(), delayMs: brake.delayMs };
        if (kind === 'set_rate_limit') return rateModal(state);
        const models = await modelsOfLate(context.deps, key);
        if (models.length > 0) return modelsModal({ ...state, models });
        return noticeModal(title, 'This key has used no model in the last 7 days: there is nothing to block by name.');
      };
      return openModal(context, click, { title, build });
    },
  };
}

export const brakeRateSubmit: SubmitHandler = {
  kind: 'submit',
  id: RATE_MODAL,
  async check(context, submission) {
    const errors = await commonErrors(context, submission);
    const choice = rateChoice(submission.values[LIMIT_BLOCK] ?? '');
    const value = wholeNumber(submission.values[VALUE_BLOCK] ?? '');
    if (choice === null) errors[LIMIT_BLOCK] = 'Choose a limit.';
    if (value === null) errors[VALUE_BLOCK] = 'Give a whole number, such as 10.';
    else if (choice?.from != null && value >= choice.from) {
      errors[VALUE_BLOCK] = `That is no brake: it is ${choice.from.toLocaleString('en-US')} now.`;
    }
    return checked(RATE_TITLE, errors);
  },
  async run(context, submission) {
    const choice = rateChoice(submission.values[LIMIT_BLOCK] ?? '');
    const to = wholeNumber(submission.values[VALUE_BLOCK] ?? '');
    if (choice === null || to === null) throw unreadable();
    const request = await requestOf(context, submission);
    // What was not limited before has nothing to go back to.
    const untilAt = choice.from === null ? null : request.untilAt;
    await requestLimitChange(context.deps, { ...request, untilAt, kind: 'set_rate_limit', change: { ...choice, to } });
    return done(context, {
      title: RATE_TITLE,
      what: `The rate limit of ${to.toLocaleString('en-US')}`,
      ...request,
      untilAt,
    });
  },
};

export const brakeModelsSubmit: SubmitHandler = {
  kind: 'submit',
  id: MODELS_MODAL,
  async check(context, submission) {
    const errors = await commonErrors(context, submission);
    if ((submission.choices[MODELS_BLOCK] ?? []).length === 0) errors[MODELS_BLOCK] = 'Choose at least one model.';
    return checked(MODELS_TITLE, errors);
  },
  async run(context, submission) {
    const { keyId, seen } = readMetadata(metadata, submission.privateMetadata);
    const { key } = await keyAndLineage(context, keyId);
    const { known } = await scopeOf(context, key);
    if (known?.limits == null || known.revision !== seen) throw changedSince();
    const { mode, models } = known.limits.models;
    const from = { mode, models };
    const choice = submission.values[MODE_BLOCK] === 'allow' ? 'allow' : 'deny';
    const to = narrowed(from, choice, submission.choices[MODELS_BLOCK] ?? []);
    const request = await requestOf(context, submission);
    await requestLimitChange(context.deps, { ...request, kind: 'set_models', change: { from, to } });
    return done(context, {
      title: MODELS_TITLE,
      what: `The rule “${foreign(modelWords(to), 200)}” for models`,
      ...request,
    });
  },
};

/** What every page of a brake is made of; the limits are read now. */
async function facts(context: SlackContext, gesture: Gesture, button: ButtonValue) {
  const { key, lineage } = await keyAndLineage(context, button.keyId);
  await authorise(context, { gesture, act: 'change_limits', lineage });
  await refreshScope(context, key);
  return { key, lineage, scope: await scopeOf(context, key), where: await placeOf(context.deps, key) };
}

async function requestOf(context: SlackContext, submission: Submission) {
  const { alertId, keyId } = readMetadata(metadata, submission.privateMetadata);
  const { lineage } = await keyAndLineage(context, keyId);
  const actor = await authorise(context, { gesture: submission, act: 'change_limits', lineage });
  return {
    actor,
    keyId,
    alertId,
    slug: lineage.slug,
    untilAt: untilOf(submission.values[UNTIL_BLOCK], context.deps.clock.now()),
    reason: submission.values[REASON_BLOCK] ?? '',
    typedSlug: submission.values[SLUG_BLOCK] ?? null,
  };
}

async function commonErrors(context: SlackContext, submission: Submission): Promise<Record<string, string>> {
  const { keyId } = readMetadata(metadata, submission.privateMetadata);
  const { key, lineage } = await keyAndLineage(context, keyId);
  const errors: Record<string, string> = {};
  if (!submission.values[REASON_BLOCK]?.trim()) errors[REASON_BLOCK] = 'Say in a few words why.';
  const typed = submission.values[SLUG_BLOCK];
  const needsSlug = needsSlugForScope(lineage, await scopeOf(context, key));
  if (needsSlug && typed !== undefined && typed.trim() !== lineage.slug) {
    errors[SLUG_BLOCK] = `This has to be exactly ${lineage.slug}.`;
  }
  return errors;
}

function checked(title: string, errors: Readonly<Record<string, string>>): CheckResult {
  return Object.keys(errors).length > 0 ? { ok: false, errors } : { ok: true, view: noticeModal(title, 'Working…') };
}

function done(
  { locale }: SlackContext,
  { title, what, slug, untilAt }: { title: string; what: string; slug: string; untilAt: number | null },
): View {
  const until = untilAt === null ? 'until somebody changes it' : `until ${dayAndTime(untilAt, locale)}`;
  const back =
    untilAt === null
      ? 'To go back, change it in the same place: the thread says what stood there.'
      : 'Then what stands there now is restored.';
  return noticeModal(
    title,
    `*${what}, ${until}, is on its way.* ${back} \`/keys show ${escaped(slug)}\` shows when the provider confirms it; until then it is tried again.`,
  );
}

function wholeNumber(text: string): number | null {
  const digits = text.trim().replace(/,(?=\d{3})/g, '');
  return /^\d{1,12}$/.test(digits) ? Number(digits) : null;
}

function unreadable(): AppError {
  const publicMessage = 'Nothing was changed: the form could not be read. Open it again.';
  return new AppError({ code: 'invalid_input', message: 'a brake without its values', publicMessage });
}

function changedSince(): AppError {
  const publicMessage = 'Nothing was changed: the limits have changed since you looked. Look again and decide anew.';
  return new AppError({ code: 'conflict', message: 'the limits are not what was seen', publicMessage });
}
