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
  const slugsIn = new Map(
    [...groupBy(working, placeOf)].map(([place, there]) => [place, new Set(there.map(({ lineage }) => lineage.slug))]),
  );
  const members = await deps.store.read.members.all();
  const unable = new Set(members.flatMap(({ userId, isActiveFullMember }) => (isActiveFullMember ? [] : [userId])));
  return asked.map((summary) => {
    const { key, lineage, scopeName } = summary;
    const place = placeOf(summary);
    const owner = confirmedOwnerOf(lineage);
    const subject: LintSubject = {
      slug: lineage.slug,
      label: key.label,
      scopeName,
      environment: lineage.environment,
      hasOwner: owner !== null,
      canOwnerAct: owner === null || !unable.has(owner),
      consumers: lineage.consumers,
      // Its own is one of them.
      neighbours: place === null ? null : Math.max(0, (slugsIn.get(place)?.size ?? 0) - 1),
      shared: shared.get(key.id) ?? [],
    };
    return { ...summary, subject, findings: lintOf(subject, deps.policy.naming) };
  });
}

function isWorking({ key }: KeySummary): boolean {
  return key.kind === 'inference' && isWatched(key) && !STOPPED_STATUSES.has(key.status);
}
