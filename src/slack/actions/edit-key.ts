import type { View } from '@slack/types';
import { z } from 'zod';
import { mayAct, rolesOf } from '../../domain/authorise.ts';
import { isAppError } from '../../domain/errors.ts';
import { countsAsProduction, type Environment, type Lineage } from '../../domain/key.ts';
import { parseCap } from '../../domain/limits.ts';
import { scrubSecrets } from '../../domain/secret.ts';
import { formatLength } from '../../domain/time.ts';
import { STILL_TWO_MS } from '../../services/actions/second-person.ts';
import { describeRaise } from '../../services/grants/describe-raise.ts';
import { changeLineage, type LineageChange } from '../../services/inventory/change-lineage.ts';
import { refuseUnfitOwner } from '../../services/owners/fit-owner.ts';
import { authorise, type Gesture } from '../authorise.ts';
import { invalid } from '../commands/lib/pick-key.ts';
import type { SlackContext } from '../context.ts';
import type { CheckResult, Submission, SubmitHandler } from '../interaction.ts';
import { noticeModal } from '../views/action-modal.ts';
import {
  EDIT_BLOCKS,
  EDIT_MODAL,
  EDIT_TITLE,
  type EditFields,
  type EditModalState,
  editModal,
  fieldsOf,
} from '../views/edit-modal.ts';
import { capital, escaped, plainForeign } from '../views/text.ts';
import { actToSetCap } from './lib/act-to-set-cap.ts';
import { placeOf } from './lib/place.ts';
import { readMetadata } from './lib/read-metadata.ts';

const environment = z.enum(['production', 'staging', 'development', 'unknown']);
const metadata = z.object({
  lineageId: z.string(),
  revision: z.number().int(),
  mayClassify: z.boolean(),
  base: z.object({
    owner: z.string().nullable(),
    environment,
    workload: z.string(),
    consumers: z.string(),
    cap: z.string(),
  }),
});

/** The modal of `/keys edit`, filled in, for whoever may say anything of this key. */
export async function editPage(context: SlackContext, gesture: Gesture, lineageId: string): Promise<View> {
  const lineage = await lineageWith(context, lineageId);
  await authorise(context, { gesture, act: 'edit', lineage });
  const fields = fieldsOf(lineage);
  const mayClassify = await mayDo(context, gesture, lineage);
  return pageWith(context, { lineage, mayClassify, fields, base: fields, meanwhile: [] });
}

/** The modal sent off. */
export const editKeySubmit: SubmitHandler = {
  kind: 'submit',
  id: EDIT_MODAL,

  async check({ deps }: SlackContext, submission: Submission): Promise<CheckResult> {
    const { mayClassify, revision, base } = readMetadata(metadata, submission.privateMetadata);
    const { cap } = typedFields(submission, base, revision);
    const parsed = parseCap(cap, deps.policy.currency);
    if (mayClassify && !parsed.ok) return { ok: false, errors: { [`${EDIT_BLOCKS.cap}:${revision}`]: parsed.fault } };
    return { ok: true, view: noticeModal(EDIT_TITLE, 'Saving…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { deps } = context;
    const { lineageId, revision, base } = readMetadata(metadata, submission.privateMetadata);
    const lineage = await lineageWith(context, lineageId);
    const actor = await authorise(context, { gesture: submission, act: 'edit', lineage });
    const typed = typedFields(submission, base, revision);
    const change = changeOf(context, base, typed);
    const isClassified = ['ownerSlackId', 'environment', 'capMicroUsd'].some((field) => field in change);
    if (isClassified) await authorise(context, { gesture: submission, act: 'classify', lineage });
    // Production's second person must not be edited away by the one who wants to act.
    const isLess = lineage.environment === 'production' && change.environment !== undefined;
    if (isLess) await authorise(context, { gesture: submission, act: 'declassify', lineage });
    if (change.capMicroUsd !== undefined) await authoriseCap(context, submission, { lineage, to: change.capMicroUsd });
    if (change.ownerSlackId) await refuseUnfitOwner(deps, change.ownerSlackId);
    try {
      const { before, after } = await changeLineage(deps, { actor, lineageId, revision, change });
      const slug = escaped(after.slug);
      if (before.revision === after.revision)
        return noticeModal(EDIT_TITLE, `Nothing is different; *${slug}* stays as it is.`);
      return noticeModal(
        EDIT_TITLE,
        `*Saved.* \`/keys show ${slug}\` shows it, \`/keys history ${slug}\` says who changed what.${stillTwoText(before, after)}`,
      );
    } catch (error) {
      if (!isAppError(error, 'conflict')) throw error;
      return merged(context, submission, { base, typed });
    }
  },
};

function stillTwoText(before: Lineage, after: Lineage): string {
  const isLess = countsAsProduction(before.environment) && !countsAsProduction(after.environment);
  const length = formatLength(STILL_TWO_MS);
  return isLess
    ? ` It counts as ${after.environment} now; what cannot be undone takes two people for another ${length}.`
    : '';
}

async function authoriseCap(
  context: SlackContext,
  gesture: Submission,
  { lineage, to }: { readonly lineage: Lineage; readonly to: number | null },
): Promise<void> {
  const key = (await context.deps.store.read.keys.ofLineage(lineage.id)).at(-1);
  const bound = key === undefined ? null : (await describeRaise(context.deps, key, lineage)).own.boundMicroUsd;
  await authorise(context, {
    gesture,
    act: actToSetCap({ from: lineage.capMicroUsd, to }, bound, 'classify'),
    lineage,
  });
}

/** What the person changed stays; where they changed nothing, what somebody else has said meanwhile comes in. */
async function merged(
  context: SlackContext,
  submission: Submission,
  { base, typed }: { readonly base: EditFields; readonly typed: EditFields },
): Promise<View> {
  const { lineageId } = readMetadata(metadata, submission.privateMetadata);
  const lineage = await lineageWith(context, lineageId);
  const now = fieldsOf(lineage);
  const names = Object.keys(EDIT_BLOCKS) as (keyof EditFields)[];
  const theirs = names.filter((name) => now[name] !== base[name]);
  const fields: EditFields = {
    owner: typed.owner === base.owner ? now.owner : typed.owner,
    environment: typed.environment === base.environment ? now.environment : typed.environment,
    workload: typed.workload === base.workload ? now.workload : typed.workload,
    consumers: typed.consumers === base.consumers ? now.consumers : typed.consumers,
    cap: typed.cap === base.cap ? now.cap : typed.cap,
  };
  const mayClassify = await mayDo(context, submission, lineage);
  const meanwhile = theirs.map((name) => `${capital(name)} is ${shown(now, name)} now.`);
  return pageWith(context, { lineage, mayClassify, fields, base: now, meanwhile });
}

function shown(fields: EditFields, name: keyof EditFields): string {
  const value = fields[name];
  if (value === null || value === '') return 'nobody’s or empty';
  return name === 'owner' ? `<@${value}>` : `“${escaped(plainForeign(value))}”`;
}

async function pageWith({ deps }: SlackContext, state: Omit<EditModalState, 'where'>): Promise<View> {
  const key = (await deps.store.read.keys.ofLineage(state.lineage.id)).at(-1);
  const where = key === undefined ? '' : await placeOf(deps, key);
  return editModal({ ...state, where });
}

/** A field that the modal does not have is as it was. */
function typedFields({ values, choices }: Submission, base: EditFields, revision: number): EditFields {
  const text = (name: keyof typeof EDIT_BLOCKS) => values[`${EDIT_BLOCKS[name]}:${revision}`];
  const has = (name: keyof typeof EDIT_BLOCKS) => Object.hasOwn(choices, `${EDIT_BLOCKS[name]}:${revision}`);
  return {
    owner: has('owner') ? text('owner') || null : base.owner,
    environment: environment.catch(base.environment as Environment).parse(text('environment')),
    // What is stored is scrubbed; the page that comes back must be so as well.
    workload: scrubSecrets(text('workload') ?? base.workload),
    consumers: scrubSecrets(text('consumers') ?? base.consumers),
    cap: text('cap') === undefined ? base.cap : text('cap') || 'none',
  };
}

/** Only what the person changed: what they left alone may have been changed by others. */
function changeOf({ deps }: SlackContext, base: EditFields, typed: EditFields): LineageChange {
  const cap = parseCap(typed.cap, deps.policy.currency);
  if (!cap.ok) throw invalid(cap.fault);
  return {
    ...(typed.owner === base.owner ? {} : { ownerSlackId: typed.owner }),
    ...(typed.environment === base.environment ? {} : { environment: typed.environment }),
    ...(typed.workload.trim() === base.workload ? {} : { workload: typed.workload.trim() || null }),
    ...(typed.consumers.trim() === base.consumers ? {} : { consumers: typed.consumers.split(/[\n,;]+/) }),
    ...(typed.cap.trim() === base.cap ? {} : { capMicroUsd: cap.monthlyMicroUsd }),
  };
}

async function mayDo({ deps }: SlackContext, { userId }: Gesture, lineage: Lineage): Promise<boolean> {
  const person = await deps.directory.person(userId);
  return mayAct(rolesOf(person, deps.policy.roles, lineage), 'classify');
}

async function lineageWith({ deps }: SlackContext, lineageId: string): Promise<Lineage> {
  const lineage = await deps.store.read.lineages.get(lineageId);
  if (lineage === undefined)
    throw invalid('This key is not in the inventory any more. `/keys list` shows what there is.');
  return lineage;
}
