import type { Policy } from '../domain/policy.ts';
import { parsePolicy } from './policy.ts';
import type { DetectorNames } from './policy-schema.ts';

// What a file cannot leave out.
const LEAST = "channels: { alerts: '#alerts' }\nroles: { admins: [U000] }\n";

/** Policy where there is no file: every default, and nobody in any role. */
export function defaultPolicy(detectors: readonly DetectorNames[]): Policy {
  const parsed = parsePolicy(LEAST, { file: 'policy.yml', detectors });
  if (!parsed.ok) throw new RangeError('the defaults of policy.yml do not hold');
  return { ...parsed.policy, roles: { ...parsed.policy.roles, admins: [] } };
}
