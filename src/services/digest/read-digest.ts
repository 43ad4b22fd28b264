import { buildDigest, type DigestFacts, type RowFacts, TREND_WEEKS } from '../../domain/digest/build.ts';
import type { DigestCard, DigestPaged } from '../../domain/digest/card.ts';
import type { ActionKey } from '../../domain/digest/top-actions.ts';
import { type DigestTurn, previewTurn, turnsUntil } from '../../domain/digest/turn.ts';
import { STOPPED_STATUSES } from '../../domain/key.ts';
import { DAY_MS, floorTo, monthStart } from '../../domain/time.ts';
import type { UsageRange } from '../../ports/usage-prices.ts';
import { whoWouldBePaged } from '../alerts/who-is-paged.ts';
import { capLines } from '../home/read-company.ts';
import { readScores, type Scores } from '../hygiene/read-score.ts';
import { type KeySummary, listAllKeys } from '../inventory/list-keys.ts';
import { unclaimedForDigest } from '../owners/describe-unclaimed.ts';
import { type Risk, type RiskDeps, recentRisk } from '../risk/read-risk.ts';
import { staleForDigest } from '../stale/stale-digest.ts';
import { readAlerts } from './read-alerts.ts';
import { readData } from './read-data.ts';
import { readRotations } from './read-rotations.ts';
import { readSecondAlarms } from './read-second-alarms.ts';

export type DigestDeps = RiskDeps;

/** The digest of the newest turn: what happened until then, and how everything stands now. */
export async function readDigest(deps: DigestDeps): Promise<DigestCard> {
  const turns = turnsOf(deps, TREND_WEEKS);
  return readCard(deps, { turns, isPreview: false });
}

/** What it would say now, of the last seven days. */
export async function previewDigest(deps: DigestDeps): Promise<DigestCard> {
  const turns = turnsOf(deps, TREND_WEEKS - 1);
  const now = previewTurn(deps.clock.now(), zoneOf(deps));
  return readCard(deps, { turns: [...turns, now], isPreview: true });
}

/** The newest turns, oldest first. */
export function turnsOf({ clock, policy }: Pick<DigestDeps, 'clock' | 'policy'>, count: number): readonly DigestTurn[] {
  return turnsUntil(clock.now(), { timetable: policy.digest, timeZone: zoneOf({ policy }) }, count);
}

function zoneOf({ policy }: Pick<DigestDeps, 'policy'>): string {
  return policy.digest.timeZone ?? policy.calendar.timeZone;
}

interface Asked {
  readonly turns: readonly DigestTurn[];
  readonly isPreview: boolean;
}

async function readCard(deps: DigestDeps, { turns, isPreview }: Asked): Promise<DigestCard> {
  const turn = turns.at(-1);
  if (turn === undefined) throw new RangeError('a digest of no week');
  const { store, clock } = deps;
  const all = await listAllKeys(deps);
  const scores = await readScores(deps);
  const risk = await recentRisk(deps);
  const rowFacts = await readRows(deps, { all, scores, risk, spent: turn.spent });
  const look = lookUps(all, rowFacts);
  const range = turn.happened;
  const { alerts, catches, unanswered } = await readAlerts(deps, { range, ...look });
  const keysOverdue = scores.company.checks.find(({ id }) => id === 'rotated')?.items.length ?? 0;
  const { hangingKeyIds, ...rotations } = await readRotations(deps, { range, slugOf: look.slugOf, keysOverdue });
  const { count, hash } = await store.read.audit.head();
  return buildDigest({
    turn,
    turns,
    isPreview,
    madeAt: clock.now(),
    score: scores.company,
    past: await store.read.digests.scores(TREND_WEEKS),
    spent: await spentIn(deps, turns),
    money: await readMoney(deps, { all, risk, spent: turn.spent }),
    alerts,
    catches,
    rotations,
    data: await readData(deps, range),
    paged: await readPaged(deps),
    secondAlarms: await readSecondAlarms(deps, { keys: all.map(({ key }) => key), spentOf: look.spentOf }),
    unclaimed: (await unclaimedForDigest(deps)).left.map(({ lineage }) => lineage.slug),
    staleProposals: (await staleForDigest(deps)).proposed.map(({ slug }) => slug),
    rowFacts,
    actions: {
      change: risk.change,
      unanswered,
      hanging: hangingKeyIds.flatMap((keyId) => look.keyOf({ keyId }) ?? []),
    },
    audit: { count, head: hash },
  });
}

interface RowsAsked {
  readonly all: readonly KeySummary[];
  readonly scores: Scores;
  readonly risk: Risk;
  readonly spent: UsageRange;
}

/** One row of facts for each working key. */
export async function readRows(
  { store }: Pick<DigestDeps, 'store'>,
  { all, scores, risk, spent }: RowsAsked,
): Promise<readonly RowFacts[]> {
  const week = await store.read.usage.dayCosts(spent);
  const before = await store.read.usage.dayCosts(weekBefore(spent));
  const facts = new Map(scores.keys.map((one) => [one.keyId, one]));
  return all.flatMap(({ key, lineage }): readonly RowFacts[] => {
    const known = facts.get(key.id);
    if (known === undefined) return [];
    return [
      {
        key: {
          keyId: key.id,
          generation: key.generation,
          slug: lineage.slug,
          spentMicroUsd: week.get(key.id) ?? 0,
          worst48hMicroUsd: risk.byKey.get(key.id)?.radius.worst48hMicroUsd ?? null,
          isTheoretical: risk.byKey.get(key.id)?.radius.isTheoretical ?? false,
        },
        ownerId: known.ownerId,
        facts: known.facts,
        beforeMicroUsd: before.get(key.id) ?? 0,
      },
    ];
  });
}

function lookUps(all: readonly KeySummary[], rows: readonly RowFacts[]) {
  const slugs = new Map(all.map(({ lineage }) => [lineage.id, lineage.slug]));
  const byKey = new Map(rows.map(({ key }) => [key.keyId, key]));
  const ofLineage = new Map<string, ActionKey>();
  for (const { key, lineage } of all) {
    const standing = byKey.get(key.id) ?? standingKey(key, lineage.slug);
    if (!byKey.has(key.id)) byKey.set(key.id, standing);
    if (!ofLineage.has(lineage.id) || !STOPPED_STATUSES.has(key.status)) ofLineage.set(lineage.id, standing);
  }
  return {
    spentOf: (keyId: string) => byKey.get(keyId)?.spentMicroUsd ?? 0,
    slugOf: (lineageId: string) => slugs.get(lineageId) ?? lineageId,
    keyOf: ({ keyId, lineageId }: { readonly keyId: string | null; readonly lineageId?: string }) =>
      byKey.get(keyId ?? '') ?? ofLineage.get(lineageId ?? ''),
  };
}

function standingKey({ id, generation }: KeySummary['key'], slug: string): ActionKey {
  return { keyId: id, generation, slug, spentMicroUsd: 0, worst48hMicroUsd: null };
}

interface MoneyAsked {
  readonly all: readonly KeySummary[];
  readonly risk: Risk;
  readonly spent: UsageRange;
}

async function readMoney(deps: DigestDeps, { all, risk, spent }: MoneyAsked): Promise<DigestFacts['money']> {
  const now = deps.clock.now();
  const [nearest] = await capLines(deps, all);
  return {
    spentMicroUsd: await deps.store.read.usage.dayTotal(spent),
    beforeMicroUsd: (await spentIn(deps, [{ spent: weekBefore(spent) }]))[0] ?? null,
    monthMicroUsd: await deps.store.read.usage.dayTotal({ from: monthStart(now), to: now }),
    nearest:
      nearest === undefined
        ? null
        : {
            slug: nearest.slug,
            monthMicroUsd: nearest.monthMicroUsd,
            capMicroUsd: nearest.capMicroUsd,
            origin: nearest.origin,
            sharedWith: nearest.sharedWith,
          },
    atRiskMicroUsd: risk.atRiskMicroUsd,
    rated: risk.rated,
    uncapped: risk.uncapped,
    notKnown: risk.notKnown,
  };
}

/** Week by week, with a key or without; null where usage was not read as far back: a part of a week is no week. */
async function spentIn(
  { store, providers }: DigestDeps,
  weeks: readonly Pick<DigestTurn, 'spent'>[],
): Promise<readonly (number | null)[]> {
  const { usage } = store.read;
  const starts: number[] = [];
  for (const connectionId of providers.keys()) {
    const at = await usage.oldestStartOf(connectionId);
    if (at !== null) starts.push(at);
  }
  const oldestAt = floorTo(Math.min(...starts), DAY_MS);
  const sums: (number | null)[] = [];
  for (const { spent } of weeks) sums.push(spent.from < oldestAt ? null : await usage.dayTotal(spent));
  return sums;
}

function weekBefore({ from, to }: UsageRange): UsageRange {
  return { from: from - Math.round((to - from) / DAY_MS) * DAY_MS, to: from };
}

async function readPaged(deps: DigestDeps): Promise<DigestPaged> {
  const { first, admins } = await whoWouldBePaged(deps);
  const isActive = (one: { readonly isActive: boolean }) => one.isActive;
  return {
    first: first.filter(isActive).map(({ id }) => id),
    admins: admins.filter(isActive).map(({ id }) => id),
    isNobody: ![...first, ...admins].some(isActive),
  };
}
