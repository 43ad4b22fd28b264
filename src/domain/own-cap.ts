import type { RaisePolicy } from './cap.ts';
import type { CapSource, Environment, Lineage } from './key.ts';

/** A rule of policy on the monthly caps of lineages. The first that matches counts. */
export interface CapRule {
  readonly match: string;
  /** Tested against a lineage's slug. */
  readonly pattern: RegExp;
  /** Null: the rule sets no cap, it only says what happens at one. */
  readonly monthlyMicroUsd: number | null;
  /** At the whole of the cap the key is suspended. */
  readonly enforce: boolean;
  /** Where it is: production and unknown only where the file names them. */
  readonly environments: readonly Environment[];
}

/** What is paid to a provider in advance and does not fill up by itself. */
export interface Prepaid {
  readonly connectionId: string;
  readonly microUsd: number;
}

/** How far a cap may be raised by those who are no admins, which caps hold, and what is paid in advance. */
export interface CapPolicy extends RaisePolicy {
  readonly monthly: readonly CapRule[];
  readonly prepaid: readonly Prepaid[];
}

/** One value and its origin; what is enforced is suspended at it. */
export interface OwnCap {
  readonly microUsd: number | null;
  /** Null: nobody has said anything. A person may also have said that there is none. */
  readonly origin: CapSource | 'policy' | null;
  readonly enforced: boolean;
}

// A list asks for ten thousand caps at once, and names rarely change: each pattern is tried once for each name.
const remembered = new WeakMap<readonly CapRule[], Map<string, CapRule | undefined>>();

type Capped = Pick<Lineage, 'slug' | 'environment' | 'capMicroUsd' | 'capSource'>;

export interface CapRules {
  readonly caps: Pick<CapPolicy, 'monthly'>;
}

/** What people said first, in Slack or in a sheet; policy's word where nobody has. */
export function ownCapOf(lineage: Capped, policy: CapRules): OwnCap {
  const rule = ruleFor(lineage, policy);
  const ofPolicy = rule?.monthlyMicroUsd ?? null;
  // What was written before anybody asked where it came from was said by a person.
  const source = lineage.capSource ?? (lineage.capMicroUsd === null ? null : 'slack');
  const microUsd = source === null ? ofPolicy : lineage.capMicroUsd;
  const isNamed = rule?.environments.includes(lineage.environment) ?? false;
  return {
    microUsd,
    origin: source ?? (ofPolicy === null ? null : 'policy'),
    enforced: microUsd !== null && rule?.enforce === true && isNamed,
  };
}

/** How `to` is kept: policy's own value is left to policy, so that a raise that ends goes back to what it came from. */
export function capToKeep(
  lineage: Capped,
  to: number | null,
  policy: CapRules,
): Pick<Lineage, 'capMicroUsd' | 'capSource'> {
  const ofPolicy = ruleFor(lineage, policy)?.monthlyMicroUsd ?? null;
  return to === ofPolicy ? { capMicroUsd: null, capSource: null } : { capMicroUsd: to, capSource: 'slack' };
}

/** What people said of a cap; where they say what holds already, whose it is stays. */
export function saidCap(
  lineage: Capped,
  microUsd: number | null,
  { policy, source }: { readonly policy: CapRules; readonly source: CapSource },
): Partial<Pick<Lineage, 'capMicroUsd' | 'capSource'>> {
  const own = ownCapOf(lineage, policy);
  const holds = own.microUsd === microUsd && (microUsd !== null || own.origin !== null);
  return holds ? {} : { capMicroUsd: microUsd, capSource: source };
}

function ruleFor({ slug }: Pick<Lineage, 'slug'>, { caps: { monthly } }: CapRules): CapRule | undefined {
  if (monthly.length === 0) return undefined;
  const known = remembered.get(monthly) ?? new Map<string, CapRule | undefined>();
  remembered.set(monthly, known);
  if (!known.has(slug)) {
    known.set(
      slug,
      monthly.find(({ pattern }) => pattern.test(slug)),
    );
  }
  return known.get(slug);
}
