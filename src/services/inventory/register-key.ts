import type { Actor } from '../../domain/actor.ts';
import { type Key, type Lineage, NEW_LINEAGE, REGISTERED, STOPPED_STATUSES, slugFor } from '../../domain/key.ts';
import { environmentOf, ownerByPolicy } from '../../domain/policy.ts';
import type { AuditEntry } from '../../ports/audit.ts';
import type { Deps } from '../deps.ts';
import { tellOwner } from '../owners/tell-owner.ts';
import type { KeyEdit, Registration } from '../sheets/import-plan.ts';
import { cleaned } from './change-lineage.ts';

export type RegisterDeps = Pick<Deps, 'clock' | 'ids' | 'policy'>;

export interface Registered {
  readonly key: Key;
  readonly lineage: Lineage;
  readonly entry: AuditEntry;
}

/** A key whose provider cannot be listed, as it will be kept: in the inventory, never polled and never found missing. */
export function registeredKey(deps: RegisterDeps, actor: Actor, registration: Registration): Registered {
  const { slug, provider, label, hint, createdAt, status, facts } = registration;
  const now = deps.clock.now();
  const place = { label, slug, scopeName: null };
  const lineage: Lineage = {
    ...NEW_LINEAGE,
    id: deps.ids.next('lin'),
    slug,
    environment: environmentOf(place, deps.policy),
    ownerSlackId: ownerByPolicy(place, deps.policy),
    createdAt: now,
    ...facts,
    ...(facts.ownerSlackId ? { ownerSource: 'person' } : {}),
  };
  const id = deps.ids.next('key');
  const key: Key = {
    id,
    lineageId: lineage.id,
    connectionId: REGISTERED,
    providerId: provider,
    providerKeyId: id,
    scopeId: null,
    label,
    hint,
    status,
    generation: 1,
    createdAt,
    lastUsedAt: null,
    expiresAt: null,
    owner: null,
    kind: 'inference',
    firstSeenAt: now,
    lastSeenAt: now,
    goneAt: status === 'gone' ? now : null,
    stoppedAt: null,
    announced: true,
  };
  const detail = { slug, provider, environment: lineage.environment, owner: lineage.ownerSlackId };
  return { key, lineage, entry: { at: now, actor, verb: 'key.registered', subject: id, detail } };
}

/** A registered key after somebody corrected what is said of it. */
export function editedKey(
  { clock }: Pick<RegisterDeps, 'clock'>,
  actor: Actor,
  { before, slug, change, words }: KeyEdit,
): { readonly key: Key; readonly entry: AuditEntry } {
  const now = clock.now();
  const key = { ...before, ...change };
  const isOther = key.status !== before.status;
  const moved = isOther
    ? {
        generation: before.generation + 1,
        goneAt: key.status === 'gone' ? now : null,
        stoppedAt: STOPPED_STATUSES.has(key.status) ? now : null,
      }
    : {};
  const detail = { slug, fields: words.map(({ field }) => field).join(', '), status: key.status };
  return {
    key: { ...key, ...moved },
    entry: { at: now, actor, verb: 'key.registration.changed', subject: before.id, detail },
  };
}

type WriteDeps = RegisterDeps & Pick<Deps, 'store'>;

/** Puts one key into the inventory that its provider does not list. Returns its lineage. */
export async function registerKey(
  deps: WriteDeps,
  actor: Actor,
  registration: Omit<Registration, 'slug'>,
): Promise<Lineage> {
  return deps.store.write(async (tx) => {
    const slugs = new Set(await tx.lineages.slugs());
    const slug = slugFor(registration.label, (candidate) => slugs.has(candidate));
    const facts = cleaned(registration.facts);
    const { key, lineage, entry } = registeredKey(deps, actor, { ...registration, slug, facts });
    await tx.lineages.insert(lineage);
    await tx.keys.insert(key);
    await tx.audit.append(entry);
    await tellOwner({ deps, tx }, lineage, actor);
    return lineage;
  });
}

/** What became of a registered key, in a person's words. */
export async function changeRegistration(
  deps: WriteDeps,
  actor: Actor,
  { key, slug, status }: { readonly key: Key; readonly slug: string; readonly status: Key['status'] },
): Promise<void> {
  await deps.store.write(async (tx) => {
    const before = await tx.keys.get(key.id);
    if (before === undefined || before.status === status) return;
    const words = [{ field: 'Status', from: before.status, to: status }];
    const edited = editedKey(deps, actor, { before, slug, change: { status }, words });
    await tx.keys.update(edited.key);
    await tx.audit.append(edited.entry);
  });
}
