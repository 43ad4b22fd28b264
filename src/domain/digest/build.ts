import { CHECKS, type Check, SCORE_VERSION } from '../hygiene/checks.ts';
import type { KeyFacts, Score } from '../hygiene/score.ts';
import { MICRO_USD_PER_USD } from '../money.ts';
import { median, quantile } from '../stats.ts';
import { MINUTE_MS } from '../time.ts';
import type { DigestAlerts, DigestCard, DigestData, DigestMoney, DigestRow, TrendWeek } from './card.ts';
import { type ActionFacts, type ActionKey, topActions } from './top-actions.ts';
import type { DigestTurn } from './turn.ts';

/** A score as it was told. */
export interface PastScore {
  readonly week: string;
  readonly score: number;
  readonly scoreVersion: number;
}

export interface RowFacts extends Pick<KeyFacts, 'ownerId' | 'facts'> {
  readonly key: ActionKey;
  readonly beforeMicroUsd: number;
}

type Given = 'alerts' | 'data' | 'actions' | 'moreActions' | 'rows' | 'moreRows' | 'trend' | 'lost';
type Reckoned = 'score' | 'scoreVersion' | 'scoreChange' | 'isNewFormula' | 'lateMs' | 'keys' | 'isQuiet';

/** All that a digest is made of. */
export interface DigestFacts extends Omit<DigestCard, Given | Reckoned> {
  readonly score: Score;
  /** Up to this one, oldest first; the last turn is this one's. */
  readonly turns: readonly DigestTurn[];
  /** What those weeks cost; null: usage was not read as far back. */
  readonly spent: readonly (number | null)[];
  readonly past: readonly PastScore[];
  readonly alerts: Omit<DigestAlerts, 'answered' | 'medianAnswerMs'> & {
    /** How long each answered one waited. */
    readonly answersMs: readonly number[];
  };
  readonly data: Omit<DigestData, 'latency'> & { readonly lagsMs: readonly number[] };
  readonly rowFacts: readonly RowFacts[];
  readonly actions: Pick<ActionFacts, 'change' | 'unanswered' | 'hanging'>;
}

export const TREND_WEEKS = 8;
/** Up to then it counts as in time. */
const IN_TIME_MS = 15 * MINUTE_MS;
/** Slack's tables hold a hundred rows and ten thousand characters; the sheet has them all. */
const ROWS = 25;
// What moves less than this from week to week is no news.
const STEADY_SHARE = 0.25;
const STEADY_MICRO_USD = 10 * MICRO_USD_PER_USD;

/** Puts a digest together; pure, so that every sentence of it can be checked against a table of facts. */
export function buildDigest(facts: DigestFacts): DigestCard {
  const { turn, madeAt, isPreview, score, data, alerts, rowFacts } = facts;
  const { answersMs, ...alertFacts } = alerts;
  const { lagsMs, ...seen } = data;
  const before = facts.past.findLast(({ week }) => week === facts.turns.at(-2)?.week);
  const isNewFormula = before !== undefined && before.scoreVersion !== SCORE_VERSION;
  const { actions, more } = topActions({
    ...facts.actions,
    keys: rowFacts.map(({ key }) => key),
    checks: score.checks,
    atRiskMicroUsd: facts.money.atRiskMicroUsd,
  });
  const rows = rowsOf(rowFacts);
  const lateMs = madeAt - turn.dueAt > IN_TIME_MS && !isPreview ? madeAt - turn.dueAt : 0;
  const card: DigestCard = {
    turn,
    madeAt,
    lateMs,
    isPreview,
    keys: rowFacts.length,
    score: score.score,
    scoreVersion: SCORE_VERSION,
    scoreChange: before === undefined || isNewFormula ? null : score.score - before.score,
    isNewFormula,
    lost: score.checks
      .filter(({ lost }) => lost > 0)
      .map(({ id, lost, items }) => ({ check: id, points: lost, keys: items.length }))
      .toSorted((a, b) => b.points - a.points),
    trend: trendOf(facts),
    money: facts.money,
    actions,
    moreActions: more,
    alerts: {
      ...alertFacts,
      answered: answersMs.length,
      medianAnswerMs: answersMs.length === 0 ? null : Math.round(median(answersMs)),
    },
    catches: facts.catches,
    rotations: facts.rotations,
    data: { ...seen, latency: latencyOf(lagsMs) },
    paged: facts.paged,
    secondAlarms: facts.secondAlarms,
    unclaimed: facts.unclaimed,
    staleProposals: facts.staleProposals,
    rows: rows.slice(0, ROWS),
    moreRows: Math.max(0, rows.length - ROWS),
    audit: facts.audit,
    isQuiet: false,
  };
  return { ...card, isQuiet: isQuiet(card) };
}

/** Only scores that compare; the newest is this one. */
function trendOf({ turns, past, spent, score }: DigestFacts): readonly TrendWeek[] {
  const told = new Map(
    past.flatMap((one) => (one.scoreVersion === SCORE_VERSION ? [[one.week, one.score] as const] : [])),
  );
  return turns.map(({ week, day }, index) => ({
    week,
    day,
    score: index === turns.length - 1 ? score.score : (told.get(week) ?? null),
    spentMicroUsd: spent[index] ?? null,
  }));
}

function latencyOf(lagsMs: readonly number[]): DigestData['latency'] {
  if (lagsMs.length === 0) return null;
  return { p50Ms: quantile(lagsMs, 0.5), p95Ms: quantile(lagsMs, 0.95), samples: lagsMs.length };
}

/** The dearest first; of those that cost the same, the ones with the most faults. */
function rowsOf(rowFacts: readonly RowFacts[]): readonly DigestRow[] {
  return rowFacts
    .map(rowOf)
    .toSorted(
      (a, b) => b.spentMicroUsd - a.spentMicroUsd || b.faults.length - a.faults.length || (a.slug < b.slug ? -1 : 1),
    );
}

export function rowOf({ key, ownerId, facts, beforeMicroUsd }: RowFacts): DigestRow {
  const { slug, spentMicroUsd, worst48hMicroUsd, isTheoretical = false } = key;
  const faults = CHECKS.filter((id: Check) => facts[id] === false);
  return { slug, ownerId, spentMicroUsd, beforeMicroUsd, worst48hMicroUsd, isTheoretical, faults };
}

/** Whether two lines say it all. */
function isQuiet({ isNewFormula, scoreChange, money, ...card }: DigestCard): boolean {
  const { alerts, rotations, data } = card;
  const happened = [
    card.lateMs,
    isNewFormula,
    scoreChange,
    card.actions.length,
    alerts.opened,
    alerts.open.length,
    alerts.quiet,
    card.catches.length,
    rotations.done + rotations.cancelled + rotations.open + rotations.overdue,
    rotations.pending.length,
    rotations.campaigns.length,
    data.blindMs,
    card.paged.isNobody,
    card.unclaimed.length,
    card.staleProposals.length,
  ];
  return happened.every((one) => !one) && isSteady(money);
}

function isSteady({ spentMicroUsd, beforeMicroUsd }: DigestMoney): boolean {
  if (beforeMicroUsd === null) return spentMicroUsd === 0;
  const change = Math.abs(spentMicroUsd - beforeMicroUsd);
  return change < STEADY_MICRO_USD || change < beforeMicroUsd * STEADY_SHARE;
}
