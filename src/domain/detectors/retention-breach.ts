import { z } from 'zod';
import { type Detector, type DetectorInput, RECENT_MS } from '../detector.ts';
import type { Finding } from '../finding.ts';
import { countsAsProduction } from '../key.ts';
import { type ModelFault, modelFault } from '../lineage-facts.ts';
import type { Sentence } from '../sentence.ts';
import { isUse } from '../usage.ts';

const MODELS_NAMED = 3;
const MODELS_KEPT = 20;

const settings = z.strictObject({});
type Settings = z.infer<typeof settings>;

/** Fires when production calls a model that is not on the lineage's list, or that its retention promise does not cover. */
export const retentionBreach: Detector<Settings> = {
  id: 'retention-breach',
  title: 'A model outside of what was promised',
  historyMs: RECENT_MS,
  settings,
  worthwhile: ({ facts, recentModels, hasRecords }) =>
    hasRecords || recentModels.some((model) => modelFault(facts.models, model) !== null),
  detect(input) {
    if (!countsAsProduction(input.lineage.environment)) return [];
    const calls = callsOf(input).filter(({ fault }) => fault !== null);
    return calls.length === 0 ? [] : [findingOf(input, calls)];
  },
};

interface Call {
  readonly at: number;
  readonly keyId: string;
  readonly model: string;
  readonly costMicroUsd: number;
  readonly fault: ModelFault | null;
}

function callsOf({ usage, requests, knownUntil, facts }: DetectorInput): readonly Call[] {
  const from = knownUntil - RECENT_MS;
  const buckets = usage
    .filter((bucket) => bucket.startAt + bucket.widthMs > from && isUse(bucket))
    .map((bucket) => ({ ...bucket, at: bucket.startAt }));
  const faults = new Map<string, ModelFault | null>();
  return [...buckets, ...requests].map(({ at, keyId, model, costMicroUsd }) => {
    const fault = faults.has(model) ? (faults.get(model) ?? null) : modelFault(facts.models, model);
    faults.set(model, fault);
    return { at, keyId, model, costMicroUsd, fault };
  });
}

function findingOf({ lineage, knownUntil, facts }: DetectorInput, calls: readonly Call[]): Finding {
  const models = [
    ...new Set(calls.toSorted((a, b) => a.at - b.at || (a.model < b.model ? -1 : 1)).map(({ model }) => model)),
  ];
  const startedAt = calls.reduce((first, { at }) => Math.min(first, at), Number.POSITIVE_INFINITY);
  const costMicroUsd = calls.reduce((sum, call) => sum + call.costMicroUsd, 0);
  const isPromise = calls.every(({ fault }) => fault === 'not_promised');
  const promise = facts.models.promise?.name ?? '';
  return {
    detectorId: retentionBreach.id,
    lineageId: lineage.id,
    keyId: dearestKey(calls),
    severity: 'high',
    startedAt,
    observedUntil: knownUntil,
    costMicroUsd,
    headline: [
      'calling ',
      ...namesOf(models),
      ...(isPromise
        ? [', which its promise of ', { foreign: promise }, ' does not cover']
        : [', which it may not use']),
    ],
    reason: [
      { money: costMicroUsd },
      ' since ',
      { instant: startedAt },
      isPromise ? '. Covered are ' : '. It may use ',
      ...namesOf(isPromise ? (facts.models.promise?.models ?? []) : (facts.models.allowed ?? [])),
      isPromise
        ? '. Find what calls it, or name the model under `retention` in policy.yml.'
        : '. Find what calls it, or allow it with `/keys edit`.',
    ],
    evidence: { models: models.slice(0, MODELS_KEPT), ...(isPromise ? { promise } : {}) },
    dedupeKey: `${retentionBreach.id}:${lineage.id}`,
  };
}

function namesOf(names: readonly string[]): Sentence {
  if (names.length === 0) return ['none'];
  const shown = names
    .slice(0, MODELS_NAMED)
    .flatMap((name, index) => [...(index === 0 ? [] : [', ']), { foreign: name }]);
  const more = names.length - MODELS_NAMED;
  return more > 0 ? [...shown, ` and ${more} more`] : shown;
}

function dearestKey(calls: readonly Call[]): string | null {
  const costs = new Map<string, number>();
  for (const { keyId, costMicroUsd } of calls) costs.set(keyId, (costs.get(keyId) ?? 0) + costMicroUsd);
  return [...costs].sort(([a, costA], [b, costB]) => costB - costA || (a < b ? -1 : 1))[0]?.[0] ?? null;
}
