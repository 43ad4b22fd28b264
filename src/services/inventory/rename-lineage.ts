import type { Actor } from '../../domain/actor.ts';
import { AppError } from '../../domain/errors.ts';
import { fitsNaming } from '../../domain/hygiene/lint.ts';
import { type Key, type Lineage, STOPPED_STATUSES, slugFor } from '../../domain/key.ts';
import { looksLikeSecret } from '../../domain/secret.ts';
import { insertAction } from '../actions/record-request.ts';
import type { Deps } from '../deps.ts';

export type RenameDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'policy' | 'providers' | 'outlets'>;

export interface RenameInput {
  readonly actor: Actor;
  readonly keyId: string;
  /** Of the lineage as the person saw it. */
  readonly revision: number;
  readonly name: string;
}

export interface Renamed {
  readonly before: Lineage;
  readonly after: Lineage;
  /** False: its provider cannot rename it, so that a person does it there. */
  readonly atProvider: boolean;
}

/** What is wrong with a name that somebody types; null: nothing. */
export function nameFault(name: string, { policy }: Pick<Deps, 'policy'>): string | null {
  if (name === '') return 'Give it a name.';
  if (looksLikeSecret(name)) return 'This looks like a key. Never put a key here.';
  if (slugFor(name, () => false) !== name) return 'Use small letters, digits and single dashes, at most 40.';
  return fitsNaming(name, policy.naming) ? null : `Policy wants ${policy.naming.pattern}.`;
}

/** The new name at once in Keysteward, and at the provider where that can be done from here, as a durable action. */
export async function renameLineage(deps: RenameDeps, input: RenameInput): Promise<Renamed> {
  const name = input.name.trim();
  const fault = nameFault(name, deps);
  if (fault !== null) throw refused('invalid_input', fault);
  return deps.store.write(async (tx) => {
    const key = await tx.keys.get(input.keyId);
    const before = key && (await tx.lineages.get(key.lineageId));
    if (key === undefined || before === undefined)
      throw refused('not_found', 'This key is not in the inventory any more. `/keys list` shows what there is.');
    if (before.revision !== input.revision)
      throw refused('conflict', `Nothing was done: somebody has changed ${before.slug} meanwhile. Look at it again.`);
    const isNew = name !== before.slug;
    if (isNew && (await tx.lineages.slugs()).includes(name))
      throw refused('invalid_input', `Another key is called ${name} already.`);
    const after: Lineage = isNew ? { ...before, slug: name, revision: before.revision + 1 } : before;
    if (isNew) {
      await tx.lineages.update(after);
      const detail = { slug: name, from: before.slug, to: name };
      const entry = { at: deps.clock.now(), verb: 'lineage.renamed', subject: before.id, detail };
      await tx.audit.append({ ...entry, actor: input.actor });
    }
    const atProvider = canRename(deps, key) && key.label !== name;
    if (atProvider) {
      const wanted = {
        kind: 'rename',
        idempotencyKey: `rename:${key.id}:${after.revision}`,
        params: { name },
        reason: `called ${name} as policy wants`,
        detail: { from: key.label },
      } as const;
      await insertAction({ deps, tx }, { ...wanted, actor: input.actor, alertId: null, consent: null }, key);
    }
    return { before, after, atProvider };
  });
}

export function canRename({ providers }: Pick<Deps, 'providers'>, key: Key): boolean {
  const provider = providers.get(key.connectionId);
  return provider?.renameKey !== undefined && key.kind === 'inference' && !STOPPED_STATUSES.has(key.status);
}

function refused(code: 'invalid_input' | 'not_found' | 'conflict', publicMessage: string): AppError {
  return new AppError({ code, message: `a name that does not hold: ${code}`, publicMessage });
}
