import type { Alert } from '../../domain/alert.ts';
import type { Radius } from '../../domain/blast-radius/radius.ts';
import { pages } from '../../domain/escalation.ts';
import type { Fact } from '../../domain/hygiene/checks.ts';
import { fitsNaming } from '../../domain/hygiene/lint.ts';
import { type KeyFacts, ownerScores, type Score, scoreOf } from '../../domain/hygiene/score.ts';
import { confirmedOwnerOf, STOPPED_STATUSES } from '../../domain/key.ts';
import { MICRO_USD_PER_USD } from '../../domain/money.ts';
import { isStale } from '../../domain/staleness.ts';
import { DAY_MS, MINUTE_MS } from '../../domain/time.ts';
import { STALE_MS } from '../home/stale-after.ts';
import { type KeySummary, listAllKeys } from '../inventory/list-keys.ts';
import { ownCaps } from '../limits/own-caps.ts';
import { type RiskDeps, recentRisk } from '../risk/read-risk.ts';
import { RotationDue } from '../rotation/rotation-due.ts';

const YOUNG_MS = 365 * DAY_MS;
const LARGE_MICRO_USD = 1_000 * MICRO_USD_PER_USD;
/** Where policy never asks the responders again. */
const ANSWER_WITHIN_MS = 15 * MINUTE_MS;

export interface Scores {
  readonly company: Score;
  readonly owners: ReadonlyMap<string, Score>;
  /** What they are made of. */
  readonly keys: readonly KeyFacts[];
}

/** The score of the company and of each owner, from what is known now. */
export async function readScores(deps: RiskDeps): Promise<Scores> {
  const keys = await keyFacts(deps);
  return { company: scoreOf(keys), owners: ownerScores(keys), keys };
}

async function keyFacts(deps: RiskDeps): Promise<readonly KeyFacts[]> {
  const { store, clock, policy } = deps;
  const now = clock.now();
  const working = (await listAllKeys(deps)).filter(
    ({ key }) => key.kind === 'inference' && !STOPPED_STATUSES.has(key.status),
  );
  const caps = await ownCaps(deps);
  const { byKey } = await recentRisk(deps);
  const due = new RotationDue(deps);
  const lineagesOf = new Map<string, Set<string>>();
  for (const { key, lineage } of working) {
    const place = `${key.providerId}:${key.scopeId ?? ''}`;
    lineagesOf.set(place, (lineagesOf.get(place) ?? new Set()).add(lineage.id));
  }
  const answerMs = policy.escalation.responders ?? ANSWER_WITHIN_MS;
  const unanswered = new Set(
    (await store.read.alerts.unresolved())
      .filter((alert) => isUnanswered(alert, now - answerMs))
      .map((one) => one.lineageId),
  );
  return working.map((summary) => {
    const { key, lineage } = summary;
    const risk = byKey.get(key.id);
    const isCapped = caps.has(lineage.id) || (risk !== undefined && risk.at.input.providerCap !== null);
    const others = lineagesOf.get(`${key.providerId}:${key.scopeId ?? ''}`)?.size ?? 1;
    return {
      keyId: key.id,
      slug: lineage.slug,
      ownerId: confirmedOwnerOf(lineage),
      facts: {
        owned: confirmedOwnerOf(lineage) !== null,
        used: usedFact(summary, now),
        capped: isCapped,
        scoped: key.scopeId === null ? null : others === 1,
        blast_radius: risk === undefined ? null : boundedFact(risk.radius),
        young: key.createdAt === null ? null : now - key.createdAt < YOUNG_MS,
        alerts_answered: !unanswered.has(lineage.id),
        named: lineage.environment !== 'unknown' && fitsNaming(lineage.slug, policy.naming),
        rotated: due.isOnTime(key, lineage, now),
      },
    };
  });
}

/** What was never used and is too young to be called unused is not known. */
function usedFact({ key, quietSince }: KeySummary, now: number): Fact {
  if (isStale(key, now - quietSince, STALE_MS)) return false;
  return key.lastUsedAt === null ? null : true;
}

/** A cap that stops it is a decision, whatever its height: setting one can only mend this. */
function boundedFact({ boundedBy, worst48hMicroUsd }: Radius): Fact {
  if (worst48hMicroUsd === null) return null;
  if (boundedBy !== 'rate' && boundedBy !== 'highest_hour') return true;
  return worst48hMicroUsd <= LARGE_MICRO_USD;
}

/** It calls people, and nobody has taken it on before the responders were due again. */
function isUnanswered({ state, severity, testOf, snoozedUntil, openedAt, escalation }: Alert, before: number): boolean {
  if (state !== 'open' || testOf !== null || snoozedUntil !== null || !pages(severity)) return false;
  return (escalation?.since ?? openedAt) < before;
}
