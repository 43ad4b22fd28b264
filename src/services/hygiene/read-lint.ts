import { groupBy } from '../../domain/collections.ts';
import { type LintFinding, type LintSubject, lintOf } from '../../domain/hygiene/lint.ts';
import { confirmedOwnerOf, isWatched, STOPPED_STATUSES } from '../../domain/key.ts';
import type { Deps } from '../deps.ts';
import { type KeySummary, type ListDeps, listAllKeys } from '../inventory/list-keys.ts';
import { sharedUse } from './shared-use.ts';

export type LintDeps = ListDeps & Pick<Deps, 'policy' | 'breathe'>;

/** A working key with what policy has against it. */
export interface LintEntry extends KeySummary {
  readonly subject: LintSubject;
  readonly findings: readonly LintFinding[];
}

/** Every working key by slug, those without a finding included; `only` one key where no other is asked about. */
export async function readLint(deps: LintDeps, only: string | null = null): Promise<readonly LintEntry[]> {
  const working = (await listAllKeys(deps)).filter(isWorking);
  const asked = only === null ? working : working.filter(({ key }) => key.id === only);
  const shared = await sharedUse(deps, asked);
  const placeOf = ({ key }: KeySummary) => (key.scopeId === null ? null : `${key.providerId}:${key.scopeId}`);
  const places = groupBy(working, placeOf);
  const members = await deps.store.read.members.all();
  const unable = new Set(members.flatMap(({ userId, isActiveFullMember }) => (isActiveFullMember ? [] : [userId])));
  return asked.map((summary) => {
    const { key, lineage, scopeName } = summary;
    const place = placeOf(summary);
    const owner = confirmedOwnerOf(lineage);
    const others = place === null ? [] : (places.get(place) ?? []);
    const slugs = new Set(others.map((one) => one.lineage.slug));
    slugs.delete(lineage.slug);
    const subject: LintSubject = {
      slug: lineage.slug,
      label: key.label,
      scopeName,
      environment: lineage.environment,
      hasOwner: owner !== null,
      canOwnerAct: owner === null || !unable.has(owner),
      consumers: lineage.consumers,
      neighbours: place === null ? null : [...slugs].sort(),
      shared: shared.get(key.id) ?? [],
    };
    return { ...summary, subject, findings: lintOf(subject, deps.policy.naming) };
  });
}

function isWorking({ key }: KeySummary): boolean {
  return key.kind === 'inference' && isWatched(key) && !STOPPED_STATUSES.has(key.status);
}
