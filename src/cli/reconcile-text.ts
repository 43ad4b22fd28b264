import { formatShare, MICRO_USD_PER_USD } from '../domain/money.ts';
import type { CostName } from '../services/money/cost-names.ts';
import type {
  ConnectionReconciliation,
  ReconciledDay,
  ReconciledFigures,
  ReconciledPart,
} from '../services/money/list-reconciliations.ts';
import type { ReconcileOutcome } from '../services/money/reconcile.ts';
import { plainForeign } from '../slack/views/text.ts';
import { tableOf } from './table.ts';

export interface ReconciliationText {
  readonly found: readonly ConnectionReconciliation[];
  /** Of this run; empty when nobody was asked. */
  readonly outcomes: readonly ReconcileOutcome[];
  readonly now: number;
}

const HEAD = ['connection', 'day', 'scope', 'key', 'theirs', 'ours', 'error', 'shadow'] as const;
// Money and shares stand under each other.
const RIGHT_ALIGNED = [4, 5, 6, 7];
const NAME_MAX = 40;

/** One table for people: a day as a whole, then its scopes, then its keys, the dearest first. */
export function reconciliationTable({ found, outcomes }: ReconciliationText): string {
  const rows = found.flatMap(({ read, days }) => days.flatMap((day) => dayRows(read.connectionId, day)));
  const notes = [...found.flatMap(notesOf), ...outcomes.flatMap(outcomeNote)];
  const table = rows.length === 0 ? 'Nothing has been compared yet.\n' : tableOf([[...HEAD], ...rows], RIGHT_ALIGNED);
  return notes.length === 0 ? table : `${table}\n${notes.join('\n')}\n`;
}

function dayRows(connectionId: string, day: ReconciledDay): string[][] {
  const date = `${isoDay(day.dayAt)}${day.settled ? '' : ' *'}`;
  const shadow = day.shadowMicroUsd === null ? '?' : dollars(day.shadowMicroUsd);
  return [
    [connectionId, date, '(all)', '', ...figureCells(day), shadow],
    ...day.scopes.map((part) => [connectionId, date, scopeCell(part.name), '', ...figureCells(part), '']),
    ...day.keys.map((part) => [connectionId, date, scopeCell(part.name), keyCell(part.name), ...figureCells(part), '']),
  ];
}

function figureCells(figures: ReconciledFigures): string[] {
  const own = figures.ownMicroUsd === null ? '?' : dollars(figures.ownMicroUsd);
  const mark = figures.verdict === 'drifts' ? ' !' : '';
  return [dollars(figures.providerMicroUsd), own, `${errorCell(figures)}${mark}`];
}

function errorCell({ errorMicroUsd, errorShare }: ReconciledFigures): string {
  if (errorMicroUsd === null) return '';
  if (errorShare === null) return errorMicroUsd === 0 ? '0 %' : 'no figure';
  return `${errorShare < 0 ? '-' : ''}${formatShare(errorShare)}`;
}

function scopeCell({ scope }: CostName): string {
  return scope === null ? '(none)' : plainForeign(scope, NAME_MAX);
}

function keyCell({ kind, key }: CostName): string {
  if (kind === 'no_key') return '(without a key)';
  return kind === 'unknown_key'
    ? `(not in the inventory) ${plainForeign(key ?? '', NAME_MAX)}`
    : plainForeign(key ?? '', NAME_MAX);
}

function notesOf({ read, days }: ConnectionReconciliation): string[] {
  const { connectionId, availability, perKey, failingSince, problem } = read;
  return [
    ...(availability === 'not_enabled' ? [`${connectionId}: costs cannot be read with this key.`] : []),
    ...(availability === 'available' && !perKey && days.length > 0
      ? [`${connectionId}: this provider states its costs by scope only.`]
      : []),
    ...(days.some(({ settled }) => !settled)
      ? [`${connectionId}: * is not settled, the provider may still change it.`]
      : []),
    ...(failingSince === null
      ? []
      : [`${connectionId}: not read since ${new Date(failingSince).toISOString()}: ${problem}`]),
  ];
}

function outcomeNote({ connectionId, outcome }: ReconcileOutcome): string[] {
  if (outcome === 'not_offered') return [`${connectionId}: this provider has no costs to compare with.`];
  if (outcome === 'waiting')
    return [`${connectionId}: its keys and usage have not been read yet; let the bot run first.`];
  return [];
}

function dollars(microUsd: number): string {
  const amount = Math.abs(microUsd / MICRO_USD_PER_USD);
  const text = amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return `${microUsd < 0 ? '-' : ''}$${text}`;
}

function isoDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** The fields are described in docs/operations.md; they are kept from version to version. */
export function reconciliationJson({ found, outcomes, now }: ReconciliationText): string {
  const result = {
    at: new Date(now).toISOString(),
    drift: found.some(({ days }) => days.some(({ settled, verdict }) => settled && verdict === 'drifts')),
    connections: found.map(({ read, days }) => ({
      connectionId: read.connectionId,
      availability: read.availability,
      perKey: read.perKey,
      readAt: isoInstant(read.readAt),
      settledUntil: isoInstant(read.settledUntil),
      failingSince: isoInstant(read.failingSince),
      problem: read.problem,
      days: days.map(dayJson),
    })),
    outcomes: outcomes.map((one) => ({
      connectionId: one.connectionId,
      outcome: one.outcome,
      problem: one.outcome === 'failed' ? one.problem : null,
    })),
  };
  return `${JSON.stringify(result, null, 2)}\n`;
}

function dayJson({ dayAt, settled, shadowMicroUsd, scopes, keys, ...figures }: ReconciledDay) {
  return {
    day: isoDay(dayAt),
    settled,
    ...figures,
    shadowMicroUsd,
    scopes: scopes.map(({ name, keyId: _whole, ...part }) => ({ ...part, scope: name.scope })),
    keys: keys.map((part) => keyJson(part)),
  };
}

function keyJson({ name, ...part }: ReconciledPart) {
  return { ...part, scope: name.scope, key: name.key, kind: name.kind };
}

function isoInstant(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
