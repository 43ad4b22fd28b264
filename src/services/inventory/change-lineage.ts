import { type Actor, actorText } from '../../domain/actor.ts';
import { AppError } from '../../domain/errors.ts';
import { countsAsProduction, type Lineage } from '../../domain/key.ts';
import { scrubSecrets } from '../../domain/secret.ts';
import type { AuditEntry, Repos } from '../../ports/store.ts';
import { settleAbout } from '../departures/settle-departure.ts';
import type { Deps } from '../deps.ts';
import { endClaim } from '../owners/claims.ts';
import { settleOwned } from '../owners/owner-settled.ts';
import { tellOwner } from '../owners/tell-owner.ts';

export const WORKLOAD_MAX = 300;
export const CONSUMERS_MAX = 20;
/** Of all of them together, one a line. */
export const CONSUMERS_TEXT_MAX = 1_000;
/** Of all patterns together. */
export const MODELS_TEXT_MAX = 500;
const NAME_MAX = 80;
const PROMISE_MAX = 60;
const MODEL_SEPARATORS = /[\s,;]+/;

/** What people say of a lineage. Fields that are left out stay as they are. */
export type LineageFacts = Pick<
  Lineage,
  | 'ownerSlackId'
  | 'environment'
  | 'workload'
  | 'consumers'
  | 'capMicroUsd'
  | 'capSource'
  | 'allowedModels'
  | 'retention'
>;
export type LineageChange = Partial<LineageFacts>;

export interface ChangeInput {
  readonly actor: Actor;
  readonly lineageId: string;
  /** That the person saw; null where what they say holds whatever was there. */
  readonly revision: number | null;
  readonly change: LineageChange;
}

type ChangeDeps = Pick<Deps, 'store' | 'clock' | 'ids'>;

/**
 * Keeps what a person says of a lineage, each field with an audit entry of its own in the same transaction. Returns the
 * lineage as it was and as it is. Throws `conflict` when somebody else was faster than the revision that was seen.
 */
export async function changeLineage(
  deps: ChangeDeps,
  input: ChangeInput,
): Promise<{ readonly before: Lineage; readonly after: Lineage }> {
  return deps.store.write((tx) => changeLineageIn({ deps, tx }, input));
}

/** The same in a transaction that does more. */
export async function changeLineageIn(
  { deps, tx }: { readonly deps: Omit<ChangeDeps, 'store'>; readonly tx: Repos },
  input: ChangeInput,
): Promise<{ readonly before: Lineage; readonly after: Lineage }> {
  const before = await tx.lineages.get(input.lineageId);
  if (before === undefined) throw gone(input.lineageId);
  if (input.revision !== null && input.revision !== before.revision) throw overtaken(before, input.revision);
  const after = changed(before, cleaned(input.change));
  const entries = entriesOf(before, after);
  if (entries.length === 0) return { before, after: before };
  await tx.lineages.update(after);
  const at = deps.clock.now();
  for (const entry of entries) await tx.audit.append({ at, actor: input.actor, subject: before.id, ...entry });
  if (isOwnerChange(before, after)) await followOwner({ deps, tx }, { before, after, actor: input.actor });
  return { before, after };
}

/** The lineage after a change that was cleaned. */
export function changed(before: Lineage, change: LineageChange): Lineage {
  const after = { ...before, ...change, ...capSourceOf(before, change), revision: before.revision + 1 };
  // Whoever says whose a key is confirms it, also the claim that stood.
  return change.ownerSlackId === undefined ? after : { ...after, ownerStanding: 'confirmed', ownerSource: 'person' };
}

/** A cap that a person changes is theirs from here on; where it stays as it was, so does whose it is. */
function capSourceOf(before: Lineage, { capMicroUsd, capSource }: LineageChange): Partial<LineageFacts> {
  if (capSource !== undefined) return { capSource };
  return capMicroUsd === undefined || capMicroUsd === before.capMicroUsd ? {} : { capSource: 'slack' };
}

export function isOwnerChange(before: Lineage, after: Lineage): boolean {
  return before.ownerSlackId !== after.ownerSlackId || before.ownerStanding !== after.ownerStanding;
}

/** What the audit log says of it, a line for each field; empty where nothing is different. */
export function entriesOf(before: Lineage, after: Lineage): Pick<AuditEntry, 'verb' | 'detail'>[] {
  const { slug } = before;
  const entries: Pick<AuditEntry, 'verb' | 'detail'>[] = [];
  const add = (field: string, from: string | number | null, to: string | number | null) => {
    if (from !== to) entries.push({ verb: `lineage.${field}.changed`, detail: { slug, from, to } });
  };
  add('workload', before.workload, after.workload);
  add('consumers', before.consumers.join(', '), after.consumers.join(', '));
  add('cap', before.capMicroUsd, after.capMicroUsd);
  if (before.capMicroUsd === after.capMicroUsd) add('cap_source', before.capSource, after.capSource);
  add('models', before.allowedModels?.join(', ') ?? null, after.allowedModels?.join(', ') ?? null);
  add('promise', before.retention, after.retention);
  if (before.environment !== after.environment) {
    const [from, to] = [before.environment, after.environment];
    const isLess = countsAsProduction(from) && !countsAsProduction(to);
    const detail = { slug, from, to, ...(isLess ? { noLongerProduction: true } : {}) };
    entries.push({ verb: 'lineage.environment.changed', detail });
  }
  if (isOwnerChange(before, after)) {
    const wasClaim =
      before.ownerStanding === 'claimed' ? { confirmed: before.ownerSlackId === after.ownerSlackId } : {};
    const detail = { slug, from: before.ownerSlackId, to: after.ownerSlackId, ...wasClaim };
    entries.push({ verb: 'lineage.owner.changed', detail });
  } else if (before.ownerSource !== after.ownerSource) {
    entries.push({ verb: 'lineage.owner.kept', detail: { slug, owner: after.ownerSlackId } });
  }
  return entries;
}

async function followOwner(
  context: { readonly deps: Omit<ChangeDeps, 'store'>; readonly tx: Repos },
  { before, after, actor }: { readonly before: Lineage; readonly after: Lineage; readonly actor: Actor },
): Promise<void> {
  const isSame = before.ownerSlackId === after.ownerSlackId;
  await endClaim(context, before, { state: isSame ? 'confirmed' : 'declined', settledBy: actorText(actor) });
  await tellOwner(context, after, actor);
  if (after.ownerSlackId !== null) await settleOwned(context, after.id);
  await settleAbout(context, after.id, actor);
}

/** As it is kept: without keys, without what cannot be seen, within what the modal can show again. */
export function cleaned(change: LineageChange): LineageChange {
  const { workload, consumers, allowedModels, retention } = change;
  return {
    ...change,
    ...(workload === undefined ? {} : { workload: clean(workload ?? '', WORKLOAD_MAX) || null }),
    ...(consumers === undefined ? {} : { consumers: cleanList(consumers, CONSUMERS_TEXT_MAX).slice(0, CONSUMERS_MAX) }),
    ...(allowedModels === undefined ? {} : { allowedModels: cleanModels(allowedModels ?? []) }),
    ...(retention === undefined ? {} : { retention: clean(retention ?? '', PROMISE_MAX) || null }),
  };
}

/** A list without anything in it would allow nothing: it leaves the matter to policy. */
function cleanModels(patterns: readonly string[]): readonly string[] | null {
  const list = cleanList(
    patterns.flatMap((one) => one.split(MODEL_SEPARATORS)),
    MODELS_TEXT_MAX,
  );
  return list.length === 0 ? null : list;
}

/** As many as the modal can show again. */
function cleanList(texts: readonly string[], roomFor: number): readonly string[] {
  const names = [...new Set(texts.map((one) => clean(one, NAME_MAX)))].filter((one) => one !== '');
  let room = roomFor;
  return names.filter((one) => {
    room -= one.length + 1;
    return room >= 0;
  });
}

/** One line without a key, without what cannot be seen and without half a character. */
function clean(text: string, max: number): string {
  const line = scrubSecrets(text)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\s]+/gu, ' ')
    .trim();
  return line
    .slice(0, max)
    .replace(/[\ud800-\udbff]$/, '')
    .trim();
}

function overtaken({ slug, revision }: Lineage, seen: number): AppError {
  return new AppError({
    code: 'conflict',
    message: `${slug} was seen at revision ${seen} and is at ${revision}`,
    publicMessage: `Nothing was changed: somebody else has just changed ${slug}. Look at it again with \`/keys show ${slug}\`.`,
  });
}

function gone(lineageId: string): AppError {
  return new AppError({
    code: 'not_found',
    message: `no lineage ${lineageId}`,
    publicMessage: 'This key is not in the inventory any more. `/keys list` shows what there is.',
  });
}
