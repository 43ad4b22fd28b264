import type { Act } from '../../../domain/authorise.ts';

/** Raising a cap beyond what policy allows is for admins, whichever way is taken; a first cap and a lower one protect. */
export function actToSetCap(
  { from, to }: { readonly from: number | null; readonly to: number | null },
  boundMicroUsd: number | null,
  usual: Act,
): Act {
  if (from === null || (to !== null && to <= from)) return usual;
  return to === null || (boundMicroUsd !== null && to > boundMicroUsd) ? 'raise_cap_beyond' : usual;
}
