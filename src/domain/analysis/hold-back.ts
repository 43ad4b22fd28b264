import { billingThreshold } from '../detectors/billing-threshold.ts';
import { costSpike } from '../detectors/cost-spike.ts';
import { volumeSpike } from '../detectors/volume-spike.ts';
import type { Profile } from '../profile.ts';
import type { Found } from './found.ts';
import type { KeyHistory } from './key-history.ts';

const OF_COST: ReadonlySet<string> = new Set([costSpike.id, billingThreshold.id]);

/**
 * How loud a finding is under a profile. Balanced calls nobody for a day that the history has seen the like of; it is
 * told as a notice, with the reason. What is new of its kind, and a spend that accelerates, is never held back.
 */
export function heard(found: Found, profile: Profile, history: KeyHistory | null): Found {
  if (profile === 'strict' || history === null) return found;
  const { costUsd, requests } = found.evidence;
  const isUsual =
    (OF_COST.has(found.kind) && typeof costUsd === 'number' && costUsd * 1e6 <= history.cost.max) ||
    (found.kind === volumeSpike.id && typeof requests === 'number' && requests <= (history.requests?.max ?? 0));
  if (!isUsual || found.severity === 'info') return found;
  return { ...found, severity: 'info', evidence: { ...found.evidence, heldBack: 'the history has a day as large' } };
}
