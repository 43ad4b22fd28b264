import type { Check } from '../../domain/hygiene/checks.ts';
import { isWatched, STOPPED_STATUSES } from '../../domain/key.ts';
import type { AuditFigures } from '../../domain/key-audit.ts';
import { type SearchPrefix, searchPrefixes } from '../../domain/search-prefixes.ts';
import { isStale } from '../../domain/staleness.ts';
import type { Deps } from '../deps.ts';
import { STALE_MS } from '../home/stale-after.ts';
import { readScores } from '../hygiene/read-score.ts';
import { type KeySummary, listAllKeys } from '../inventory/list-keys.ts';
import type { RiskDeps } from '../risk/read-risk.ts';
import { watchKeys } from '../risk/watch-key.ts';

export type FigureDeps = RiskDeps & Pick<Deps, 'outlets' | 'breathe'>;

export interface TakenFigures {
  readonly figures: AuditFigures;
  /** 0 to 100. */
  readonly score: number;
  readonly prefixes: readonly SearchPrefix[];
}

/** All that an audit counts, as of now; the checks of the hygiene score are counted as the score counts them. */
export async function takeFigures(deps: FigureDeps): Promise<TakenFigures> {
  const now = deps.clock.now();
  const { company } = await readScores(deps);
  const wrong = (id: Check) => company.checks.find((check) => check.id === id)?.items.length ?? 0;
  const working = await workingKeys(deps);
  const isUnused = ({ key, quietSince }: KeySummary) => isStale(key, now - quietSince, STALE_MS);
  const neverUsed = working.filter(({ key }) => key.lastUsedAt === null);
  const watches = [...(await watchKeys(deps, working)).values()];
  const prefixes = searchPrefixes(working.map(({ key }) => key.hint));
  const figures = {
    keys: working.length,
    connections: new Set(working.map(({ key }) => key.connectionId)).size,
    unread: working.filter(({ key }) => !isWatched(key)).length,
    unowned: wrong('owned'),
    unused: working.filter((one) => isUnused(one) && one.key.lastUsedAt !== null).length,
    never_used: neverUsed.filter(isUnused).length,
    unknown: neverUsed.filter((one) => !isUnused(one)).length,
    prefixes: prefixes.length,
    shared: wrong('scoped'),
    unnamed: wrong('named'),
    uncapped: wrong('capped'),
    unbounded: wrong('blast_radius'),
    overdue: wrong('rotated'),
    old: wrong('young'),
    unheard: watches.filter(({ gaps }) => gaps.includes('nobody')).length,
    blind: watches.filter(({ gaps }) => gaps.includes('blind')).length,
    unanswered: wrong('alerts_answered'),
  } satisfies AuditFigures;
  return { figures, score: company.score, prefixes };
}

/** What an audit looks at: keys that work, the bot's own left out. */
export async function workingKeys(deps: RiskDeps): Promise<readonly KeySummary[]> {
  return (await listAllKeys(deps)).filter(({ key }) => key.kind === 'inference' && !STOPPED_STATUSES.has(key.status));
}
