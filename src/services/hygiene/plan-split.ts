import { type SplitKey, type SplitPlan, splitPlan } from '../../domain/hygiene/split-plan.ts';
import type { Deps } from '../deps.ts';
import { proposeFor } from '../limits/propose-caps.ts';
import { type LintDeps, type LintEntry, readLint } from './read-lint.ts';

// Each cap is proposed from half a year of days.
const CAPS_PROPOSED = 15;

export interface PlannedSplit {
  readonly plan: SplitPlan;
  readonly entry: LintEntry;
}

/** How the place of a key becomes one key's, or one key two; undefined: the key does not work any more. */
export async function planSplit(
  deps: LintDeps & Pick<Deps, 'clock'>,
  keyId: string,
): Promise<PlannedSplit | undefined> {
  const entries = await readLint(deps);
  const entry = entries.find(({ key }) => key.id === keyId);
  if (entry === undefined) return undefined;
  const { providerId, scopeId } = entry.key;
  const place = entries.filter(
    ({ key }) => key.id === keyId || (scopeId !== null && key.providerId === providerId && key.scopeId === scopeId),
  );
  const dearest = place.toSorted((a, b) => b.last30dMicroUsd - a.last30dMicroUsd);
  const keys: SplitKey[] = [];
  for (const [index, { key, lineage, last30dMicroUsd }] of dearest.entries()) {
    const past = { keyIds: [key.id], lineageIds: [lineage.id] };
    const proposal = index < CAPS_PROPOSED ? await proposeFor(deps, past) : null;
    const { slug, environment, consumers } = lineage;
    const capMicroUsd = proposal?.monthlyMicroUsd ?? null;
    keys.push({ keyId: key.id, slug, environment, consumers, last30dMicroUsd, capMicroUsd });
  }
  return { plan: splitPlan(keys, entry.subject.shared), entry };
}
