import type { Kysely } from 'kysely';
import type { CapSource, Environment } from '../domain/key.ts';
import type { CapLine } from '../ports/limits.ts';
import type { Database } from './schema.ts';

/** Lineages that people gave a cap, or of whose cap nobody has said anything. */
export async function lineageCaps(db: Kysely<Database>, which: 'said' | 'unsaid'): Promise<readonly CapLine[]> {
  const rows = await db
    .selectFrom('lineages')
    .select(['id', 'slug', 'environment', 'cap_micro_usd', 'cap_source'])
    .where('cap_micro_usd', which === 'said' ? 'is not' : 'is', null)
    .$if(which === 'unsaid', (query) => query.where('cap_source', 'is', null))
    .execute();
  return rows.map(({ id, slug, environment, cap_micro_usd: capMicroUsd, cap_source: capSource }) => ({
    id,
    slug,
    environment: environment as Environment,
    capMicroUsd,
    capSource: capSource as CapSource | null,
  }));
}
