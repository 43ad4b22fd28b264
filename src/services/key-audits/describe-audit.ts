import type { KeyAudit } from '../../domain/key-audit.ts';
import { type SearchPrefix, searchPrefixes } from '../../domain/search-prefixes.ts';
import type { RiskDeps } from '../risk/read-risk.ts';
import type { Place } from '../rotation/rotation-link.ts';
import { KEY_AUDIT } from './announce-audit.ts';
import { workingKeys } from './take-figures.ts';

/** Everything that the messages of an audit need. */
export interface KeyAuditCard {
  readonly now: number;
  readonly audit: KeyAudit;
  readonly prefixes: readonly SearchPrefix[];
  /** Where its message stands; null: it is on its way. */
  readonly place: Place | null;
}

export async function describeAudit(deps: RiskDeps, auditId: string): Promise<KeyAuditCard | undefined> {
  const { keyAudits, messages } = deps.store.read;
  const audit = await keyAudits.get(auditId);
  if (audit === undefined) return undefined;
  const prefixes = searchPrefixes((await workingKeys(deps)).map(({ key }) => key.hint));
  return { now: deps.clock.now(), audit, prefixes, place: (await messages.get(KEY_AUDIT, auditId)) ?? null };
}
