import type { Lineage } from '../domain/key.ts';

/** Where policy says that things are, by names in policy. */
export interface Places {
  /** Where the value of a lineage's key is kept; `provider` is its id. Null: somewhere that we do not know. */
  secretOf(facts: {
    readonly slug: string;
    readonly environment: string;
    readonly provider: string;
  }): { readonly store: string; readonly reference: string } | null;
  /** What makes its consumers read it anew; `consumer` null: the hook stands for itself. */
  hooksOf(lineage: Lineage): readonly { readonly hook: string; readonly consumer: string | null }[];
}

export const NO_PLACES: Places = { secretOf: () => null, hooksOf: () => [] };
