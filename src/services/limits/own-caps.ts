import { type OwnCap, ownCapOf } from '../../domain/own-cap.ts';
import type { Deps } from '../deps.ts';

type CapDeps = Pick<Deps, 'store' | 'policy'>;

/** The own caps that hold, by lineage, whoever set them. Reads all lineages only where policy has rules. */
export async function ownCaps({ store, policy }: CapDeps): Promise<ReadonlyMap<string, OwnCap>> {
  const { lineages } = store.read;
  const said = await lineages.caps();
  const unsaid = policy.caps.monthly.length === 0 ? [] : await lineages.undecidedCaps();
  const caps = [...said, ...unsaid].map((line) => [line.id, ownCapOf(line, policy)] as const);
  return new Map(caps.filter(([, { microUsd }]) => microUsd !== null));
}
