import type { Act } from '../../domain/authorise.ts';
import { countsAsProduction, type Lineage } from '../../domain/key.ts';
import { nearestName } from '../../domain/nearest.ts';
import type { Deps } from '../deps.ts';

type Rule = Pick<Deps['detectors'][number], 'id' | 'title'>;

/** The rule that a person means: by its id or its title, by the beginning of one, or by what is nearest. */
export function ruleNamed({ detectors }: Pick<Deps, 'detectors'>, typed: string): Rule | undefined {
  const wanted = plainName(typed);
  const names = new Map(detectors.flatMap((rule) => [rule.id, rule.title].map((name) => [plainName(name), rule])));
  const exact = names.get(wanted);
  if (exact !== undefined) return exact;
  const begun = new Set([...names].filter(([name]) => name.startsWith(wanted)).map(([, rule]) => rule));
  const [only, ...others] = begun;
  if (only !== undefined && others.length === 0 && wanted.length > 2) return only;
  return names.get(nearestName(wanted, names.keys()) ?? '');
}

function plainName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, '-');
}

/** What muting a rule takes. */
export function muteAct({ environment }: Pick<Lineage, 'environment'>): Act {
  return countsAsProduction(environment) ? 'mute_production' : 'mute';
}
