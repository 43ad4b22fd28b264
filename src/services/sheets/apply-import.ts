import { type Actor, actorText } from '../../domain/actor.ts';
import { groupBy, inSlices } from '../../domain/collections.ts';
import { AppError } from '../../domain/errors.ts';
import type { Key, Lineage } from '../../domain/key.ts';
import type { AuditEntry } from '../../ports/audit.ts';
import type { Repos } from '../../ports/store.ts';
import type { Deps } from '../deps.ts';
import { isOwnerChange } from '../inventory/change-lineage.ts';
import { editedKey, registeredKey } from '../inventory/register-key.ts';
import { endClaim } from '../owners/claims.ts';
import { tellOwner } from '../owners/tell-owner.ts';
import { type ImportPlan, isIdle } from './import-plan.ts';

export type ApplyDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'policy' | 'breathe'>;

// A slice of this many rows is written in a few dozen milliseconds.
const SLICE = 500;

/**
 * Does what a plan says: all of it in one transaction, or nothing. Throws `conflict` when somebody has changed one of its
 * keys since it was made.
 */
export async function applyImport(deps: ApplyDeps, actor: Actor, plan: ImportPlan): Promise<void> {
  if (isIdle(plan)) return;
  const rows = rowsOf(deps, actor, plan);
  await deps.store.write(async (tx) => {
    await refuseOvertaken(tx, plan);
    // The event loop is let go between slices: it is one transaction all the same, and others only wait to write.
    for (const write of writesOf(tx, rows)) {
      await write();
      await deps.breathe();
    }
    await followOwners({ deps, tx }, actor, rows.owned);
  });
}

interface Rows {
  readonly lineages: readonly Lineage[];
  readonly keys: readonly Key[];
  readonly entries: readonly AuditEntry[];
  /** Before null: it is new. */
  readonly owned: readonly { readonly before: Lineage | null; readonly after: Lineage }[];
}

function rowsOf(deps: ApplyDeps, actor: Actor, { edits, keyEdits, added }: ImportPlan): Rows {
  const at = deps.clock.now();
  const made = added.map((registration) => registeredKey(deps, actor, registration));
  const edited = keyEdits.map((edit) => editedKey(deps, actor, edit));
  const changes = edits.flatMap(({ before, entries }) =>
    entries.map((entry) => ({ at, actor, subject: before.id, ...entry })),
  );
  const detail = { changed: edits.length + keyEdits.length, added: added.length };
  const summary = { at, actor, verb: 'inventory.imported', subject: 'inventory', detail };
  return {
    lineages: [...edits.map(({ after }) => after), ...made.map(({ lineage }) => lineage)],
    keys: [...edited, ...made].map(({ key }) => key),
    entries: [summary, ...changes, ...edited.map(({ entry }) => entry), ...made.map(({ entry }) => entry)],
    owned: [
      ...edits.filter(({ before, after }) => isOwnerChange(before, after)),
      ...made.map(({ lineage }) => ({ before: null, after: lineage })),
    ],
  };
}

async function refuseOvertaken(tx: Repos, { edits, keyEdits, added }: ImportPlan): Promise<void> {
  const lineages = new Map((await tx.lineages.all()).map((lineage) => [lineage.id, lineage]));
  const changed = edits.find(({ before }) => lineages.get(before.id)?.revision !== before.revision);
  if (changed !== undefined) throw overtaken(changed.before.slug);
  const slugs = new Set([...lineages.values()].map(({ slug }) => slug));
  const taken = added.find(({ slug }) => slugs.has(slug));
  if (taken !== undefined) throw overtaken(taken.slug);
  for (const { before, slug } of keyEdits)
    if (JSON.stringify(await tx.keys.get(before.id)) !== JSON.stringify(before)) throw overtaken(slug);
}

/** Lineages before the keys that belong to them. */
function writesOf({ bulk }: Repos, { lineages, keys, entries }: Rows): readonly (() => Promise<void>)[] {
  return [
    ...inSlices(lineages, SLICE).map((slice) => () => bulk.putLineages(slice)),
    ...inSlices(keys, SLICE).map((slice) => () => bulk.putKeys(slice)),
    ...inSlices(entries, SLICE).map((slice) => () => bulk.audit(slice)),
  ];
}

/** One message for each new owner, however many keys it is about. */
async function followOwners(
  context: { readonly deps: ApplyDeps; readonly tx: Repos },
  actor: Actor,
  owned: Rows['owned'],
): Promise<void> {
  for (const { before, after } of owned) {
    if (before?.ownerStanding !== 'claimed') continue;
    const state = before.ownerSlackId === after.ownerSlackId ? 'confirmed' : 'declined';
    await endClaim(context, before, { state, settledBy: actorText(actor) });
  }
  const given = owned.map(({ after }) => after).filter(({ ownerSlackId }) => ownerSlackId !== null);
  for (const [, [first, ...others]] of groupBy(given, ({ ownerSlackId }) => ownerSlackId))
    if (first !== undefined) await tellOwner(context, { ...first, more: others.length }, actor);
}

function overtaken(slug: string): AppError {
  return new AppError({
    code: 'conflict',
    message: `${slug} was changed while its sheet was looked at`,
    publicMessage: `Nothing was imported: somebody has just changed ${slug}. Look at what the sheet would change once more.`,
  });
}
