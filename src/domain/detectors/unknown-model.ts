import { z } from 'zod';
import type { Detector } from '../detector.ts';
import { firstUses, hasPast, usesUnknown } from './lib/first-use.ts';

/** Fires at the first request with a model that the lineage has not used in its baseline. */
export const unknownModel: Detector<Record<string, never>> = {
  id: 'unknown-model',
  title: 'A model that the key has not used before',
  historyMs: 0,
  settings: z.strictObject({}),
  worthwhile: ({ recentModels, baseline }) => hasPast(baseline) && usesUnknown(recentModels, baseline.knownModels),
  detect(input) {
    const { baseline, lineage, knownUntil } = input;
    if (!hasPast(baseline)) return [];
    return firstUses(input, ({ model }) => model, baseline.knownModels).map(
      ({ name, firstAt, costMicroUsd, keyId }) => ({
        detectorId: unknownModel.id,
        lineageId: lineage.id,
        keyId,
        severity: 'high',
        startedAt: firstAt,
        observedUntil: knownUntil,
        costMicroUsd,
        headline: ['using ', { foreign: name }, ' for the first time'],
        reason: [
          'First used ',
          { instant: firstAt },
          ', ',
          { money: costMicroUsd },
          ' since. ',
          ...knownText(baseline.knownModels),
        ],
        evidence: { model: name, firstAt, modelMicroUsd: costMicroUsd, known: baseline.knownModels.slice(0, MANY) },
        dedupeKey: `${unknownModel.id}:${lineage.id}:${input.calendar.dayStart(firstAt)}:${name}`,
        isNews: true,
      }),
    );
  },
};

const MANY = 5;

function knownText(known: readonly string[]) {
  const named = known
    .slice(0, 2)
    .flatMap((model, index) => (index === 0 ? [{ foreign: model }] : [' and ', { foreign: model }]));
  const more = known.length > 2 ? ` and ${known.length - 2} more` : '';
  return ['Until now it used ', ...named, `${more}.`];
}
