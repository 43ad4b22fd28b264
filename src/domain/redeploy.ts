import type { PluginSettings } from './plugin-settings.ts';

/** A deploy hook as policy names it. */
export interface DeployHookSetting {
  readonly name: string;
  readonly kind: string;
  readonly settings: PluginSettings;
}

/** Which hooks make the consumers of a lineage read a new value. All rules that match count. */
export interface RedeployRule {
  readonly match: string;
  /** Tested against a lineage's slug. */
  readonly pattern: RegExp;
  readonly hooks: readonly string[];
  /** Tested against the lineage's consumers; null: the hooks are for the lineage as a whole. */
  readonly consumer: { readonly match: string; readonly pattern: RegExp } | null;
}

export interface RedeployPlan {
  /** Each hook once, in the order of the rules, with the consumers that it serves; none: the lineage as a whole. */
  readonly hooks: readonly { readonly name: string; readonly consumers: readonly string[] }[];
  /** Consumers that no hook is named for: people see to them. */
  readonly byPeople: readonly string[];
}

/** What has to be deployed once a lineage has a new key, and by whom. */
export function hooksFor(
  slug: string,
  consumers: readonly string[],
  { redeploy }: { readonly redeploy: readonly RedeployRule[] },
): RedeployPlan {
  const served = new Map<string, Set<string>>();
  for (const { pattern, hooks, consumer } of redeploy) {
    if (!pattern.test(slug)) continue;
    const matching = consumer === null ? [] : consumers.filter((one) => consumer.pattern.test(one));
    // A rule for a consumer that this lineage does not have is about other lineages.
    if (consumer !== null && matching.length === 0) continue;
    for (const name of hooks) served.set(name, new Set([...(served.get(name) ?? []), ...matching]));
  }
  const hooks = [...served].map(([name, of]) => ({ name, consumers: consumers.filter((one) => of.has(one)) }));
  const automatic = new Set(hooks.flatMap((hook) => hook.consumers));
  return { hooks, byPeople: consumers.filter((one) => !automatic.has(one)) };
}
