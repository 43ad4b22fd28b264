import type { View } from '@slack/types';
import { z } from 'zod';
import { mayAct, rolesOf } from '../../domain/authorise.ts';
import { isAppError } from '../../domain/errors.ts';
import { countsAsProduction, type Lineage } from '../../domain/key.ts';
import { parseCap } from '../../domain/limits.ts';
import { ownCapOf } from '../../domain/own-cap.ts';
import { parsePromise } from '../../domain/policy.ts';
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
  EDIT_NAMES,
  EDIT_TITLE,
  type EditFields,
  type EditModalState,
  type EditName,
  editModal,
  fieldsOf,
  printOf,
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
  base: z.record(z.enum(EDIT_NAMES), z.string()),
});
type Metadata = z.infer<typeof metadata>;

const CLASSIFIED: readonly (keyof LineageChange)[] = [
  'ownerSlackId',
  'environment',
  'capMicroUsd',
  'allowedModels',
  'retention',
];

/** The modal of `/keys edit`, filled in, for whoever may say anything of this key. */
export async function editPage(context: SlackContext, gesture: Gesture, lineageId: string): Promise<View> {
  const lineage = await lineageWith(context, lineageId);
  await authorise(context, { gesture, act: 'edit', lineage });
  const fields = fieldsWith(context, lineage);
  const mayClassify = await mayDo(context, gesture, lineage);
  return pageWith(context, { lineage, mayClassify, fields, base: fields, meanwhile: [] });
}

/** The modal sent off. */
export const editKeySubmit: SubmitHandler = {
  kind: 'submit',
  id: EDIT_MODAL,

  async check({ deps }: SlackContext, submission: Submission): Promise<CheckResult> {
    const meta = readMetadata(metadata, submission.privateMetadata);
    const { cap, promise } = typedFields(submission, meta);
    const errors: Record<string, string> = {};
    const parsedCap = cap === undefined ? null : parseCap(cap, deps.policy.currency);
    if (parsedCap?.ok === false) errors[`${EDIT_BLOCKS.cap}:${meta.revision}`] = parsedCap.fault;
    const parsedPromise = promise === undefined ? null : parsePromise(promise, deps.policy);
    if (parsedPromise?.ok === false) errors[`${EDIT_BLOCKS.promise}:${meta.revision}`] = parsedPromise.fault;
    if (Object.keys(errors).length > 0) return { ok: false, errors };
    return { ok: true, view: noticeModal(EDIT_TITLE, 'Saving…') };
  },

  async run(context: SlackContext, submission: Submission): Promise<View> {
    const { deps } = context;
    const meta = readMetadata(metadata, submission.privateMetadata);
    const { lineageId, revision } = meta;
    const lineage = await lineageWith(context, lineageId);
    const actor = await authorise(context, { gesture: submission, act: 'edit', lineage });
    const typed = typedFields(submission, meta);
    const change = changeOf(context, typed);
    const isClassified = CLASSIFIED.some((field) => field in change);
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
      return merged(context, submission, { base: meta.base, typed });
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
    act: actToSetCap({ from: ownCapOf(lineage, context.deps.policy).microUsd, to }, bound, 'classify'),
    lineage,
  });
}

/** What the person changed stays; where they changed nothing, what somebody else has said meanwhile comes in. */
async function merged(
  context: SlackContext,
  submission: Submission,
  { base, typed }: { readonly base: Metadata['base']; readonly typed: Partial<EditFields> },
): Promise<View> {
  const { lineageId } = readMetadata(metadata, submission.privateMetadata);
  const lineage = await lineageWith(context, lineageId);
  const now = fieldsWith(context, lineage);
  const theirs = EDIT_NAMES.filter((name) => printOf(now[name]) !== base[name]);
  const fields: EditFields = { ...now, ...typed };
  const mayClassify = await mayDo(context, submission, lineage);
  const meanwhile = theirs.map((name) => `${capital(name)} is ${shown(now, name)} now.`);
  return pageWith(context, { lineage, mayClassify, fields, base: now, meanwhile });
}

/** With the cap that holds, also where policy sets it: what is left alone stays policy's. */
function fieldsWith({ deps }: SlackContext, lineage: Lineage): EditFields {
  return fieldsOf({ ...lineage, capMicroUsd: ownCapOf(lineage, deps.policy).microUsd });
}

function shown(fields: EditFields, name: keyof EditFields): string {
  const value = fields[name];
  if (value === null || value === '') return 'nobody’s or empty';
  return name === 'owner' ? `<@${value}>` : `“${escaped(plainForeign(value))}”`;
}

async function pageWith({ deps }: SlackContext, state: Omit<EditModalState, 'where' | 'promises'>): Promise<View> {
  const key = (await deps.store.read.keys.ofLineage(state.lineage.id)).at(-1);
  const where = key === undefined ? '' : await placeOf(deps, key);
  return editModal({ ...state, where, promises: deps.policy.retention.map(({ promise }) => promise) });
}

/** Only what the person changed: what they left alone, or what the modal does not have, may have been changed by others. */
function typedFields({ values, choices }: Submission, { base, revision }: Metadata): Partial<EditFields> {
  const blockOf = (name: EditName) => `${EDIT_BLOCKS[name]}:${revision}`;
  const text = (name: EditName) => values[blockOf(name)]?.trim();
  // What is stored is scrubbed; the page that comes back must be so as well.
  const scrubbed = (name: EditName) => scrubSecrets(text(name) ?? '');
  const all: EditFields = {
    owner: text('owner') || null,
    environment: environment.catch('unknown').parse(text('environment')),
    workload: scrubbed('workload'),
    consumers: scrubbed('consumers'),
    cap: text('cap') || 'none',
    models: scrubbed('models'),
    promise: scrubbed('promise'),
  };
  const isThere = (name: EditName) =>
    name === 'owner' ? Object.hasOwn(choices, blockOf(name)) : text(name) !== undefined;
  const changed = EDIT_NAMES.filter((name) => isThere(name) && printOf(all[name]) !== base[name]);
  return Object.fromEntries(changed.map((name) => [name, all[name]]));
}

function changeOf({ deps }: SlackContext, typed: Partial<EditFields>): LineageChange {
  const { owner, environment, workload, consumers, models } = typed;
  const cap = parseCap(typed.cap ?? 'none', deps.policy.currency);
  if (!cap.ok) throw invalid(cap.fault);
  const promise = parsePromise(typed.promise ?? '', deps.policy);
  if (!promise.ok) throw invalid(promise.fault);
  return {
    ...(owner === undefined ? {} : { ownerSlackId: owner }),
    ...(environment === undefined ? {} : { environment }),
    ...(workload === undefined ? {} : { workload: workload || null }),
    ...(consumers === undefined ? {} : { consumers: consumers.split(/[\n,;]+/) }),
    ...(typed.cap === undefined ? {} : { capMicroUsd: cap.monthlyMicroUsd, capSource: 'slack' as const }),
    ...(models === undefined ? {} : { allowedModels: [models] }),
    ...(typed.promise === undefined ? {} : { retention: promise.retention }),
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
